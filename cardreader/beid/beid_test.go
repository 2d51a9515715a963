package beid_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"strings"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/beid"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/kindtest"
)

func truth() cardreader.Subject {
	return cardreader.Subject{Surname: "SPECIMEN", GivenNames: "Marie Thérèse", Sex: "F", BirthDate: "1952-03-05", Nationality: "BEL",
		Number: "592000000001", Address: "Voorbeeldstraat 7 1000 Brussel", Authority: "Sint-Specimen", Issued: "2020-07-01", Expires: "2030-07-01"}
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func (s state) kind() cardreader.Kind {
	return beid.New(beid.Deps{Now: now, Anchors: func() []*cms.Certificate { return []*cms.Certificate{s.root} }})
}

func (s state) fixture(t testing.TB, t0 bool, most int) kindtest.Fixture {
	files := s.files(t)
	return kindtest.Fixture{Kind: s.kind(), Truth: truth(), Most: most,
		Files: []string{"identity", "address", "photo", "identity-signature", "address-signature", "register-certificate"},
		Open:  func(testing.TB) cardreader.Conn { return &chip{files: files, t0: t0} }}
}

func TestContractRSA(t *testing.T) {
	kindtest.Run(t, newState(t, "RSA", crypto.SHA256, nil).fixture(t, false, 32))
}
func TestContractEC(t *testing.T) {
	kindtest.Run(t, newState(t, "P-384", crypto.SHA384, nil).fixture(t, true, 38))
}

func FuzzRead(f *testing.F) {
	kindtest.Fuzz(f, newState(f, "P-384", crypto.SHA384, nil).fixture(f, false, 0))
}

func read(k cardreader.Kind, conn cardreader.Conn) (*cardreader.Document, error) {
	return k.Read(context.Background(), conn, nil, nil)
}

func (s state) document(t testing.TB, files map[string][]byte) *cardreader.Document {
	t.Helper()
	doc, err := read(s.kind(), &chip{files: files})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// outcome gives the checks in one line: "name verdict reason".
func outcome(doc *cardreader.Document) string {
	var out []string
	for _, c := range doc.Checks {
		out = append(out, strings.TrimSpace(c.Name+" "+c.Verdict.String()+" "+string(c.Reason)))
	}
	return strings.Join(out, ", ")
}

func TestProven(t *testing.T) {
	for _, tc := range []struct {
		key  string
		hash crypto.Hash
	}{{"RSA", crypto.SHA1}, {"RSA", crypto.SHA256}, {"RSA", crypto.SHA512}, {"P-256", crypto.SHA256}, {"P-384", crypto.SHA384}} {
		s := newState(t, tc.key, tc.hash, nil)
		doc := s.document(t, s.files(t))
		if doc.Verdict() != check.Passed || !bytes.Equal(doc.Photo, jpeg) {
			t.Errorf("%s %v: %v %s, photo of %d bytes", tc.key, tc.hash, doc.Verdict(), outcome(doc), len(doc.Photo))
		}
		const want = "identity-signature passed, address-signature passed, photo-hash passed, csca passed, chip indeterminate not-checked, validity passed"
		if got := outcome(doc); got != want {
			t.Errorf("%s %v: %s", tc.key, tc.hash, got)
		}
		if d := doc.Checks[0].Detail; !strings.Contains(d, "RRN") || !strings.Contains(d, tc.hash.String()) {
			t.Errorf("detail %q", d)
		}
		if d := doc.Checks[3].Detail; !strings.Contains(d, "SPECIMEN Root CA") {
			t.Errorf("detail %q", d)
		}
	}
}

func edit(b []byte, old, new string) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }

// One thing is wrong with each card.
func TestForged(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	other := newState(t, "P-384", crypto.SHA384, nil)
	for name, tc := range map[string]struct {
		change func(map[string][]byte)
		want   string // of the checks, the first that did not pass
		whole  check.Verdict
	}{
		"another name":            {func(f map[string][]byte) { f[identity] = edit(f[identity], "Marie", "Maria") }, "identity-signature failed wrong-signature", check.Failed},
		"another address":         {func(f map[string][]byte) { f[address] = edit(f[address], "7", "8") }, "address-signature failed wrong-signature", check.Failed},
		"another portrait":        {func(f map[string][]byte) { f[photo] = edit(f[photo], "SPECIMEN", "SPECIMAN") }, "photo-hash failed wrong-digest", check.Failed},
		"address of another card": {func(f map[string][]byte) { o := s.files(t); f[address], f[addressSig] = o[address], o[addressSig] }, "address-signature failed wrong-signature", check.Failed},
		"another state's register": {func(f map[string][]byte) {
			clear(f)
			for k, v := range other.files(t) {
				f[k] = v
			}
		}, "csca failed wrong-signature", check.Failed},
		"register swapped":      {func(f map[string][]byte) { f[certificate] = other.register }, "identity-signature failed wrong-signature", check.Failed},
		"signature cut":         {func(f map[string][]byte) { f[identitySig] = f[identitySig][:40] }, "identity-signature failed wrong-signature", check.Failed},
		"noise after signature": {func(f map[string][]byte) { f[addressSig] = append(f[addressSig], 1) }, "address-signature failed wrong-signature", check.Failed},
		"register of noise":     {func(f map[string][]byte) { f[certificate] = []byte("\x30\x03ABC") }, "identity-signature failed broken-structure", check.Failed},
		"no register":           {func(f map[string][]byte) { delete(f, certificate) }, "identity-signature indeterminate unreadable", check.Indeterminate},
		"no signature":          {func(f map[string][]byte) { delete(f, identitySig) }, "identity-signature indeterminate unreadable", check.Failed},
		"no address signature":  {func(f map[string][]byte) { delete(f, addressSig) }, "address-signature indeterminate unreadable", check.Indeterminate},
		"no address":            {func(f map[string][]byte) { delete(f, address); delete(f, addressSig) }, "address-signature indeterminate unreadable", check.Indeterminate},
		"no portrait":           {func(f map[string][]byte) { delete(f, photo) }, "photo-hash indeterminate unreadable", check.Passed},
	} {
		files := s.files(t)
		tc.change(files)
		doc := s.document(t, files)
		got := ""
		for _, c := range doc.Checks {
			if c.Verdict != check.Passed {
				got = strings.TrimSpace(c.Name + " " + c.Verdict.String() + " " + string(c.Reason))
				break
			}
		}
		if got != tc.want || doc.Verdict() != tc.whole {
			t.Errorf("%s: %v, %s", name, doc.Verdict(), outcome(doc))
		}
		if strings.HasPrefix(tc.want, "photo-hash") && doc.Photo != nil {
			t.Errorf("%s: a portrait that is not proven was handed over", name)
		}
	}
}

// Filling after a signature is none of it.
func TestFilling(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	files := s.files(t)
	files[addressSig] = append(files[addressSig], 0, 0, 0)
	files[certificate] = append(files[certificate], make([]byte, 50)...)
	if doc := s.document(t, files); doc.Verdict() != check.Passed {
		t.Errorf("%s", outcome(doc))
	}
}

// What the register's certificate must be.
func TestRegister(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(root, register *x509.Certificate)
		want   string
	}{
		"named otherwise":    {func(_, r *x509.Certificate) { r.Subject = pkix.Name{Country: []string{"BE"}, CommonName: "Citizen CA"} }, "csca indeterminate unknown-issuer"},
		"test register":      {func(_, r *x509.Certificate) { r.Subject = pkix.Name{Country: []string{"BE"}, CommonName: "test RRN"} }, "csca indeterminate unknown-issuer"},
		"of another country": {func(_, r *x509.Certificate) { r.Subject.Country = []string{"UT"} }, "csca indeterminate unknown-issuer"},
		"root of another":    {func(r, _ *x509.Certificate) { r.Subject.Country = []string{"UT"} }, "csca indeterminate unknown-issuer"},
		"authority":          {func(_, r *x509.Certificate) { r.IsCA = true }, "identity-signature failed wrong-key-usage"},
		"may not sign":       {func(_, r *x509.Certificate) { r.KeyUsage = x509.KeyUsageKeyAgreement }, "identity-signature failed wrong-key-usage"},
		"ended":              {func(_, r *x509.Certificate) { r.NotAfter = now().AddDate(0, 0, -1) }, "csca failed expired"},
		"not begun":          {func(_, r *x509.Certificate) { r.NotBefore = now().AddDate(0, 0, 1) }, "csca failed not-yet-valid"},
	} {
		s := newState(t, "P-384", crypto.SHA384, tc.change)
		doc := s.document(t, s.files(t))
		if got := outcome(doc); !strings.Contains(got, tc.want) || doc.Verdict() == check.Passed {
			t.Errorf("%s: %v, %s", name, doc.Verdict(), got)
		}
	}
}

