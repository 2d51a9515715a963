package queue_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bangban/app/queue"
	"bangban/app/queue/queuetest"
)

// asked is a request that has arrived, its code and its envelope.
func asked(t testing.TB, w *queuetest.World) (queue.ReplyCode, *queue.Envelope, queue.SubjectBody) {
	t.Helper()
	code, err := queue.NewReplyCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := code.Public()
	if err != nil {
		t.Fatal(err)
	}
	body, err := queue.SubjectBody{Ask: queue.AskHold, Document: "emrtd", Name: "SPECIMEN LINDEN", Clerk: "01", At: "2026-11-26T09:00:00Z", Reply: public}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	id, err := queue.NewID(rand.Reader, queuetest.Day)
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := w.Sealer.Seal(queue.Place{ID: id, Station: queuetest.Station, Epoch: 1, Seq: 7, Kind: queue.KindSubject, Day: queuetest.Day}, body)
	if err != nil {
		t.Fatal(err)
	}
	e, err := queue.OpenEnvelope(p.Sealed, w.Identify)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := queue.Unseal(e, w.Holder)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rec.Subject()
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %v", b, b, code, code); strings.Contains(s, "LINDEN") || strings.Contains(s, code.Text()) {
		t.Fatalf("printed: %s", s)
	}
	return code, e, b
}

var answeredAt = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

// The answer opens with the code on the slip, typed in any way, and with nothing else; whoever did not sign it, and whoever
// moves it to another request, is found out.
func TestSubjectAnswer(t *testing.T) {
	w := queuetest.NewWorld(t)
	code, e, b := asked(t, w)
	text := queue.AnswerText{Result: queue.SubjectDone, Text: "SPECIMEN: one voucher"}
	file, err := queue.SealAnswer(e, b, text, answeredAt, w.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte("one voucher")) {
		t.Fatal("the answer can be read")
	}
	a, err := queue.OpenAnswer(file, w.Receipts)
	if err != nil || a.ID != e.Header.ID || a.Seq != 7 || a.Request != e.Hash || !a.Time.Equal(answeredAt) || !bytes.Equal(a.File(), file) {
		t.Fatalf("%+v %v", a, err)
	}
	typed := strings.ToLower(strings.NewReplacer("-", "  ", "0", "o", "1", "l").Replace(code.Text()))
	again, err := queue.ParseReplyCode(typed)
	if err != nil || again != code {
		t.Fatalf("typed by hand: %v", err)
	}
	if got, err := a.Read(again); err != nil || got != text {
		t.Fatalf("%v %v", got, err)
	}
	other, _, _ := asked(t, w)
	if _, err := a.Read(other); !errors.Is(err, queue.ErrCode) {
		t.Fatalf("another code: %v", err)
	}
	for i := range file { // every byte is signed, or names what is
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if _, err := queue.OpenAnswer(bad, w.Receipts); !errors.Is(err, queue.ErrReply) {
			t.Fatalf("byte %d of %d can be changed: %v", i, len(file), err)
		}
	}
	if _, err := queue.OpenAnswer(file, queuetest.NewWorld(t).Receipts); !errors.Is(err, queue.ErrReply) {
		t.Fatalf("another institution's: %v", err)
	}
	if _, err := queue.OpenReceipt(file, w.Receipts); err == nil {
		t.Fatal("an answer passes for a receipt")
	}
	if _, err := queue.OpenAnswer(w.Receipt(t, w.Parcel(t, 1, nil), queue.Accepted), w.Receipts); !errors.Is(err, queue.ErrReply) {
		t.Fatalf("a receipt passes for an answer: %v", err)
	}
}

func TestSubjectSizes(t *testing.T) {
	w := queuetest.NewWorld(t)
	_, e, b := asked(t, w)
	size := func(n int) int {
		file, err := queue.SealAnswer(e, b, queue.AnswerText{Result: queue.SubjectDone, Text: strings.Repeat("x", n)}, answeredAt, w.Gateway)
		if err != nil {
			t.Fatal(err)
		}
		return len(file)
	}
	if size(1) != size(900) || size(900) == size(1100) {
		t.Errorf("sizes %d %d %d", size(1), size(900), size(1100))
	}
	largest := size(queue.MaxAnswerText)
	if largest+16 > queue.MaxAnsweredBytes/queue.MaxAnswered {
		t.Errorf("an answer of %d bytes does not fit what is fetched at once", largest)
	}
	for _, bad := range []queue.AnswerText{{}, {Result: queue.SubjectDone}, {Result: "maybe", Text: "x"}, {Result: queue.SubjectDone, Text: strings.Repeat("x", queue.MaxAnswerText+1)}} {
		if _, err := queue.SealAnswer(e, b, bad, answeredAt, w.Gateway); !errors.Is(err, queue.ErrReply) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestSubjectRefused(t *testing.T) {
	code, err := queue.NewReplyCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := code.Public()
	if err != nil {
		t.Fatal(err)
	}
	good := queue.SubjectBody{Ask: queue.AskErase, Document: "emrtd", Name: "SPECIMEN", Reply: public}
	if _, err := good.Encode(); err != nil {
		t.Fatalf("control: %v", err)
	}
	for name, change := range map[string]func(*queue.SubjectBody){
		"nothing asked":         func(b *queue.SubjectBody) { b.Ask = "" },
		"something else asked":  func(b *queue.SubjectBody) { b.Ask = "sell" },
		"nobody asks":           func(b *queue.SubjectBody) { b.Name = "" },
		"nothing to correct":    func(b *queue.SubjectBody) { b.Ask = queue.AskCorrect },
		"an endless text":       func(b *queue.SubjectBody) { b.Text = strings.Repeat("x", 5<<10) },
		"no key for the answer": func(b *queue.SubjectBody) { b.Reply = nil },
	} {
		b := good
		change(&b)
		if _, err := b.Encode(); !errors.Is(err, queue.ErrRecord) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []string{"", "AAAA", code.Text() + "0", code.Text()[1:], strings.Repeat("U", 26), strings.Repeat("Z", 26)} {
		if _, err := queue.ParseReplyCode(s); !errors.Is(err, queue.ErrCode) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := queue.DecodeAnswered(make([]byte, queue.MaxAnsweredBytes+1)); !errors.Is(err, queue.ErrTooLarge) {
		t.Error(err)
	}
	if _, err := queue.DecodeAnswered([]byte{0x81}); !errors.Is(err, queue.ErrAnswer) {
		t.Error(err)
	}
}

func FuzzOpenAnswer(f *testing.F) {
	w := queuetest.NewWorld(f)
	code, e, b := asked(f, w)
	file, err := queue.SealAnswer(e, b, queue.AnswerText{Result: queue.SubjectDone, Text: "SPECIMEN"}, answeredAt, w.Gateway)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte{0x82, 0x40, 0x40})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := queue.OpenAnswer(b, w.Receipts)
		if err == nil && !bytes.Equal(b, file) {
			t.Fatal("an answer nobody signed was opened")
		}
		if err == nil {
			_, _ = a.Read(code)
		}
	})
}
