package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/desk"
)

// cheap is the lowest cost that is accepted: tests try many PINs.
var cheap = Cost{Passes: 1, Memory: minMemory, Threads: 1}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newVault(t testing.TB) (*Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "voucher.vault")
	v, err := CreateVault(path, rand.Reader, newKey(t), []Slot{
		{ClerkID: "01", PIN: []byte("246810"), Cost: cheap},
		{ClerkID: "02", PIN: []byte("135791"), Cost: cheap},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v, path
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func unlock(t testing.TB, v *Vault, id, pin string) *Unlocked {
	t.Helper()
	u, err := v.Unlock(id, []byte(pin))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestVaultUnlockSignLock(t *testing.T) {
	made, path := newVault(t)
	v, err := OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Public().Equal(made.Public()) {
		t.Fatal("public key changed on disk")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v", info.Mode())
	}
	digest := sha256.Sum256([]byte("SPECIMEN"))
	var sigs [][]byte
	for id, pin := range map[string]string{"01": "246810", "02": "135791"} {
		u := unlock(t, v, id, pin)
		sig, err := u.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if !ecdsa.VerifyASN1(v.Public(), digest[:], sig) {
			t.Fatal("signature does not verify")
		}
		if u.ClerkID() != id || u.Kind() != Software || v.Kind() != Software {
			t.Fatalf("%s %s", u.ClerkID(), u.Kind())
		}
		sigs = append(sigs, sig)
		u.Lock()
		u.Lock()
		_, err = u.Sign(nil, digest[:], crypto.SHA256)
		wantErr(t, err, ErrLocked)
		if !u.Locked() || !u.Public().(*ecdsa.PublicKey).Equal(v.Public()) {
			t.Fatal("locked key forgot its public half")
		}
	}
	if !bytes.Equal(sigs[0], sigs[1]) {
		t.Fatal("signatures are not deterministic (RFC 6979)")
	}
}

func TestVaultRefuses(t *testing.T) {
	v, _ := newVault(t)
	_, err := v.Unlock("01", []byte("135791"))
	wantErr(t, err, ErrWrongPIN)
	var c desk.Coded
	if !errors.As(err, &c) || c.Code() != "login-wrong-pin" {
		t.Fatalf("no sentence for %v", err)
	}
	if strings.Contains(err.Error(), "135791") {
		t.Fatal("PIN in error")
	}
	_, err = v.Unlock("01", nil)
	wantErr(t, err, ErrWrongPIN)
	_, err = v.Unlock("99", []byte("246810"))
	wantErr(t, err, ErrNoSlot)
}

func TestCreateVaultRefuses(t *testing.T) {
	dir := t.TempDir()
	good := Slot{ClerkID: "01", PIN: []byte("246810"), Cost: cheap}
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, taken := newVault(t)
	for _, tc := range []struct {
		name  string
		path  string
		key   *ecdsa.PrivateKey
		slots []Slot
		want  error
	}{
		{"no slots", "a", newKey(t), nil, ErrNoSlot},
		{"short PIN", "b", newKey(t), []Slot{{ClerkID: "01", PIN: []byte("12345"), Cost: cheap}}, ErrPIN},
		{"long PIN", "c", newKey(t), []Slot{{ClerkID: "01", PIN: make([]byte, 65), Cost: cheap}}, ErrPIN},
		{"no clerk", "d", newKey(t), []Slot{{PIN: []byte("246810"), Cost: cheap}}, ErrClerk},
		{"clerk twice", "e", newKey(t), []Slot{good, good}, ErrSlotExists},
		{"other curve", "f", p384, []Slot{good}, ErrAlgorithm},
		{"no key", "g", nil, []Slot{good}, ErrAlgorithm},
		{"too cheap", "h", newKey(t), []Slot{{ClerkID: "01", PIN: []byte("246810"), Cost: Cost{1, 1, 1}}}, ErrCost},
		{"file is there", taken, newKey(t), []Slot{good}, ErrExists},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := tc.path
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			_, err := CreateVault(path, rand.Reader, tc.key, tc.slots)
			wantErr(t, err, tc.want)
		})
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Fatalf("refused vaults left %d files", len(left))
	}
}

// A clerk who renames their own slot to the supervisor's must not get in as the supervisor.
func TestSlotIsBoundToClerk(t *testing.T) {
	v, path := newVault(t)
	v.file.Slots[0].Clerk, v.file.Slots[1].Clerk = "02", "01"
	data, err := encMode.Marshal(v.file)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(path, data, 0o600)
	swapped, err := OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = swapped.Unlock("02", []byte("246810"))
	wantErr(t, err, ErrWrongPIN)
}

// A public key put in the place of the real one must be noticed before anything is signed under it.
func TestPublicKeyIsBound(t *testing.T) {
	v, _ := newVault(t)
	other, _ := newKey(t).PublicKey.Bytes()
	v.file.Public = other
	_, err := v.Unlock("01", []byte("246810"))
	wantErr(t, err, ErrDamaged)
}

func TestVaultSlotsAndRotation(t *testing.T) {
	v, path := newVault(t)
	u := unlock(t, v, "02", "135791")
	if err := v.AddSlot(u, rand.Reader, Slot{"03", []byte("778899"), cheap}); err != nil {
		t.Fatal(err)
	}
	wantErr(t, v.AddSlot(u, rand.Reader, Slot{"03", []byte("778899"), cheap}), ErrSlotExists)
	if err := v.ChangePIN(u, rand.Reader, Slot{"03", []byte("665544"), cheap}); err != nil {
		t.Fatal(err)
	}
	wantErr(t, v.ChangePIN(u, rand.Reader, Slot{"77", []byte("665544"), cheap}), ErrNoSlot)
	old := v.Public()
	if err := v.ReplaceKey(u, rand.Reader, newKey(t)); err != nil {
		t.Fatal(err)
	}
	again, err := OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	if again.Public().Equal(old) || !again.Public().Equal(v.Public()) || !u.Public().(*ecdsa.PublicKey).Equal(v.Public()) {
		t.Fatal("key was not replaced everywhere")
	}
	three := unlock(t, again, "03", "665544")
	_, err = again.Unlock("03", []byte("778899"))
	wantErr(t, err, ErrWrongPIN)
	for _, id := range []string{"01", "02"} {
		if err := again.RemoveSlot(three, id); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, again.RemoveSlot(three, "01"), ErrNoSlot)
	wantErr(t, again.RemoveSlot(three, "03"), ErrLastSlot)
	_, err = again.Unlock("01", []byte("246810"))
	wantErr(t, err, ErrNoSlot)
	if got := fmt.Sprint(again.ClerkIDs()); got != "[03]" {
		t.Fatal(got)
	}
	three.Lock()
	wantErr(t, again.AddSlot(three, rand.Reader, Slot{"04", []byte("778899"), cheap}), ErrLocked)
	foreign, _ := newVault(t)
	wantErr(t, foreign.RemoveSlot(u, "01"), ErrForeignVault)
}

func TestLockWipes(t *testing.T) {
	v, _ := newVault(t)
	u := unlock(t, v, "01", "246810")
	//lint:ignore SA1019 the very words in memory are looked at
	kek, words := u.kek, u.key.(*File).key.(*ecdsa.PrivateKey).D.Bits()
	if allZero(kek) || len(words) == 0 || words[0] == 0 {
		t.Fatal("nothing to wipe: the test cannot fail")
	}
	u.Lock()
	if !allZero(kek) {
		t.Fatal("KEK is still in memory")
	}
	for _, w := range words {
		if w != 0 {
			t.Fatal("scalar is still in memory")
		}
	}
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

func TestUnlockedDoesNotPrint(t *testing.T) {
	v, _ := newVault(t)
	u := unlock(t, v, "01", "246810")
	for _, s := range []string{fmt.Sprintf("%v", u), fmt.Sprintf("%+v", u), fmt.Sprintf("%#v", u), u.LogValue().String()} {
		if s != "voucher key (software key)" {
			t.Fatalf("prints as %q", s)
		}
	}
}

func TestParseVaultRefuses(t *testing.T) {
	v, _ := newVault(t)
	edit := func(f func(*vaultFile)) []byte {
		c := v.file
		c.Slots = append([]slotFile(nil), c.Slots...)
		f(&c)
		data, err := encMode.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, tc := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrFormat},
		{"trailing byte", append(edit(func(*vaultFile) {}), 0), ErrFormat},
		{"version 2", edit(func(f *vaultFile) { f.Version = 2 }), ErrFormat},
		{"no slots", edit(func(f *vaultFile) { f.Slots = nil }), ErrFormat},
		{"not on the curve", edit(func(f *vaultFile) { f.Public = append([]byte{4}, make([]byte, 64)...) }), ErrFormat},
		{"clerk twice", edit(func(f *vaultFile) { f.Slots[1].Clerk = "01" }), ErrFormat},
		{"short salt", edit(func(f *vaultFile) { f.Slots[0].Salt = []byte{1} }), ErrFormat},
		{"4 GiB", edit(func(f *vaultFile) { f.Slots[0].Cost.Memory = 4 << 20 }), ErrCost},
		{"a million passes", edit(func(f *vaultFile) { f.Slots[0].Cost.Passes = 1 << 20 }), ErrCost},
		{"no threads", edit(func(f *vaultFile) { f.Slots[0].Cost.Threads = 0 }), ErrCost},
	} {
		_, _, err := parseVault(tc.data)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, _, err := parseVault(edit(func(*vaultFile) {})); err != nil {
		t.Fatalf("control: %v", err)
	}
}

func TestOpenVaultTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big")
	os.WriteFile(path, make([]byte, maxFile+1), 0o600)
	_, err := OpenVault(path)
	wantErr(t, err, ErrTooLarge)
	_, err = OpenVault(filepath.Join(t.TempDir(), "absent"))
	wantErr(t, err, os.ErrNotExist)
	if strings.Contains(err.Error(), "/") {
		t.Fatalf("path in error: %v", err)
	}
}

func FuzzVault(f *testing.F) {
	v, _ := newVault(f)
	data, err := encMode.Marshal(v.file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	withOne, _, _ := withCard(f)
	if data, err = encMode.Marshal(withOne.file); err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Add([]byte{0xa5, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		file, _, err := parseVault(data)
		if err != nil {
			return
		}
		again, err := encMode.Marshal(file)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatal("one vault has two encodings")
		}
	})
}

func BenchmarkUnlock(b *testing.B) {
	path := filepath.Join(b.TempDir(), "voucher.vault")
	v, err := CreateVault(path, rand.Reader, newKey(b), []Slot{{ClerkID: "01", PIN: []byte("246810")}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		u, err := v.Unlock("01", []byte("246810"))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		u.Lock()
		b.StartTimer()
	}
}

func BenchmarkLock(b *testing.B) {
	v, _ := newVault(b)
	for b.Loop() {
		b.StopTimer()
		u := unlock(b, v, "01", "246810")
		b.StartTimer()
		u.Lock()
	}
}

func BenchmarkSign(b *testing.B) {
	v, _ := newVault(b)
	u := unlock(b, v, "01", "246810")
	digest := sha256.Sum256(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Sign(nil, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
