package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"os"
	"testing"
)

// softCard is a card in software. claims is the public key that it says it has.
type softCard struct {
	key    *ecdh.PrivateKey
	claims []byte
	err    error
}

func newCard(t testing.TB) *softCard {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &softCard{key: k, claims: k.PublicKey().Bytes()}
}

func (c *softCard) Public() []byte { return c.claims }

func (c *softCard) Agree(peer []byte) ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	p, err := ecdh.P256().NewPublicKey(peer)
	if err != nil {
		return nil, err
	}
	return c.key.ECDH(p)
}

func withCard(t testing.TB) (*Vault, string, *softCard) {
	t.Helper()
	v, path := newVault(t)
	u, c := unlock(t, v, "01", "246810"), newCard(t)
	defer u.Lock()
	if err := v.AddCard(u, rand.Reader, CardSlot{"H12", "01", c}); err != nil {
		t.Fatal(err)
	}
	return v, path, c
}

// A card opens what the PIN opens, also after the file was read again, and both stay good.
func TestCardOpens(t *testing.T) {
	v, path, c := withCard(t)
	again, err := OpenVault(path)
	if err != nil || !again.HasCard("01", c.claims) || again.Cards("01") != 1 || again.Cards("02") != 0 {
		t.Fatalf("read again: %v", err)
	}
	u, err := again.UnlockCard(CardSlot{"H12", "01", c})
	if err != nil || u.ClerkID() != "01" || !v.Public().Equal(u.Public()) {
		t.Fatalf("by card: %v", err)
	}
	defer u.Lock()
	digest := sha256.Sum256([]byte("SPECIMEN"))
	if _, err := u.Sign(nil, digest[:], crypto.SHA256); err != nil {
		t.Fatal(err)
	}
	unlock(t, again, "01", "246810").Lock()
}

// A new voucher key is opened by the cards of the old one: what they open is the vault.
func TestCardAfterNewKey(t *testing.T) {
	v, _, c := withCard(t)
	u, key := unlock(t, v, "01", "246810"), newKey(t)
	defer u.Lock()
	if err := v.ReplaceKey(u, rand.Reader, key); err != nil {
		t.Fatal(err)
	}
	by, err := v.UnlockCard(CardSlot{"H12", "01", c})
	if err != nil || !key.PublicKey.Equal(by.Public()) {
		t.Fatalf("%v", err)
	}
	by.Lock()
}

// Each of these opens nothing, for its own reason; the control is the card itself.
func TestCardRefused(t *testing.T) {
	v, path, c := withCard(t)
	copied, gone := newCard(t), &softCard{key: c.key, claims: c.claims, err: errors.New("pulled")}
	copied.claims = c.claims // a card with a copy of the certificate
	for _, tc := range []struct {
		what string
		s    CardSlot
		want error
	}{
		{"another card", CardSlot{"H12", "01", newCard(t)}, ErrNoCardSlot},
		{"another clerk with this card", CardSlot{"H12", "02", c}, ErrNoCardSlot},
		{"a copy of the certificate", CardSlot{"H12", "01", copied}, ErrCard},
		{"another station", CardSlot{"H13", "01", c}, ErrCard},
		{"no station", CardSlot{"", "01", c}, ErrStation},
		{"taken away", CardSlot{"H12", "01", gone}, gone.err},
		{"control", CardSlot{"H12", "01", c}, nil},
	} {
		u, err := v.UnlockCard(tc.s)
		if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) || (u == nil) != (err != nil) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
		if u != nil {
			u.Lock()
		}
	}
	// A slot renamed in the file is bound to the name it had; so is one put into another station's vault.
	v.file.Cards[0].Clerk = "02"
	_, err := v.UnlockCard(CardSlot{"H12", "02", c})
	wantErr(t, err, ErrCard)
	other, _ := newVault(t)
	there, err := OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	other.file.Cards = there.file.Cards
	_, err = other.UnlockCard(CardSlot{"H13", "01", c})
	wantErr(t, err, ErrCard)
	_, err = other.UnlockCard(CardSlot{"H12", "01", c}) // even under the same name it is another vault's KEK
	wantErr(t, err, ErrDamaged)
}

