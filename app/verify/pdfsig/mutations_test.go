package pdfsig_test

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"bangban/app/verify/formattest"
	"bangban/app/verify/pdfsig"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/cardreader/check"
)

func flip(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 1; return b }

// mutations are files that must be refused, each for its own reason.
func mutations(t testing.TB, k *pdfsigtest.Kit) (bad []formattest.Bad) {
	req := request(t, k)
	f, u := check.Failed, check.Indeterminate
	signed := func(name string, o options, by string, v check.Verdict, why check.Reason) {
		bad = append(bad, formattest.Refuse(name, made(t, k, o).B, req, by, v, why))
	}
	mint := func(change func(*x509.Certificate)) *pdfsigtest.Identity {
		return pdfsigtest.Mint(t, k.Root, "SPECIMEN", change)
	}
	now := pdfsigtest.Now()
	type message = pdfsigtest.Message
	signed("range ends early", options{Range: func(r [4]int) [4]int { r[3] -= 10; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("range begins late", options{Range: func(r [4]int) [4]int { r[0] = 1; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("hole before the signature", options{Range: func(r [4]int) [4]int { r[1] -= 20; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("hole behind the signature", options{Range: func(r [4]int) [4]int { r[2] += 20; r[3] -= 20; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("range past the end", options{Range: func(r [4]int) [4]int { r[3] += 20; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("range that leaves nothing out", options{Range: func(r [4]int) [4]int { r[2] = r[1]; return r }}, "byte-range", f, pdfsig.ReasonRange)
	signed("range of nothing", options{Range: func([4]int) [4]int { return [4]int{} }}, "byte-range", f, pdfsig.ReasonRange)
	signed("signed something else", options{Digest: flip}, "digest", f, check.WrongDigest)
	signed("bytes behind the message", options{Contents: func(b []byte) []byte { return append(bytes.Clone(b), 1) }}, "byte-range", f, pdfsig.ReasonRange)
	signed("the message is empty", options{Contents: func([]byte) []byte { return nil }}, "byte-range", f, pdfsig.ReasonRange)
	signed("the message is cut", options{Contents: func(b []byte) []byte { b = bytes.Clone(b); b[3]--; return b[:len(b)-1] }}, "signature", f, check.Structure)
	signed("signature value changed", options{Contents: func(b []byte) []byte { b = bytes.Clone(b); b[len(b)-1] ^= 1; return b }}, "signature", f, check.WrongSignature)
	signed("content inside the message", options{Message: message{Embedded: []byte("SPECIMEN")}}, "signature", f, check.Structure)
	signed("no certificate", options{Message: message{Without: true}, Chain: []*pdfsigtest.Identity{}}, "signature", u, check.UnknownIssuer)
	signed("a key of another certificate", options{Signer: &pdfsigtest.Identity{Cert: k.Signer.Cert, Key: k.Stamper.Key}}, "signature", f, check.WrongSignature)
	signed("a stranger", options{Signer: pdfsigtest.NewKit(t).Signer}, "issuer", u, check.UnknownIssuer)
	signed("may not sign", options{Signer: mint(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })}, "signature", f, check.WrongKeyUsage)
	signed("not yet valid", options{Signer: mint(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 1) })}, "issuer", f, check.NotYetValid)
	signed("ended before it signed", options{Signer: mint(func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, -2, 0) })}, "issuer", f, check.Expired)
	signed("ended since, no time-stamp", options{Signer: mint(func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -1) })}, "issuer", u, check.Expired)
	signed("issued by a signer", options{Signer: pdfsigtest.Mint(t, k.Signer, "SPECIMEN", nil), Chain: []*pdfsigtest.Identity{k.Signer}}, "issuer", f, check.WrongKeyUsage)
	signed("names no certificate", options{Message: message{NoESS: true}}, "signing-certificate", u, pdfsig.ReasonNoESS)
	signed("names another certificate", options{Message: message{ESS: k.Root}}, "signing-certificate", f, check.WrongDigest)
	signed("SHA-1", options{Message: message{Hash: crypto.SHA1}}, "digest", u, check.NotSupported)
	signed("adbe.x509.rsa_sha1", options{SubFilter: "adbe.x509.rsa_sha1"}, "algorithm", u, check.NotSupported)
	signed("adbe.pkcs7.sha1", options{SubFilter: "adbe.pkcs7.sha1"}, "algorithm", u, check.NotSupported)
	signed("signed tomorrow", options{M: "D:20261127120000Z"}, "time", f, check.NotYetValid)
	signed("stamp on something else", options{Message: message{Stamp: &pdfsigtest.Stamp{At: now, Over: flip}}}, "time-stamp", f, check.WrongDigest)
	signed("stamped tomorrow", options{Message: message{Stamp: &pdfsigtest.Stamp{At: now.AddDate(0, 0, 1)}}}, "time", f, check.NotYetValid)
	signed("stamped by one who may not", options{Message: message{Stamp: &pdfsigtest.Stamp{At: now, By: k.Signer}}}, "time-stamp", f, check.WrongKeyUsage)
	signed("a time-stamp and no signature", options{SubFilter: "ETSI.RFC3161", Make: func(b []byte) []byte { return k.Token(t, now, b) }}, "signature", u, pdfsig.ReasonNotSigned)
	asked := req
	asked.Nonce = "n"
	bad = append(bad, formattest.Refuse("a nonce was asked for", made(t, k, options{}).B, asked, "nonce", u, "no-key-binding"))
	return append(bad, append(updates(t, k), files(t, k)...)...)
}

// updates change a file after it was signed, each through a proper revision.
func updates(t testing.TB, k *pdfsigtest.Kit) (bad []formattest.Bad) {
	req := request(t, k)
	f, u := check.Failed, check.Indeterminate
	after := func(name string, v check.Verdict, why check.Reason, o options, change func(d *pdfsigtest.Doc)) {
		d := made(t, k, o)
		change(d)
		bad = append(bad, formattest.Refuse(name, d.B, req, "changes", v, why))
	}
	set := func(objects map[int]string) func(*pdfsigtest.Doc) {
		return func(d *pdfsigtest.Doc) { d.Update(objects) }
	}
	edit := func(n int, from, to string) func(*pdfsigtest.Doc) {
		return func(d *pdfsigtest.Doc) {
			if !strings.Contains(d.Object(n), from) {
				t.Fatalf("control: object %d holds no %s", n, from)
			}
			d.Update(map[int]string{n: strings.Replace(d.Object(n), from, to, 1)})
		}
	}
	p := pdfsig.ReasonChanged
	after("content replaced", f, p, options{}, set(map[int]string{4: "<</Length 2>>\nstream\nET\nendstream"}))
	after("font replaced", f, p, options{}, edit(6, "Helvetica", "Courier"))
	after("page size changed", f, p, options{}, edit(3, "200 200", "100 200"))
	after("page put in", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{2: "<</Type /Pages /Kids [3 0 R 9 0 R] /Count 2>>", 9: "<</Type /Page /Parent 2 0 R>>"})
	})
	after("page tree replaced by another object", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{1: strings.Replace(d.Object(1), "/Pages 2 0 R", "/Pages 9 0 R", 1), 9: "<</Type /Pages /Kids [] /Count 0>>"})
	})
	after("resources put in", f, p, options{}, edit(3, "/F1 6 0 R", "/F1 6 0 R /F2 6 0 R"))
	after("action when opened", f, p, options{}, edit(1, "/Type /Catalog", "/Type /Catalog /OpenAction <</S /JavaScript /JS (x)>>"))
	after("names put in", f, p, options{}, edit(1, "/Type /Catalog", "/Type /Catalog /Names <<>>"))
	after("note put on the page", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{3: strings.Replace(d.Object(3), "/Annots [", "/Annots [8 0 R 9 0 R] /X [", 1), 9: "<</Type /Annot /Subtype /FreeText /Rect [0 0 200 200] /Contents (SPECIMEN)>>"})
	})
	after("annotation put in the list", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{3: strings.Replace(d.Object(3), "8 0 R]", "8 0 R 9 0 R]", 1), 9: "<</Type /Annot /Subtype /FreeText /Rect [0 0 200 200]>>"})
	})
	after("text field put in", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{1: strings.Replace(d.Object(1), "8 0 R]", "8 0 R 9 0 R]", 1), 9: "<</FT /Tx /T (x) /V (SPECIMEN)>>"})
	})
	after("signature field taken away", f, p, options{}, func(d *pdfsigtest.Doc) {
		k.Sign(t, d, options{})
		d.Update(map[int]string{1: strings.Replace(d.Object(1), "[8 0 R 10 0 R]", "[10 0 R 8 0 R]", 1)})
	})
	after("signature field moved", f, p, options{}, edit(8, "[0 0 0 0]", "[0 0 90 90]"))
	after("form drawn anew by the reader", f, p, options{}, edit(1, "/SigFlags 3", "/SigFlags 3 /NeedAppearances true"))
	after("signed again after it was certified for good", f, p, options{P: 1}, func(d *pdfsigtest.Doc) { k.Sign(t, d, options{}) })
	after("a stranger's mark", u, pdfsig.ReasonShown, options{}, func(d *pdfsigtest.Doc) { pdfsigtest.NewKit(t).Sign(t, d, options{Rect: "0 0 200 200"}) })
	after("content replaced and signed again", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{4: "<</Length 2>>\nstream\nET\nendstream"})
		k.Sign(t, d, options{})
	})
	after("shadow: replaced and put back under another number", f, p, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{3: strings.Replace(d.Object(3), "/Contents 4 0 R", "/Contents 9 0 R", 1), 9: "<</Length 2>>\nstream\nET\nendstream"})
	})
	after("update that cannot be read", f, check.Structure, options{}, func(d *pdfsigtest.Doc) {
		d.Update(map[int]string{6: "<</Type /Font /Type /Font>>"})
	})
	for level, want := range map[int]formattest.Bad{1: {Verdict: f, Reason: p}, 2: {Verdict: u, Reason: pdfsig.ReasonShown}} {
		filled := pdfsigtest.New(title)
		field := "<</Type /Annot /Subtype /Widget /FT /Tx /T (x) /Rect [0 0 9 9]%s>>"
		n := filled.AddField(fmt.Sprintf(field, ""))
		k.Sign(t, filled, options{P: level})
		filled.Update(map[int]string{n: fmt.Sprintf(field, " /V (SPECIMEN)")})
		bad = append(bad, formattest.Refuse(fmt.Sprint("field filled, P ", level), filled.B, req, "changes", want.Verdict, want.Reason))
	}
	return bad
}