func TestNotDecided(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	for name, tc := range map[string]struct {
		deps beid.Deps
		want string
	}{
		"no anchors": {beid.Deps{Now: now}, "csca indeterminate unknown-issuer"},
		"no clock":   {beid.Deps{Anchors: func() []*cms.Certificate { return []*cms.Certificate{s.root} }}, "csca indeterminate clock-unsure"},
	} {
		doc, err := read(beid.New(tc.deps), &chip{files: s.files(t)})
		if err != nil || doc.Verdict() != check.Indeterminate || !strings.Contains(outcome(doc), tc.want) {
			t.Errorf("%s: %v %s", name, err, outcome(doc))
		}
	}
}

// Files whose length is a multiple of a chunk end with 6B00, or with 6282.
func TestEnds(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	files := s.files(t)
	files[address] = append(files[address], make([]byte, 255-len(files[address]))...)
	if doc := s.document(t, files); doc.Verdict() != check.Passed {
		t.Errorf("%s", outcome(doc))
	}
	for name, answer := range map[string][]byte{
		"error": {0x69, 0x82}, "error with bytes": append(bytes.Repeat([]byte{'A'}, 255), 0x69, 0x82), "nothing": {0x90, 0x00},
		"wrong Le for ever": {0x6C, 0x01}, "more for ever": {0x61, 0x01}, "bytes for ever": append(bytes.Repeat([]byte{'A'}, 255), 0x90, 0x00),
		"too many": append(bytes.Repeat([]byte{'A'}, 256), 0x90, 0x00),
	} {
		line := &kindtest.Conn{Inner: &chip{files: s.files(t), failAt: 0, failWith: answer}}
		if _, err := read(s.kind(), line); !errors.Is(err, cardreader.ErrFaulty) || line.Endless {
			t.Errorf("%s: %v after %d commands", name, err, line.APDUs)
		}
	}
}

