package institution

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/trust"
	"bangban/app/voucher"
)

func trainingOptions(t testing.TB) (TrainingOptions, *clock) {
	c := &clock{at: start}
	data := t.TempDir()
	return TrainingOptions{Dir: filepath.Join(data, "institution"), Vault: filepath.Join(data, "keys", "voucher.vault"),
		IdentityKey: filepath.Join(data, "keys", "identity.key"), Station: "T01", Rand: rand.Reader, Now: c.now,
		Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}}, c
}

func train(t testing.TB, o TrainingOptions) *TrainingStation {
	t.Helper()
	st, err := Training(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Identity.Close() })
	return st
}

func TestTraining(t *testing.T) {
	o, _ := trainingOptions(t)
	o.CSCA = [][]byte{{0x30, 0x00}}
	st := train(t, o)
	b := st.Opened
	if !b.Training || !strings.HasPrefix(b.Issuer, bundle.TrainingPrefix) || b.Policy.Limits != (desk.Limits{}) || b.Policy.Hotline != "12345" {
		t.Fatalf("%+v", b.Bundle)
	}
	for code, binding := range map[string]desk.Binding{"housing-fund": desk.BindDocument, "hotel": desk.BindFace, "train-ticket": desk.BindDocument} {
		p, ok := b.Purpose(code)
		if !ok || p.Binding != binding || p.Life > st.Delegated.MaxLife {
			t.Fatalf("%s: %+v", code, p)
		}
		for _, lang := range []string{"zh-Hans", "en"} {
			if p.Title[lang] == "" || p.Allows[lang] == "" {
				t.Fatalf("%s has no words in %s", code, lang)
			}
		}
	}
	for _, id := range []string{"demo-bank", "demo-hotel", "demo-rail"} {
		if _, ok := b.Recipient(id); !ok {
			t.Fatalf("no recipient %s", id)
		}
	}
	for id, role := range map[string]desk.Role{TrainingClerk: desk.RoleClerk, TrainingSupervisor: desk.RoleSupervisor} {
		m, ok := b.Member(id)
		if !ok || !m.Clerk.Has(role) {
			t.Fatalf("%s is not on the roster as %s", id, role)
		}
		u, err := st.Vault.Unlock(id, []byte(TrainingPIN))
		if err != nil {
			t.Fatal(err)
		}
		u.Lock()
	}
	if st.Delegated.First != 1 || st.Delegated.Last != 10_000 || !st.Delegated.Key.Equal(st.Vault.Public()) ||
		!st.Vault.Public().Equal(st.Certificate.PublicKey) {
		t.Fatalf("%+v", st.Delegated)
	}
	if s, err := VerifyIdentity(st.Institution.PEM(), st.IdentityCert, start); err != nil || s != "T01" {
		t.Fatalf("%q %v", s, err)
	}
	if len(b.Sinks) != 1 || b.Sinks[0].Kind != "folder" || len(b.ListsOf(bundle.ListCSCA)) != 1 {
		t.Fatal("sinks or lists")
	}
}

