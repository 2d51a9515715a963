package bundle

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/desk"
)

var made = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

const iss = "urn:bangban:training:specimen"

// office is an invented institution.
type office struct {
	iss     string
	root    *x509.Certificate
	rootKey *ecdsa.PrivateKey
	signer  note.Signer
	vkey    string
	st      []byte
	receipt string
}

func newOffice(t testing.TB, iss string) *office {
	t.Helper()
	o := &office{iss: iss}
	var err error
	if o.rootKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	uri, err := url.Parse(iss)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN root"}, URIs: []*url.URL{uri},
		NotBefore: made.AddDate(-1, 0, 0), NotAfter: made.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &o.rootKey.PublicKey, o.rootKey)
	if err != nil {
		t.Fatal(err)
	}
	if o.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	o.signer, o.vkey = noteKey(t, iss)
	_, o.receipt = noteKey(t, iss+"/receipt")
	o.st = o.statement(t, RoleBundle, []byte(o.vkey))
	return o
}

func noteKey(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return s, vkey
}

func (o *office) statement(t testing.TB, role string, key []byte) []byte {
	t.Helper()
	return o.encode(t, Statement{role, key, o.iss, made.Add(-time.Hour), made.AddDate(1, 0, 0)})
}

func (o *office) encode(t testing.TB, s Statement) []byte {
	t.Helper()
	raw, err := s.Encode(o.rootKey)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (o *office) signing() Signing { return Signing{o.root, o.signer, o.st} }

// bundle is a small one in which every field is set.
func (o *office) bundle(t testing.TB, version uint64) *Bundle {
	t.Helper()
	public := bytes.Repeat([]byte{7}, publicSize(SuiteXWing))
	id := sha256.Sum256(public)
	return &Bundle{
		Version: version, MadeAt: made, NotAfter: made.AddDate(0, 1, 0), Issuer: o.iss, Name: desk.Text{"en": "SPECIMEN office"},
		Training: strings.HasPrefix(o.iss, TrainingPrefix),
		Purposes: []desk.Purpose{{Code: "housing-fund", Title: desk.Text{"en": "Housing fund"}, Allows: desk.Text{"en": "Ask"},
			Fields: []string{desk.FieldName}, Binding: desk.BindDocument, Life: 24 * time.Hour, MaxUses: 1,
			Operations: []string{"query"}, Recipients: []string{"demo-bank"}}},
		Recipients:  []desk.Recipient{{ID: "demo-bank", Name: desk.Text{"en": "SPECIMEN bank"}}},
		Roster:      []Member{{Clerk: desk.Clerk{ID: "01", Name: "SPECIMEN", Roles: []desk.Role{desk.RoleClerk}}, Until: made.AddDate(1, 0, 0)}},
		Policy:      desk.Policy{Hotline: "12345", DemandLists: []string{ListStatus}},
		Institution: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.root.Raw}),
		Lists:       []List{{ListStatus, "urn:example:list", made, made.AddDate(0, 1, 0), []byte{1}}},
		BackOffice:  []Holder{{id[:8], "X-Wing", public}},
		ReceiptKeys: []string{o.receipt},
		Statements:  [][]byte{o.statement(t, RoleReceipt, []byte(o.receipt)), o.statement(t, RoleBackOffice, public)},
		Sinks:       []Sink{{Kind: "folder"}},
		Wording:     map[string]desk.Text{"hall.welcome": {"en": "SPECIMEN"}},
		Checklists:  map[string][]desk.Text{"housing-fund": {{"en": "Bring the book"}}},
	}
}