func TestRefused(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	for name, tc := range map[string]struct {
		change func(map[string][]byte)
		want   error
	}{
		"no identity":      {func(f map[string][]byte) { delete(f, identity) }, apdu.ErrFileNotFound},
		"no number":        {func(f map[string][]byte) { f[identity] = field(7, "SPECIMEN") }, beid.ErrMissing},
		"field cut":        {func(f map[string][]byte) { f[identity] = []byte{1, 5, 'A'} }, beid.ErrFile},
		"long length":      {func(f map[string][]byte) { f[identity] = append([]byte{1, 0x81, 1}, 'A') }, beid.ErrFile},
		"field twice":      {func(f map[string][]byte) { f[identity] = append(field(1, "A"), field(1, "B")...) }, beid.ErrFile},
		"address of noise": {func(f map[string][]byte) { f[address] = []byte("SPECIMEN") }, beid.ErrFile},
		"birth":            {func(f map[string][]byte) { f[identity] = edit(f[identity], "MAAR", "NISA") }, beid.ErrDate},
		"issue":            {func(f map[string][]byte) { f[identity] = edit(f[identity], "01.07.2020", "01/07/2020") }, beid.ErrDate},
		"identity of 4 kB": {func(f map[string][]byte) { f[identity] = make([]byte, 4<<10) }, beid.ErrSize},
	} {
		files := s.files(t)
		tc.change(files)
		_, err := read(s.kind(), &chip{files: files})
		var e *cardreader.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

// Every way in which a birth is written in the three languages.
func TestBirths(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	for written, want := range map[string]string{
		"05 MAAR 1952": "1952-03-05", "05 MARS 1952": "1952-03-05", "05.MÄR.1952": "1952-03-05", "5 AOUT  1952": "1952-08-05",
		"31.DEZ. 1952": "1952-12-31", "05 okt 1952": "1952-10-05", "1952": "1952-00-00",
	} {
		files := s.files(t)
		files[identity] = bytes.Join([][]byte{field(1, "592000000001"), field(0x0C, written)}, nil)
		doc, err := read(s.kind(), &chip{files: files})
		if err != nil || doc.Subject.BirthDate != want {
			t.Errorf("%s: %v", written, err)
		}
	}
}

// Text that is no UTF-8 is left out, and said.
func TestText(t *testing.T) {
	s := newState(t, "P-384", crypto.SHA384, nil)
	files := s.files(t)
	files[identity] = append(field(1, "592000000001"), field(7, "\xE9")...)
	doc := s.document(t, files)
	if doc.Subject.Surname != "" || !strings.Contains(outcome(doc), "text indeterminate unmappable") {
		t.Errorf("%s", outcome(doc))
	}
}

func FuzzFiles(f *testing.F) {
	s := newState(f, "P-384", crypto.SHA384, nil)
	good := s.files(f)
	f.Add(good[identity], good[address], good[identitySig], good[certificate])
	f.Add(good[identity], []byte{}, []byte("\x30\x84\xFF\xFF\xFF\xFF"), []byte("\x30\x82\xFF\xFF"))
	f.Fuzz(func(t *testing.T, id, home, sig, cert []byte) {
		files := map[string][]byte{identity: id, address: home, identitySig: sig, addressSig: good[addressSig], photo: jpeg, certificate: cert}
		doc, err := read(s.kind(), &chip{files: files})
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() == check.Passed && doc.Subject != truth() {
			t.Fatal("forged and passed")
		}
	})
}
