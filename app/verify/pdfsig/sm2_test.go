package pdfsig_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/pdfsig"
	"bangban/cardreader/check"
	"bangban/print"
)

// smHall is an institution with one counter that signs PDFs and, by SM2, what lies in them.
type smHall struct {
	t     *testing.T
	now   time.Time
	inst  *institution.Institution
	key   *ecdsa.PrivateKey
	chain []*x509.Certificate
	sm    *sm2.PrivateKey
	pdf   []byte
}

func newSMHall(t *testing.T) *smHall {
	h := &smHall{t: t, now: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
	var err error
	h.inst, err = institution.Create(t.TempDir()+"/inst", institution.Options{Name: desk.Text{"en": "SPECIMEN"}, Issuer: "https://specimen.example/id",
		Rand: rand.Reader, Now: func() time.Time { return h.now }, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}})
	h.must(err)
	h.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	_, leaf, err := h.inst.Delegate(institution.DelegateRequest{Station: "H12", Key: &h.key.PublicKey, Count: 10, NotBefore: h.now, Expires: h.now.Add(24 * time.Hour), MaxLife: time.Hour})
	h.must(err)
	h.chain = []*x509.Certificate{leaf, h.inst.Issuing(), h.inst.Root()}
	h.sm, err = sm2.GenerateKey(rand.Reader)
	h.must(err)
	fonts, err := print.StandardFonts()
	h.must(err)
	sheet := print.NewSheet(fonts, print.A5(), "en")
	sheet.Text(20, 20, "SPECIMEN", print.Style{Size: 20})
	h.pdf, err = sheet.PDF(print.Meta{Title: "SPECIMEN"})
	h.must(err)
	return h
}

func (h *smHall) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// cert certifies the hall's SM2 key for a station.
func (h *smHall) cert(by *institution.Institution, station string, from, to time.Time) [][]byte {
	h.t.Helper()
	c, err := by.SM2Certificate(station, h.sm.Public().(*ecdsa.PublicKey), from, to)
	h.must(err)
	return [][]byte{c}
}

func (h *smHall) p7(chain [][]byte) []byte {
	h.t.Helper()
	out, err := print.SignSM2([]byte("SPECIMEN voucher"), print.SM2Signer{Key: h.sm, Chain: chain})
	h.must(err)
	return out
}

func (h *smHall) file(name string, data []byte) print.File {
	return print.File{Name: name, Type: "application/cose", Relation: print.RelationData, Data: data}
}

func (h *smHall) judge(files ...print.File) *verify.Result {
	h.t.Helper()
	pdf, err := print.SignPDF(h.pdf, print.PDFSigner{Key: h.key, Chain: h.chain, At: h.now.Add(time.Hour), Files: files})
	h.must(err)
	return judge(h.t, pdf, verify.Request{At: h.now.Add(2 * time.Hour), Anchors: store(h.t, h.inst.PEM())})
}

