package pdfsig_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/pdfsig"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/cardreader/check"
)

const title = "Diploma of Li Si SPECIMEN"

type options = pdfsigtest.Options

func store(t testing.TB, files ...[]byte) *trust.Store {
	t.Helper()
	s := trust.New(nil)
	for _, f := range files {
		if err := s.Add(f, "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func request(t testing.TB, k *pdfsigtest.Kit) verify.Request {
	return verify.Request{At: pdfsigtest.Now(), Anchors: store(t, k.Root.PEM())}
}

// made signs a page once for each of the options.
func made(t testing.TB, k *pdfsigtest.Kit, all ...options) *pdfsigtest.Doc {
	d := pdfsigtest.New(title)
	for _, o := range all {
		k.Sign(t, d, o)
	}
	return d
}

func judge(t testing.TB, b []byte, req verify.Request) *verify.Result {
	t.Helper()
	r, err := pdfsig.Format{}.Verify(context.Background(), b, req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func named(r *verify.Result, name string) check.Check {
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	return check.Check{}
}

func TestFormat(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	d := made(t, k, options{Reason: "SPECIMEN"})
	formattest.Run(t, pdfsig.Format{}, []formattest.Good{{Name: "PAdES", Bytes: d.B, Request: request(t, k), Secrets: []string{title},
		Same: sameDocument(d.B)}}, formattest.Enough(t, mutations(t, k)))
}

// sameDocument tells that a changed file says and signs the same: case of hexadecimal digits inside the signature, the certificates that came beside the signer's, and white space behind the end.
func sameDocument(good []byte) func([]byte) bool {
	from := bytes.Index(good, []byte("/Contents <")) + len("/Contents <")
	to := from + bytes.IndexByte(good[from:], '>')
	return func(b []byte) bool {
		end := bytes.LastIndex(good, []byte("%%EOF")) + len("%%EOF")
		return bytes.Equal(b[:from], good[:from]) && bytes.Equal(b[to:end], good[to:end])
	}
}

// Every shape that must pass; a stranger's is unknown, not altered.
func TestShapes(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	stamp := pdfsigtest.Message{Stamp: &pdfsigtest.Stamp{At: pdfsigtest.Now().AddDate(0, -1, 0)}}
	document := options{SubFilter: "ETSI.RFC3161", Make: func(b []byte) []byte { return k.Token(t, pdfsigtest.Now().AddDate(0, 0, -1), b) }}
	for name, d := range map[string]*pdfsigtest.Doc{
		"PAdES":                 made(t, k, options{}),
		"adbe.pkcs7.detached":   made(t, k, options{SubFilter: "adbe.pkcs7.detached", Message: pdfsigtest.Message{NoESS: true}}),
		"certified":             made(t, k, options{P: 2}),
		"certified for good":    made(t, k, options{P: 1}),
		"with a mark":           made(t, k, options{Rect: "10 10 90 90"}),
		"two":                   made(t, k, options{P: 2}, options{}),
		"two with marks":        made(t, k, options{Rect: "10 10 90 90"}, options{Rect: "100 10 190 90"}),
		"time-stamped":          made(t, k, options{Message: stamp}),
		"document time-stamped": made(t, k, options{P: 1}, document),
	} {
		r := judge(t, d.B, request(t, k))
		if r.Verdict != check.Passed || r.Claims["title"] != title || r.Claims["signed_at"] == "" || len(r.Trust) == 0 {
			t.Errorf("%s: %v %+v", name, r, r.Checks)
		}
		r = judge(t, d.B, request(t, pdfsigtest.NewKit(t)))
		if c, _ := check.First(r.Checks, check.Indeterminate); r.Verdict != check.Indeterminate || len(r.Claims) > 0 || c.Name != "time-stamp" && c.Reason != check.UnknownIssuer {
			t.Errorf("%s, nobody known: %v %+v", name, r, r.Checks)
		}
	}
}

// A certificate that has ended: time-stamped before, it passes; by the signer's word alone it cannot be told; else it is Failed.
func TestEnded(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	at := pdfsigtest.Now().AddDate(0, -1, 0)
	stamped := made(t, k, options{Message: pdfsigtest.Message{Stamp: &pdfsigtest.Stamp{At: at}}})
	plain := made(t, k, options{})
	late := made(t, k, options{M: "D:20310101000000Z"})
	req := request(t, k)
	req.At = time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		d    *pdfsigtest.Doc
		want check.Verdict
	}{"time-stamped": {stamped, check.Passed}, "by its own word": {plain, check.Indeterminate}, "signed after": {late, check.Failed}} {
		r := judge(t, tc.d.B, req)
		if c := named(r, "issuer"); r.Verdict != tc.want || c.Verdict != tc.want || tc.want != check.Passed && c.Reason != check.Expired {
			t.Errorf("%s: %v %+v", name, r, r.Checks)
		}
	}
}

// Title and the rest come from the revision that was signed.
func TestClaimsOfTheSigned(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	d := made(t, k, options{})
	d.Update(map[int]string{5: "<</Title (Somebody else SPECIMEN)>>"})
	if r := judge(t, d.B, request(t, k)); r.Verdict != check.Passed || r.Claims["title"] != title {
		t.Errorf("%v %q %+v", r, r.Claims["title"], r.Checks)
	}
}

// What a later signature that passes covers is answered for; what a stranger's covers is not.
func TestShownSince(t *testing.T) {
	k, stranger := pdfsigtest.NewKit(t), pdfsigtest.NewKit(t)
	d := made(t, k, options{})
	stranger.Sign(t, d, options{Rect: "0 0 200 200"})
	r := judge(t, d.B, request(t, k))
	if c := named(r, "changes"); r.Verdict != check.Indeterminate || c.Reason != pdfsig.ReasonShown {
		t.Errorf("%v %+v", r, r.Checks)
	}
}

func FuzzVerify(f *testing.F) {
	k := pdfsigtest.NewKit(f)
	f.Add(made(f, k, options{}).B)
	f.Add(made(f, k, options{P: 2}, options{Rect: "1 1 2 2"}).B)
	f.Add(withStreams(f, k))
	f.Add([]byte("%PDF-1.7\nstartxref\n0\n%%EOF"))
	anchors := store(f, k.Root.PEM())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := pdfsig.Format{}.Verify(context.Background(), b, verify.Request{At: pdfsigtest.Now(), Anchors: anchors})
		if err != nil || r.Verdict != check.Overall(r.Checks) {
			t.Fatal(r, err)
		}
	})
}

// FuzzUpdate appends whatever it is given to a signed file, with a table that finds it: no update takes the content away.
func FuzzUpdate(f *testing.F) {
	k := pdfsigtest.NewKit(f)
	f.Add(3, "<</Type /Page>>")
	f.Add(4, "<</Length 2>>\nstream\nET\nendstream")
	f.Add(7, "<</Type /Annot /Subtype /Widget /FT /Sig /Rect [0 0 1 1]>>")
	f.Add(1, "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [8 0 R 99 0 R]>> /DSS <<>>>>")
	signed, req := made(f, k, options{}).B, request(f, k)
	prev := lastXref(f, signed)
	f.Fuzz(func(t *testing.T, n int, body string) {
		if n < 1 || n > 5000 {
			return
		}
		b := bytes.Clone(signed)
		at := len(b)
		b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", n, body)
		start := len(b)
		b = fmt.Appendf(b, "xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 9 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", n, at, prev, start)
		r := judge(t, b, req)
		if r.Verdict == check.Passed && n == 4 && !strings.Contains(body, "SPECIMEN") {
			t.Fatalf("content taken away: %+v", r.Checks)
		}
	})
}

// lastXref reads where the last table is.
func lastXref(t testing.TB, b []byte) int {
	t.Helper()
	n, err := strconv.Atoi(strings.Fields(string(b[bytes.LastIndex(b, []byte("startxref")):]))[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func BenchmarkVerify(b *testing.B) {
	k := pdfsigtest.NewKit(b)
	d, req := made(b, k, options{}), request(b, k)
	b.ReportAllocs()
	for b.Loop() {
		if r := judge(b, d.B, req); r.Verdict != check.Passed {
			b.Fatal(r.Checks)
		}
	}
}
