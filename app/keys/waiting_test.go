package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func enrolmentKey(t testing.TB) *ecdh.PrivateKey {
	t.Helper()
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func waitingVault(t testing.TB, list ...Waiting) (*Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "voucher.vault")
	v, err := CreateWaiting(path, rand.Reader, newKey(t), list)
	if err != nil {
		t.Fatal(err)
	}
	return v, path
}

// A vault that nobody has a PIN for opens by an enrolment code, once, and by the PIN from then on; also after it was read
// again.
func TestEnrolmentCode(t *testing.T) {
	one, two := enrolmentKey(t), enrolmentKey(t)
	_, path := waitingVault(t, Waiting{"01", one.PublicKey().Bytes()}, Waiting{"02", two.PublicKey().Bytes()})
	again, err := OpenVault(path)
	if err != nil || !again.Awaits("01") || len(again.ClerkIDs()) != 0 {
		t.Fatalf("a fresh vault: %v", err)
	}
	v := again
	_, err = v.Unlock("01", []byte("246810"))
	wantErr(t, err, ErrNoSlot)
	for _, tc := range []struct {
		id   string
		key  *ecdh.PrivateKey
		pin  string
		want error
	}{
		{"01", two, "246810", ErrEnrolment}, // another's code
		{"02", one, "246810", ErrEnrolment},
		{"03", one, "246810", ErrNoSlot},
		{"01", one, "2468", ErrPIN}, // the code is not used up by a PIN that is too short
	} {
		_, err := v.Enrol(rand.Reader, tc.key, Slot{ClerkID: tc.id, PIN: []byte(tc.pin), Cost: cheap})
		wantErr(t, err, tc.want)
	}
	u, err := v.Enrol(rand.Reader, one, Slot{ClerkID: "01", PIN: []byte("246810"), Cost: cheap})
	if err != nil || u.Locked() || u.ClerkID() != "01" {
		t.Fatal(err)
	}
	u.Lock()
	if v.Awaits("01") || !v.Awaits("02") {
		t.Fatal("who is awaited")
	}
	_, err = v.Enrol(rand.Reader, one, Slot{ClerkID: "01", PIN: []byte("999999"), Cost: cheap})
	wantErr(t, err, ErrNoSlot)
	if v, err = OpenVault(path); err != nil {
		t.Fatal(err)
	}
	unlock(t, v, "01", "246810").Lock()
}

// The sealed KEK of a code that was used is gone from the file, and neither code nor PIN opens another clerk's.
func TestUsedCodeIsErased(t *testing.T) {
	one := enrolmentKey(t)
	v, path := waitingVault(t, Waiting{"01", one.PublicKey().Bytes()})
	sealed := slices.Clone(v.file.Waiting[0].Sealed)
	before, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(before, sealed) {
		t.Fatal("the search would find nothing either")
	}
	u, err := v.Enrol(rand.Reader, one, Slot{ClerkID: "01", PIN: []byte("246810"), Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	u.Lock()
	after, err := os.ReadFile(path)
	if err != nil || bytes.Contains(after, sealed) {
		t.Fatal("a used code still opens a copy of this file")
	}
	// Renamed in the file to another clerk: the id is bound in.
	v, _ = waitingVault(t, Waiting{"01", one.PublicKey().Bytes()})
	v.file.Waiting[0].Clerk = "02"
	_, err = v.Enrol(rand.Reader, one, Slot{ClerkID: "02", PIN: []byte("246810"), Cost: cheap})
	wantErr(t, err, ErrEnrolment)
}

// The vault follows the roster: new letters are awaited, who has left has no way in.
func TestFollow(t *testing.T) {
	v, path := newVault(t)
	u := unlock(t, v, "01", "246810")
	defer u.Lock()
	three := enrolmentKey(t)
	staff := []string{"01", "02", "03"}
	list := []Waiting{{"03", three.PublicKey().Bytes()}}
	if changed, err := v.Follow(u, staff, list); err != nil || !changed {
		t.Fatalf("a new letter: %v, %v", changed, err)
	}
	if changed, err := v.Follow(u, staff, list); err != nil || changed {
		t.Fatalf("nothing new: %v, %v", changed, err)
	}
	w, err := v.Enrol(rand.Reader, three, Slot{ClerkID: "03", PIN: []byte("333333"), Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	w.Lock()
	if changed, err := v.Follow(u, staff, list); err != nil || changed || v.Awaits("03") {
		t.Fatalf("a letter that was used is awaited again: %v, %v", changed, err)
	}
	next := enrolmentKey(t)
	if _, err := v.Follow(u, staff, []Waiting{{"03", next.PublicKey().Bytes()}}); err != nil || !v.Awaits("03") {
		t.Fatalf("a second letter: %v", err)
	}
	// 02 and 03 leave; so does 01, whose own way in stays while they are logged in.
	if _, err := v.Follow(u, nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := v.ClerkIDs(); !slices.Equal(got, []string{"01"}) || v.Awaits("03") {
		t.Fatalf("slots %v", got)
	}
	if v, err = OpenVault(path); err != nil || !slices.Equal(v.ClerkIDs(), []string{"01"}) {
		t.Fatal(err)
	}
	_, err = v.Follow(u, nil, []Waiting{{"04", []byte("short")}})
	wantErr(t, err, ErrEnrolment)
}

// A prepared key signs nothing until it takes over, and then for everybody.
func TestNextKey(t *testing.T) {
	v, path := newVault(t)
	old := v.Public()
	u := unlock(t, v, "01", "246810")
	if v.Next() != nil {
		t.Fatal("a key was prepared by nobody")
	}
	key := newKey(t)
	if err := v.Prepare(u, rand.Reader, key); err != nil {
		t.Fatal(err)
	}
	if !v.Next().Equal(&key.PublicKey) || !v.Public().Equal(old) {
		t.Fatal("which key is in use")
	}
	wantErr(t, v.Promote(&newKey(t).PublicKey), ErrForeignVault)
	if err := v.Promote(old); err != nil {
		t.Fatal("the key in use:", err)
	}
	v, err := OpenVault(path) // the power went between
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Promote(&key.PublicKey); err != nil {
			t.Fatal(err)
		}
	}
	if v.Next() != nil || !v.Public().Equal(&key.PublicKey) {
		t.Fatal("the prepared key did not take over")
	}
	wantErr(t, v.AddSlot(u, rand.Reader, Slot{ClerkID: "03", PIN: []byte("333333"), Cost: cheap}), ErrForeignVault)
	u.Lock()
	two := unlock(t, v, "02", "135791")
	defer two.Lock()
	if !key.PublicKey.Equal(two.Public()) {
		t.Fatal("another clerk opens the old key")
	}
}
