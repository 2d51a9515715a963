package station

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/png"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"

	qr "github.com/skip2/go-qrcode"
)

// word is a format of texts that say themselves what they are worth.
type word struct{}

func (word) ID() string          { return "word" }
func (word) Sniff(b []byte) bool { return bytes.Contains(b, []byte(" SPECIMEN")) }

func (word) Verify(_ context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	c := map[byte]check.Check{'G': check.Pass("signature", ""), 'B': check.Fail("signature", check.WrongSignature, ""), 'U': check.Unsure("issuer", check.UnknownIssuer, "")}[b[0]]
	r := verify.NewResult("word", req.At, []check.Check{c})
	r.Claims = verify.Claims{"text": string(b)}
	return r, nil
}

// sheet draws codes side by side.
func sheet(t *testing.T, texts ...string) []byte {
	t.Helper()
	all := image.NewGray(image.Rect(0, 0, 300*len(texts), 300))
	for i, text := range texts {
		q, err := qr.New(text, qr.Medium)
		if err != nil {
			t.Fatal(err)
		}
		draw.Draw(all, image.Rect(300*i, 0, 300*(i+1), 300), q.Image(300), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, all); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A good code beside another on one sheet: the worst counts, wherever it stands, and what is no credential does not.
func TestSeveralCodes(t *testing.T) {
	for _, tc := range []struct {
		texts []string
		want  check.Verdict
		shown string
		noted bool
	}{
		{[]string{"Good SPECIMEN"}, check.Passed, "Good SPECIMEN", false},
		{[]string{"Good SPECIMEN", "https://hall.example/"}, check.Passed, "Good SPECIMEN", false},
		{[]string{"https://hall.example/", "Good SPECIMEN"}, check.Passed, "Good SPECIMEN", false},
		{[]string{"Good SPECIMEN", "Bad SPECIMEN"}, check.Failed, "Bad SPECIMEN", true},
		{[]string{"Bad SPECIMEN", "Good SPECIMEN"}, check.Failed, "Bad SPECIMEN", true},
		{[]string{"Good SPECIMEN", "Unknown SPECIMEN"}, check.Indeterminate, "Unknown SPECIMEN", true},
		{[]string{"Good SPECIMEN", "Unknown SPECIMEN", "Bad SPECIMEN"}, check.Failed, "Bad SPECIMEN", true},
	} {
		r, err := lift(context.Background(), []verify.Format{word{}}, sheet(t, tc.texts...), verify.Request{At: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		last := r.Checks[len(r.Checks)-1]
		if r.Verdict != tc.want || r.Claims["text"] != tc.shown || (last.Reason == ReasonSeveral) != tc.noted {
			t.Errorf("%q: %v, %+v", tc.texts, r.Verdict, r.Checks)
		}
	}
	both, err := lift(context.Background(), []verify.Format{word{}}, sheet(t, "Good SPECIMEN", "Good SPECIMEN 2"), verify.Request{At: time.Unix(1, 0)})
	if err != nil || both.Verdict != check.Passed || both.Checks[1].Reason != ReasonSeveral {
		t.Errorf("two good ones: %v %+v", err, both)
	}
}