func TestSM2Inside(t *testing.T) {
	h := newSMHall(t)
	content := []byte("SPECIMEN voucher")
	good := h.p7(h.cert(h.inst, "H12", h.now, h.now.Add(24*time.Hour)))
	changed := func(b []byte, at int) []byte { b = bytes.Clone(b); b[at] ^= 1; return b }
	stranger := newSMHall(t).inst
	noSign := func() [][]byte { // a certificate for something else than signing
		parent, err := smx509.ParseCertificate(h.inst.Issuing().Raw)
		h.must(err)
		der := h.cert(h.inst, "H12", h.now, h.now.Add(time.Hour))[0]
		c, err := smx509.ParseCertificate(der)
		h.must(err)
		c.KeyUsage = smx509.KeyUsageKeyAgreement
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		h.must(err)
		parent.PublicKey = key.Public()
		der, err = smx509.CreateCertificate(rand.Reader, c, parent, h.sm.Public(), key)
		h.must(err)
		return [][]byte{der}
	}
	for name, tc := range map[string]struct {
		p7, content     []byte
		signature       check.Verdict
		reason          check.Reason
		issuer          check.Verdict
		why             check.Reason
		verdict         check.Verdict
		withoutTheOther bool
	}{
		"good":            {p7: good, content: content, signature: check.Passed, issuer: check.Passed, verdict: check.Passed},
		"another content": {p7: good, content: changed(content, 3), signature: check.Failed, reason: check.WrongDigest, verdict: check.Failed},
		"changed value":   {p7: changed(good, len(good)-3), content: content, signature: check.Failed, reason: check.WrongSignature, verdict: check.Failed},
		"cut":             {p7: append(bytes.Clone(good), 0), content: content, signature: check.Failed, reason: check.Structure, verdict: check.Failed},
		"no certificate": {p7: h.p7(h.cert(h.inst, "H12", h.now, h.now.Add(time.Hour)))[:0], content: content,
			signature: check.Indeterminate, verdict: check.Passed},
		"file missing": {p7: good, withoutTheOther: true, signature: check.Failed, reason: check.Structure, verdict: check.Failed},
		"another counter": {p7: h.p7(h.cert(h.inst, "H13", h.now, h.now.Add(time.Hour))), content: content, signature: check.Passed,
			issuer: check.Failed, why: check.WrongKeyUsage, verdict: check.Failed},
		"ended before": {p7: h.p7(h.cert(h.inst, "H12", h.now, h.now.Add(time.Minute))), content: content, signature: check.Passed,
			issuer: check.Failed, why: check.Expired, verdict: check.Failed},
		"begins later": {p7: h.p7(h.cert(h.inst, "H12", h.now.Add(90*time.Minute), h.now.Add(2*time.Hour))), content: content, signature: check.Passed,
			issuer: check.Failed, why: check.NotYetValid, verdict: check.Failed},
		"a stranger": {p7: h.p7(h.cert(stranger, "H12", h.now, h.now.Add(time.Hour))), content: content, signature: check.Passed,
			issuer: check.Indeterminate, why: check.UnknownIssuer, verdict: check.Indeterminate},
		"not for signing": {p7: h.p7(noSign()), content: content, signature: check.Failed, reason: check.WrongKeyUsage, verdict: check.Failed},
	} {
		var files []print.File
		if !tc.withoutTheOther {
			files = append(files, h.file("voucher.cose", tc.content))
		}
		if len(tc.p7) > 0 {
			files = append(files, h.file("voucher.cose.p7s", tc.p7))
		}
		r := h.judge(files...)
		sig, issuer := named(r, pdfsig.CheckSM2), named(r, pdfsig.CheckSM2Issuer)
		if sig.Verdict != tc.signature || sig.Reason != tc.reason || issuer.Verdict != tc.issuer || issuer.Reason != tc.why || r.Verdict != tc.verdict {
			t.Errorf("%s: %v; %v; %v (%v)", name, sig, issuer, r.Verdict, r.Checks)
		}
	}
	if r := h.judge(h.file("voucher.cose", content), h.file("voucher.cose.p7s", []byte("not a signature of this kind"))); r.Verdict != check.Passed || named(r, pdfsig.CheckSM2).Name != "" {
		t.Errorf("somebody else's file beside: %v", r.Checks)
	}
}

// TestSM2Authority: an SM2 authority that is held here vouches as well.
func TestSM2Authority(t *testing.T) {
	h := newSMHall(t)
	key, err := sm2.GenerateKey(rand.Reader)
	h.must(err)
	c, err := smx509.ParseCertificate(h.inst.Issuing().Raw)
	h.must(err)
	c.URIs, c.PublicKey = nil, key.Public()
	c.NotBefore, c.NotAfter = h.now.Add(-time.Hour), h.now.Add(24*time.Hour)
	c.SignatureAlgorithm = 0
	ca, err := smx509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	h.must(err)
	parent, err := smx509.ParseCertificate(ca)
	h.must(err)
	leaf, err := smx509.ParseCertificate(h.cert(h.inst, "H12", h.now, h.now.Add(24*time.Hour))[0])
	h.must(err)
	leaf.SignatureAlgorithm = 0
	der, err := smx509.CreateCertificate(rand.Reader, leaf, parent, h.sm.Public(), key)
	h.must(err)
	pdf, err := print.SignPDF(h.pdf, print.PDFSigner{Key: h.key, Chain: h.chain, At: h.now.Add(time.Hour), Files: []print.File{
		h.file("voucher.cose", []byte("SPECIMEN voucher")), h.file("voucher.cose.p7s", h.p7([][]byte{der}))}})
	h.must(err)
	anchors := trust.New(nil)
	h.must(anchors.Add(h.inst.PEM(), "test", time.Time{}))
	h.must(anchors.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}), "test", time.Time{}))
	r := judge(t, pdf, verify.Request{At: h.now.Add(2 * time.Hour), Anchors: anchors})
	if c := named(r, pdfsig.CheckSM2Issuer); c.Verdict != check.Passed {
		t.Errorf("%v", r.Checks)
	}
}