// files break what a reader goes by.
func files(t testing.TB, k *pdfsigtest.Kit) (bad []formattest.Bad) {
	req := request(t, k)
	f, u := check.Failed, check.Indeterminate
	good := made(t, k, options{}).B
	add := func(name string, b []byte, by string, v check.Verdict, why check.Reason) {
		bad = append(bad, formattest.Refuse(name, b, req, by, v, why))
	}
	replaced := func(from, to string) []byte {
		if !bytes.Contains(good, []byte(from)) {
			t.Fatalf("control: no %q", from)
		}
		return bytes.Replace(good, []byte(from), []byte(to), 1)
	}
	last := func(from, to string) []byte {
		i := bytes.LastIndex(good, []byte(from))
		return append(append(bytes.Clone(good[:i]), to...), good[i+len(from):]...)
	}
	add("not signed", pdfsigtest.New(title).B, "signature", u, pdfsig.ReasonNotSigned)
	add("bytes behind the end", append(bytes.Clone(good), "SPECIMEN"...), "coverage", u, pdfsig.ReasonOpen)
	add("another end of file", append(bytes.Clone(good), "\n%%EOF\n"...), "coverage", u, pdfsig.ReasonOpen)
	add("bytes before the head", append([]byte("\n"), good...), "structure", u, check.Unreadable)
	add("no startxref", bytes.ReplaceAll(good, []byte("startxref"), []byte("startxrex")), "structure", u, check.Unreadable)
	add("startxref of nothing", append(bytes.Clone(good), "startxref\n99999999\n%%EOF\n"...), "structure", f, check.Structure)
	add("cut", good[:len(good)-3000], "structure", u, check.Unreadable)
	add("encrypted", last("/Root 1 0 R", "/Root 1 0 R /Encrypt 9 0 R"), "structure", u, check.Unreadable)
	add("two kinds of cross-references", last("/Root 1 0 R", "/Root 1 0 R /XRefStm 9"), "structure", u, check.NotSupported)
	add("a circle of revisions", append(bytes.Clone(good), fmt.Sprintf("xref\n0 0\ntrailer\n<</Prev %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(good), len(good))...), "structure", f, check.Structure)
	add("an object twice in a table", last("trailer", "1 1\n0000000009 00000 n \ntrailer"), "structure", f, check.Structure)
	add("another object at the offset", replaced("\n7 0 obj", "\n9 0 obj"), "structure", f, check.Structure)
	add("a key twice", replaced("/Type /Sig /Filter", "/Type /Sig /Type"), "structure", f, check.Structure)
	add("signature in a string", replaced("/Contents <", "/Contents ("), "structure", f, check.Structure)
	two := made(t, k, options{})
	two.Update(map[int]string{1: strings.Replace(two.Object(1), "8 0 R]", "8 0 R 9 0 R]", 1), 9: "<</FT /Sig /T (x) /V 7 0 R>>"})
	add("a signature in two fields", two.B, "structure", f, check.Structure)
	wrapped := made(t, k, options{}) // the signature moved behind what it covers
	raw := wrapped.B[bytes.Index(wrapped.B, []byte("\n7 0 obj\n"))+9:]
	body := string(raw[:bytes.Index(raw, []byte("\nendobj"))])
	wrapped.Update(map[int]string{7: body})
	add("wrapped: the signature moved to an update", wrapped.B, "byte-range", f, pdfsig.ReasonRange)
	gone := made(t, k, options{})
	gone.Update(map[int]string{1: "<</Type /Catalog /Pages 2 0 R>>"})
	add("form taken away", gone.B, "signature", u, pdfsig.ReasonNotSigned)
	return bad
}

// withStreams gives a signed file whose first revision keeps its objects and its cross-references in streams.
func withStreams(t testing.TB, k *pdfsigtest.Kit) []byte {
	pack := func(b []byte) []byte {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	}
	objects := []string{"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]>>"}
	var head, body string
	for i, o := range objects {
		head += fmt.Sprintf("%d %d ", i+1, len(body))
		body += o + " "
	}
	b := []byte("%PDF-1.7\n")
	at4 := len(b)
	packed := pack([]byte(head + body))
	b = fmt.Appendf(b, "4 0 obj\n<</Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream\nendobj\n", len(head), len(packed), packed)
	at5 := len(b)
	rows := [][]byte{{0, 0, 0, 0}, {2, 0, 4, 0}, {2, 0, 4, 1}, {2, 0, 4, 2}, {1, 0, byte(at4), 0}, {1, byte(at5 >> 8), byte(at5), 0}}
	var table []byte
	above := make([]byte, 4)
	for _, r := range rows {
		table = append(table, 2) // PNG, up
		for i := range r {
			table = append(table, r[i]-above[i])
		}
		above = r
	}
	packed = pack(table)
	b = fmt.Appendf(b, "5 0 obj\n<</Type /XRef /W [1 2 1] /Size 6 /Root 1 0 R /Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 4>> /Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", len(packed), packed, at5)
	d := pdfsigtest.From(b, at5, 6, map[int]string{3: objects[2]})
	k.Sign(t, d, options{})
	return d.B
}

func TestStreams(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	b := withStreams(t, k)
	if r := judge(t, b, request(t, k)); r.Verdict != check.Passed {
		t.Errorf("%v %+v", r, r.Checks)
	}
}