// A voucher issued by what Training hands out is accepted by whoever has institution.pem and the bundle's lists.
func TestTrainingIssues(t *testing.T) {
	o, _ := trainingOptions(t)
	st := train(t, o)
	store := trust.New(st.Opened.Policy.MaxListAge)
	if err := store.Add(st.Institution.PEM(), "training", start); err != nil {
		t.Fatal(err)
	}
	for _, l := range st.Opened.Lists {
		if err := store.Add(l.Bytes, "bundle", l.MadeAt); err != nil {
			t.Fatalf("%s: %v", l.Kind, err)
		}
	}
	if a := store.Status(st.Institution.Issuer(), st.StatusURI, st.Delegated.Last, start); !a.Held || !a.Listed || a.Value != 0 {
		t.Fatalf("%+v", a)
	}
	if a := store.Delegation(st.Institution.Issuer(), "T01", []byte{1}, start); !a.Held || a.Listed {
		t.Fatalf("%+v", a)
	}
	key, err := st.Vault.Unlock(TrainingClerk, []byte(TrainingPIN))
	if err != nil {
		t.Fatal(err)
	}
	defer key.Lock()
	v := &voucher.Voucher{Issuer: st.Institution.Issuer(), Subject: [16]byte{1}, ID: [16]byte{2}, Audience: "demo-bank",
		IssuedAt: start, NotBefore: start, Expires: start.Add(24 * time.Hour),
		Status: &voucher.StatusRef{Index: st.Delegated.Last, URI: st.StatusURI},
		Terms: voucher.Terms{PurposeCode: "housing-fund", PurposeText: "SPECIMEN", Before: [32]byte{3}, Serial: 1,
			Operations: []string{"query"}, Binding: voucher.BindDocument([16]byte{4}, "passport", "SPECIMEN1")},
		Holder: voucher.Holder{FullName: "SPECIMEN"}}
	cose, err := voucher.Sign(nil, v, voucher.Signer{Key: key, Delegation: st.Delegation})
	if err != nil {
		t.Fatal(err)
	}
	inst, err := voucher.ParseInstitution(st.Institution.PEM())
	if err != nil {
		t.Fatal(err)
	}
	got, err := voucher.Open(cose, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil || got.Serial() != "T01-000001" {
		t.Fatalf("%v %v", got, err)
	}
	key.Lock()
	if _, err := voucher.Sign(nil, v, voucher.Signer{Key: key, Delegation: st.Delegation}); !errors.Is(err, keys.ErrLocked) {
		t.Fatalf("signed while locked: %v", err)
	}
}

func TestTrainingAgain(t *testing.T) {
	o, c := trainingOptions(t)
	first := train(t, o)
	if !first.NewBundle || !first.NewDelegation {
		t.Fatal("nothing was made")
	}
	// The next start changes nothing.
	c.pass(time.Hour)
	second := train(t, o)
	if second.NewBundle || second.NewDelegation || !bytes.Equal(second.Bundle, first.Bundle) || !bytes.Equal(second.Delegation, first.Delegation) ||
		!second.IdentityCert.Equal(first.IdentityCert) || !second.Vault.Public().Equal(first.Vault.Public()) {
		t.Fatal("a start that needed nothing changed something")
	}
	// Four days later the delegation is past half of its life.
	c.pass(4 * 24 * time.Hour)
	third := train(t, o)
	if !third.NewDelegation || third.Delegated.First != 10_001 || third.Delegated.Last != 20_000 {
		t.Fatalf("%+v", third.Delegated)
	}
	// The block is nearly used up.
	o.NextSerial = 19_500
	fourth := train(t, o)
	if fourth.Delegated.First != 20_001 {
		t.Fatalf("%+v", fourth.Delegated)
	}
	cond := bundle.Conditions{At: c.now(), Training: true}
	if _, err := bundle.Accept(first.Opened, fourth.Bundle, cond); err != nil {
		t.Fatalf("the station would not take the new bundle: %v", err)
	}
	// After a year in a drawer everything has ended, and everything comes back.
	c.pass(400 * 24 * time.Hour)
	o.NextSerial = 20_100
	old := train(t, o)
	if !old.NewBundle || !old.NewDelegation || old.IdentityCert.NotAfter.Before(c.now()) {
		t.Fatal("an old station was not renewed")
	}
	if _, err := bundle.Accept(first.Opened, old.Bundle, bundle.Conditions{At: c.now(), Training: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Institution.openDelegation(first.Delegation); err != nil {
		t.Fatalf("old papers must still verify: %v", err)
	}
}

func TestTrainingAfterACut(t *testing.T) {
	for _, lost := range []string{"issued/T01.delegation.pem", "issued/training.bundle", "issued/T01.identity.pem", "../keys/voucher.vault",
		"../keys/identity.key"} {
		o, _ := trainingOptions(t)
		train(t, o)
		if err := os.Remove(filepath.Join(o.Dir, lost)); err != nil {
			t.Fatal(err)
		}
		st := train(t, o)
		if !st.Delegated.Key.Equal(st.Vault.Public()) || st.IdentityCert.CheckSignatureFrom(st.Institution.Issuing()) != nil {
			t.Fatalf("without %s: keys and certificates differ", lost)
		}
	}
}

func TestTrainingRefusesARealInstitution(t *testing.T) {
	o, _ := trainingOptions(t)
	_, _, dir := newOffice(t)
	o.Dir = dir
	_, err := Training(o)
	wantErr(t, err, ErrTraining)
	if _, err := os.Stat(o.Vault); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("it made a vault")
	}
}

func TestTrainingInstitutionsDiffer(t *testing.T) {
	a, _ := trainingOptions(t)
	b, _ := trainingOptions(t)
	one, two := train(t, a), train(t, b)
	if one.Institution.Issuer() == two.Institution.Issuer() {
		t.Fatal("two training institutions of one name")
	}
	foreign, err := voucher.ParseInstitution(two.Institution.PEM())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := voucher.OpenDelegation(one.Delegation, voucher.Keys{Institutions: []*voucher.Institution{foreign}}); err == nil {
		t.Fatal("a foreign training paper was accepted")
	}
}

func BenchmarkTrainingFirst(b *testing.B) {
	for b.Loop() {
		o, _ := trainingOptions(b)
		train(b, o)
	}
}

func BenchmarkTrainingAgain(b *testing.B) {
	o, _ := trainingOptions(b)
	train(b, o)
	for b.Loop() {
		train(b, o)
	}
}
