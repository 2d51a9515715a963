package institution

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/bundle"
	"bangban/app/keys"
)

func testBundle() *bundle.Bundle {
	b := demoBundle(time.Time{})
	b.NotAfter = start.Add(listLife)
	return b
}

func TestSignBundle(t *testing.T) {
	i, c, dir := newOffice(t)
	file, err := i.SignBundle(testBundle())
	if err != nil {
		t.Fatal(err)
	}
	first, err := bundle.Bootstrap(file, i.Fingerprint(), bundle.Conditions{At: start})
	if err != nil {
		t.Fatal(err)
	}
	if first.Version != 1 || first.Issuer != issuer || len(first.BackOffice) != 2 || len(first.ReceiptKeys) != 1 || first.Training {
		t.Fatalf("%+v", first.Bundle)
	}
	again, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	file, err = again.SignBundle(testBundle())
	if err != nil {
		t.Fatal(err)
	}
	second, err := bundle.Accept(first, file, bundle.Conditions{At: start, Highest: 1})
	if err != nil || second.Version != 2 {
		t.Fatalf("%v", err)
	}
	jump := testBundle()
	jump.Version = 50
	if file, err = again.SignBundle(jump); err != nil {
		t.Fatal(err)
	}
	if b, err := bundle.Accept(first, file, bundle.Conditions{At: start}); err != nil || b.Version != 50 {
		t.Fatalf("%v", err)
	}
	// What is in the bundle is what the gateway signs and the back office opens with.
	checkReceipt(t, again, first.ReceiptKeys[0])
	checkHolders(t, again, first.BackOffice)
}

func checkReceipt(t *testing.T, i *Institution, vkey string) {
	t.Helper()
	s, err := i.ReceiptSigner()
	if err != nil {
		t.Fatal(err)
	}
	msg, err := note.Sign(&note.Note{Text: "SPECIMEN\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(msg, note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
}

func checkHolders(t *testing.T, i *Institution, holders []bundle.Holder) {
	t.Helper()
	all, err := i.HolderKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holders {
		kem := hpke.MLKEM768X25519()
		if h.Suite == keys.SuiteP256 {
			kem = hpke.DHKEM(ecdh.P256())
		}
		pub, err := kem.NewPublicKey(h.Public)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := hpke.Seal(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), nil, []byte("SPECIMEN"))
		if err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(all, func(k *keys.HolderKey) bool { return bytes.Equal(k.ID(), h.ID) })
		if n < 0 {
			t.Fatal("the folder has no key for a holder of the bundle")
		}
		if _, err := hpke.Open(all[n].Private(), hpke.HKDFSHA256(), hpke.AES256GCM(), nil, sealed); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMissingKeys(t *testing.T) {
	i, _, dir := newOffice(t)
	for _, name := range []string{"root.key", "bundle-1.key", "receipt-1.key", "holder-1.key", "holder-2.key"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := i.SignBundle(testBundle())
	wantErr(t, err, ErrNoKey)
	_, err = i.ReceiptSigner()
	wantErr(t, err, ErrNoKey)
	_, err = i.HolderKeys()
	wantErr(t, err, ErrNoKey)
	wantErr(t, i.Rotate(RoleReceipt), ErrNoKey)
	wantErr(t, i.Rotate("root"), ErrReserved)
}

func TestRotate(t *testing.T) {
	i, c, dir := newOffice(t)
	old := i.PEM()
	raw, _, err := i.Delegate(DelegateRequest{Station: "T01", Key: &newKey(t).PublicKey, Count: 1, NotBefore: start,
		Expires: start.Add(time.Hour), MaxLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if due, err := i.Due(); err != nil || len(due) != 0 {
		t.Fatalf("%v %v", due, err)
	}
	c.pass(61 * 24 * time.Hour)
	if due, err := i.Due(); err != nil || !slices.Equal(due, []string{RoleReceipt}) {
		t.Fatalf("%v %v", due, err)
	}
	c.pass(200 * 24 * time.Hour)
	_, err = i.ReceiptSigner()
	wantErr(t, err, ErrKeyEnded)
	b := testBundle()
	b.NotAfter = c.now().Add(time.Hour)
	_, err = i.SignBundle(b)
	wantErr(t, err, ErrKeyEnded)
	due, err := i.Due()
	if err != nil || len(due) != 5 {
		t.Fatalf("%v %v", due, err)
	}
	if err := i.Rotate(due...); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(i.PEM(), old) || strings.Count(string(i.PEM()), "BEGIN") != 3 {
		t.Fatal("old certificates must stay, the new one comes last")
	}
	again, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.openDelegation(raw); err != nil {
		t.Fatalf("old delegation: %v", err)
	}
	file, err := again.SignBundle(b)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := bundle.Open(file, bundle.Anchor{Root: i.Root().Raw})
	if err != nil {
		t.Fatal(err)
	}
	checkReceipt(t, again, opened.ReceiptKeys[0])
	checkHolders(t, again, opened.BackOffice)
	if all, _ := again.HolderKeys(); len(all) != 4 {
		t.Fatalf("%d holder keys, old parcels need the old ones", len(all))
	}
}

// The suite of the back-office keys is policy: it changes with a rotation, and a bundle names keys of one suite only, also
// where a rotation was cut off after the first of the pair.
func TestSuitePolicy(t *testing.T) {
	i, c, dir := newOffice(t)
	open := func(suite string) *Institution {
		o, err := Open(dir, Options{Rand: rand.Reader, Now: c.now, Suite: suite})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	holders := func(o *Institution) []bundle.Holder {
		t.Helper()
		file, err := o.SignBundle(testBundle())
		if err != nil {
			t.Fatal(err)
		}
		b, err := bundle.Open(file, bundle.Anchor{Root: i.Root().Raw})
		if err != nil {
			t.Fatal(err)
		}
		checkHolders(t, o, b.BackOffice)
		if len(b.Intake) != 1 || b.Intake[0].Suite != keys.SuiteXWing {
			t.Fatalf("intake %+v", b.Intake)
		}
		return b.BackOffice
	}
	p256 := open(keys.SuiteP256)
	if err := p256.Rotate(RoleHolder); err != nil {
		t.Fatal(err)
	}
	if h := holders(p256); len(h) != 2 || h[0].Suite != keys.SuiteP256 || h[1].Suite != keys.SuiteP256 {
		t.Fatalf("%+v", h)
	}
	if err := open("").Rotate(RoleHolder); err != nil { // as before
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "holder-6.statement")); err != nil {
		t.Fatal(err)
	}
	xwing := open(keys.SuiteXWing)
	root, err := xwing.openKey("root")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := xwing.addKey(root, roleHolder); err != nil {
		t.Fatal(err)
	}
	if h := holders(xwing); len(h) != 1 || h[0].Suite != keys.SuiteXWing {
		t.Fatalf("half a rotation: %d keys, the first of %s", len(h), h[0].Suite)
	}
	wantErr(t, open("DHKEM").Rotate(RoleHolder), keys.ErrAlgorithm)
}