// Cards come and go; nobody is shut out, and a slot that its card cannot open is never written.
func TestCardsChange(t *testing.T) {
	v, path, first := withCard(t)
	u := unlock(t, v, "01", "246810")
	defer u.Lock()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	liar := newCard(t)
	liar.claims = newCard(t).claims
	wantErr(t, v.AddCard(u, rand.Reader, CardSlot{"H12", "01", liar}), ErrCard)
	wantErr(t, v.AddCard(u, rand.Reader, CardSlot{"H12", "01", &softCard{key: first.key, claims: []byte{4}}}), ErrCard)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Fatalf("a refused card is written: %v", err)
	}
	second, third := newCard(t), newCard(t)
	for _, c := range []*softCard{first, second, third} { // the first once more: replaced, not doubled
		if err := v.AddCard(u, rand.Reader, CardSlot{"H12", "01", c}); err != nil {
			t.Fatal(err)
		}
	}
	if v.Cards("01") != clerkCards || v.HasCard("01", first.claims) || !v.HasCard("01", third.claims) {
		t.Errorf("%d cards", v.Cards("01"))
	}
	if changed, err := v.KeepCards(u, func(string, []byte) bool { return true }); changed || err != nil {
		t.Errorf("nothing to let go: %v %v", changed, err)
	}
	if changed, err := v.KeepCards(u, func(id string, p []byte) bool { return bytes.Equal(p, third.claims) }); !changed || err != nil || v.Cards("01") != 1 {
		t.Errorf("%v %v", changed, err)
	}
	_, err = v.UnlockCard(CardSlot{"H12", "01", second})
	wantErr(t, err, ErrNoCardSlot)
	if err := v.RemoveCards(u, "01"); err != nil {
		t.Fatal(err)
	}
	wantErr(t, v.RemoveCards(u, "01"), ErrNoCardSlot)
	_, err = v.UnlockCard(CardSlot{"H12", "01", third})
	wantErr(t, err, ErrNoCardSlot)
	if again, err := OpenVault(path); err != nil || again.Cards("01") != 0 {
		t.Error(err)
	}
}

// A letter's code is good once for a card as for a PIN; the PIN from before goes with it, and the card is the last way in.
func TestEnrolCard(t *testing.T) {
	code, c := enrolmentKey(t), newCard(t)
	v, path := waitingVault(t, Waiting{"01", code.PublicKey().Bytes()})
	liar := newCard(t)
	liar.claims = c.claims
	_, err := v.EnrolCard(rand.Reader, code, CardSlot{"H12", "01", liar})
	wantErr(t, err, ErrCard) // the code is not used up
	_, err = v.EnrolCard(rand.Reader, enrolmentKey(t), CardSlot{"H12", "01", c})
	wantErr(t, err, ErrEnrolment)
	u, err := v.EnrolCard(rand.Reader, code, CardSlot{"H12", "01", c})
	if err != nil {
		t.Fatal(err)
	}
	wantErr(t, v.RemoveCards(u, "01"), ErrLastSlot)
	u.Lock()
	_, err = v.EnrolCard(rand.Reader, code, CardSlot{"H12", "01", c})
	wantErr(t, err, ErrNoSlot)
	if v, err = OpenVault(path); err != nil || v.Awaits("01") || len(v.ClerkIDs()) != 0 {
		t.Fatal(err)
	}
	if u, err = v.UnlockCard(CardSlot{"H12", "01", c}); err != nil {
		t.Fatal(err)
	}
	if changed, err := v.Follow(u, []string{"01"}, nil); changed || err != nil {
		t.Errorf("%v %v", changed, err)
	}
	_, err = v.KeepCards(u, func(string, []byte) bool { return false }) // nobody could ever open it again
	wantErr(t, err, ErrLastSlot)
	u.Lock()
}

// What was written before there were cards has the bytes that it had, and what is broken is refused.
func TestCardFormat(t *testing.T) {
	plain, _ := newVault(t)
	data, err := encMode.Marshal(plain.file)
	if err != nil || data[0] != 0xA5 {
		t.Fatalf("a vault without cards begins with %X (%v)", data[0], err)
	}
	for what, spoil := range map[string]func(*vaultFile){
		"point":     func(f *vaultFile) { f.Cards[0].Public = bytes.Repeat([]byte{4}, pointSize) },
		"ephemeral": func(f *vaultFile) { f.Cards[0].Ephemeral = f.Cards[0].Ephemeral[:33] },
		"sealed":    func(f *vaultFile) { f.Cards[0].Sealed = nil },
		"clerk":     func(f *vaultFile) { f.Cards[0].Clerk = "" },
		"twice":     func(f *vaultFile) { f.Cards = append(f.Cards, f.Cards[0]) },
		"":          func(*vaultFile) {},
	} {
		v, _, _ := withCard(t)
		spoil(&v.file)
		data, err := encMode.Marshal(v.file)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = parseVault(data); errors.Is(err, ErrFormat) == (what == "") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