func (o *office) sign(t testing.TB, b *Bundle) []byte {
	t.Helper()
	file, err := Sign(b, o.signing())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// force signs without the check of Sign, as a broken or hostile tool would.
func (o *office) force(t testing.TB, b *Bundle) []byte {
	t.Helper()
	body, err := encMode.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return o.wrap(t, noteText(Magic, b.Issuer, b.Version, body), body)
}

func (o *office) wrap(t testing.TB, text string, body []byte) []byte {
	t.Helper()
	n, err := note.Sign(&note.Note{Text: text}, o.signer)
	if err != nil {
		t.Fatal(err)
	}
	file, err := encMode.Marshal(outer{Magic: Magic, Root: o.root.Raw, Statement: o.st, Note: n, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func TestSignOpen(t *testing.T) {
	o := newOffice(t, iss)
	b := o.bundle(t, 7)
	file := o.sign(t, b)
	for name, a := range map[string]Anchor{"root": {Root: o.root.Raw}, "fingerprint": {Fingerprint: Fingerprint(o.root)}} {
		got, err := Open(file, a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got.Bundle, b) || !got.Root.Equal(o.root) {
			t.Fatalf("%s: came back as\n%+v\nwant\n%+v", name, got.Bundle, b)
		}
	}
	if again := o.sign(t, b); !bytes.Equal(again, file) {
		t.Fatal("signing is not deterministic")
	}
	_, err := Open(file, Anchor{})
	wantErr(t, err, ErrNoAnchor)
}

// Every byte of the file is under a signature: no flip may pass, nor be blamed on something else than the file.
func TestEveryFlipIsRefused(t *testing.T) {
	o := newOffice(t, iss)
	file := o.sign(t, o.bundle(t, 1))
	for i := 0; i < len(file); i += 3 {
		flipped := bytes.Clone(file)
		flipped[i] ^= 0x01
		if _, err := Open(flipped, Anchor{Root: o.root.Raw}); err == nil {
			t.Fatalf("byte %d of %d flipped and accepted", i, len(file))
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	o, other := newOffice(t, iss), newOffice(t, iss)
	edit := func(f func(*Bundle)) []byte {
		b := o.bundle(t, 3)
		f(b)
		return o.force(t, b)
	}
	// with changes the outer file of a good one.
	with := func(f func(*outer)) []byte {
		out, err := parseOuter(Magic, o.sign(t, o.bundle(t, 3)))
		if err != nil {
			t.Fatal(err)
		}
		f(out)
		file, err := encMode.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := o.sign(t, o.bundle(t, 3))
	body, _ := encMode.Marshal(o.bundle(t, 3))
	unknown, _ := encMode.Marshal(map[int]any{1: 3, 99: true})
	_, forged := noteKey(t, iss)
	sell := bytes.Repeat([]byte{9}, publicSize(SuiteXWing))
	sellID := sha256.Sum256(sell)
	for _, tc := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, ErrFormat},
		{"trailing byte", append(bytes.Clone(good), 0), ErrFormat},
		{"too large", make([]byte, MaxFile+1), ErrTooLarge},
		{"other format", with(func(f *outer) { f.Magic = "bangban-bundle-2" }), ErrFormat},
		{"root is none", with(func(f *outer) { f.Root = []byte{1} }), ErrFormat},
		{"root of another", with(func(f *outer) { f.Root = other.root.Raw }), ErrForeign},
		{"statement of another root", with(func(f *outer) { f.Statement = other.st }), ErrUncertified},
		{"statement for receipts", with(func(f *outer) { f.Statement = o.statement(t, RoleReceipt, []byte(o.vkey)) }), ErrUncertified},
		{"statement for another key", with(func(f *outer) { f.Statement = o.statement(t, RoleBundle, []byte(forged)) }), ErrUnsigned},
		{"statement is huge", with(func(f *outer) { f.Statement = make([]byte, maxSmall+1) }), ErrTooLarge},
		{"statement has ended", with(func(f *outer) {
			f.Statement = o.encode(t, Statement{RoleBundle, []byte(o.vkey), iss, made.AddDate(-1, 0, 0), made.Add(-time.Second)})
		}), ErrUncertified},
		{"no note", with(func(f *outer) { f.Note = nil }), ErrUnsigned},
		{"note by another", with(func(f *outer) { f.Note, _ = note.Sign(&note.Note{Text: "x\n"}, other.signer) }), ErrUnsigned},
		{"another body", with(func(f *outer) { f.Body = append(bytes.Clone(f.Body), 0) }), ErrUnsigned},
		{"note names another version", o.wrap(t, noteText(Magic, iss, 4, body), body), ErrUnsigned},
		{"note names another issuer", o.wrap(t, noteText(Magic, "urn:x", 3, body), body), ErrUnsigned},
		{"unknown field", o.wrap(t, noteText(Magic, iss, 3, unknown), unknown), ErrNewer},
		{"issuer is not the root's", edit(func(b *Bundle) { b.Issuer = iss + "2" }), ErrForeign},
		{"version 0", edit(func(b *Bundle) { b.Version = 0 }), ErrContent},
		{"ends before it begins", edit(func(b *Bundle) { b.NotAfter = b.MadeAt }), ErrContent},
		{"not training", edit(func(b *Bundle) { b.Training = false }), ErrTrainingMismatch},
		{"institution of another", edit(func(b *Bundle) {
			b.Institution = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.root.Raw})
		}), ErrContent},
		{"back-office key of a thief", edit(func(b *Bundle) { b.BackOffice = []Holder{{sellID[:8], "X-Wing", sell}} }), ErrUncertified},
		{"back-office id of another key", edit(func(b *Bundle) { b.BackOffice[0].ID = make([]byte, 8) }), ErrContent},
		{"back-office key of no suite", edit(func(b *Bundle) { b.BackOffice[0].Suite = "X" }), ErrContent},
		{"back-office key of no suite and no bytes", edit(func(b *Bundle) { b.BackOffice[0] = Holder{Suite: "X"} }), ErrContent},
		{"back-office key in the wrong suite", edit(func(b *Bundle) { b.BackOffice[0].Suite = SuiteP256 }), ErrContent},
		{"back-office keys of two suites", edit(func(b *Bundle) {
			short := bytes.Repeat([]byte{4}, publicSize(SuiteP256))
			sum := sha256.Sum256(short)
			b.BackOffice = append(b.BackOffice, Holder{sum[:8], SuiteP256, short})
		}), ErrContent},
		{"intake key of a thief", edit(func(b *Bundle) { b.Intake = []Holder{{sellID[:8], SuiteXWing, sell}} }), ErrUncertified},
		{"intake key that is a back-office key", edit(func(b *Bundle) { b.Intake = b.BackOffice }), ErrUncertified},
		{"no back office", edit(func(b *Bundle) { b.BackOffice = nil }), ErrContent},
		{"receipt key of a thief", edit(func(b *Bundle) { b.ReceiptKeys = []string{forged} }), ErrUncertified},
		{"receipt key is none", edit(func(b *Bundle) { b.ReceiptKeys = []string{"x"} }), ErrContent},
		{"purpose twice", edit(func(b *Bundle) { b.Purposes = append(b.Purposes, b.Purposes[0]) }), ErrContent},
		{"no binding", edit(func(b *Bundle) { b.Purposes[0].Binding = "" }), ErrContent},
		{"no life", edit(func(b *Bundle) { b.Purposes[0].Life = 0 }), ErrContent},
		{"unknown recipient", edit(func(b *Bundle) { b.Purposes[0].Recipients = []string{"x"} }), ErrContent},
		{"recipient twice", edit(func(b *Bundle) { b.Recipients = append(b.Recipients, b.Recipients[0]) }), ErrContent},
		{"clerk twice", edit(func(b *Bundle) { b.Roster = append(b.Roster, b.Roster[0]) }), ErrContent},
		{"clerk without a role", edit(func(b *Bundle) { b.Roster[0].Clerk.Roles = nil }), ErrContent},
		{"list without bytes", edit(func(b *Bundle) { b.Lists[0].Bytes = nil }), ErrContent},
		{"sink without a kind", edit(func(b *Bundle) { b.Sinks[0].Kind = "" }), ErrContent},
	} {
		if _, err := Open(tc.file, Anchor{Root: o.root.Raw}); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := Open(edit(func(*Bundle) {}), Anchor{Root: o.root.Raw}); err != nil {
		t.Fatalf("control: %v", err)
	}
}

func TestSignRefusesWhatNobodyCouldOpen(t *testing.T) {
	o := newOffice(t, iss)
	b := o.bundle(t, 1)
	b.Roster[0].Clerk.Roles = nil
	_, err := Sign(b, o.signing())
	wantErr(t, err, ErrContent)
}

func TestAccept(t *testing.T) {
	o, other := newOffice(t, iss), newOffice(t, iss)
	real := newOffice(t, "https://specimen.example/id")
	c := Conditions{At: made.Add(time.Hour), Training: true}
	current, err := Bootstrap(o.sign(t, o.bundle(t, 5)), Fingerprint(o.root), c)
	if err != nil {
		t.Fatal(err)
	}
	next := o.sign(t, o.bundle(t, 6))
	if got, err := Accept(current, next, c); err != nil || got.Version != 6 {
		t.Fatalf("newer: %v", err)
	}
	another := o.bundle(t, 5)
	another.Policy.Hotline = "SPECIMEN"
	backdated := o.bundle(t, 9)
	backdated.MadeAt = made.Add(-time.Minute)
	for _, tc := range []struct {
		name string
		file []byte
		c    Conditions
		want error
	}{
		{"the one in force", o.sign(t, o.bundle(t, 5)), c, ErrInForce},
		{"same version, another content", o.sign(t, another), c, ErrDiffers},
		{"older version", o.sign(t, o.bundle(t, 4)), c, ErrOlder},
		{"newer number, earlier day", o.sign(t, backdated), c, ErrOlder},
		{"seen before, after a roll-back of the folder", next, Conditions{c.At, true, 6}, ErrOlder},
		{"of another institution", other.sign(t, other.bundle(t, 6)), c, ErrForeign},
		{"expired", next, Conditions{made.AddDate(0, 2, 0), true, 0}, ErrExpired},
		{"training at a real station", next, Conditions{c.At, false, 0}, ErrTrainingMismatch},
		{"unsigned", next[:len(next)-1], c, ErrFormat},
	} {
		if got, err := Accept(current, tc.file, tc.c); got != nil || !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	_, err = Bootstrap(next, Fingerprint(other.root), c)
	wantErr(t, err, ErrFingerprint)
	_, err = Bootstrap(next, "nonsense", c)
	wantErr(t, err, ErrGroup)
	_, err = Bootstrap(next, "", c)
	wantErr(t, err, ErrNoAnchor)
	_, err = Bootstrap(next, Fingerprint(o.root), Conditions{c.At, true, 6})
	wantErr(t, err, ErrOlder)
	_, err = Bootstrap(real.sign(t, real.bundle(t, 1)), Fingerprint(real.root), c)
	wantErr(t, err, ErrTrainingMismatch)
	if code := Code(err); code != "bundle-training" {
		t.Fatal(code)
	}
	if code := Code(ErrFormat); code != "bundle-unreadable" {
		t.Fatal(code)
	}
}

func TestStanding(t *testing.T) {
	o := newOffice(t, iss)
	b := o.bundle(t, 1)
	for _, tc := range []struct {
		at   time.Time
		want Standing
	}{{made, Full}, {b.NotAfter.Add(-time.Second), Full}, {b.NotAfter, Narrow}, {b.NotAfter.Add(Grace), Stopped}} {
		if got := b.Standing(tc.at); got != tc.want {
			t.Errorf("%v: %v, want %v", tc.at, got, tc.want)
		}
	}
	if _, ok := b.Purpose("housing-fund"); !ok {
		t.Fatal("purpose")
	}
	if _, ok := b.Recipient("nobody"); ok {
		t.Fatal("recipient")
	}
	if m, ok := b.Member("01"); !ok || m.Clerk.ID != "01" || len(b.ListsOf(ListStatus)) != 1 || len(b.ListsOf(ListCSCA)) != 0 {
		t.Fatal("member or lists")
	}
}

func TestStatementRefuses(t *testing.T) {
	o, other := newOffice(t, iss), newOffice(t, iss)
	if _, err := OpenStatement(o.st, o.root); err != nil {
		t.Fatal(err)
	}
	_, err := OpenStatement(o.st, other.root)
	wantErr(t, err, ErrUncertified)
	_, err = OpenStatement(o.st[1:], o.root)
	wantErr(t, err, ErrFormat)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, err = Statement{}.Encode(p384)
	wantErr(t, err, ErrUncertified)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	_, err = Statement{}.Encode(ed)
	wantErr(t, err, ErrUncertified)
}

func TestEnrolment(t *testing.T) {
	m := Member{Clerk: desk.Clerk{ID: "01"}, Enrolment: EnrolmentHash("01", "ABCD-EFGH-JKMN-PQRS")}
	other := m
	other.Clerk.ID = "02"
	if !m.Enrols("abcd efgh jkmn pqrs") || m.Enrols("ABCD-EFGH-JKMN-PQRT") || other.Enrols("ABCD-EFGH-JKMN-PQRS") ||
		(Member{}).Enrols("") {
		t.Fatal("enrolment code")
	}
}
