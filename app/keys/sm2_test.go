package keys

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

func smSign(t *testing.T, k *SM2, message string) []byte {
	t.Helper()
	sig, err := k.Sign(rand.Reader, []byte(message), sm2.NewSM2SignerOption(true, nil))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestSM2InTheVault(t *testing.T) {
	v, path := newVault(t)
	if v.SM2() != nil || v.NextSM2() != nil {
		t.Fatal("there is an SM2 key that nobody made")
	}
	u := unlock(t, v, "01", "246810")
	if u.SM2() != nil {
		t.Fatal("unlocked an SM2 key that nobody made")
	}
	if err := v.AddSM2(u, rand.Reader); err != nil {
		t.Fatal(err)
	}
	first := u.SM2()
	if err := v.AddSM2(u, rand.Reader); err != nil || u.SM2() != first {
		t.Errorf("a second call makes another key: %v", err)
	}
	sig := smSign(t, first, "SPECIMEN")
	if !sm2.VerifyASN1WithSM2(v.SM2(), nil, []byte("SPECIMEN"), sig) || sm2.VerifyASN1WithSM2(v.SM2(), nil, []byte("specimen"), sig) {
		t.Error("the signature is not of the key in the vault")
	}
	again, err := OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	other := unlock(t, again, "02", "135791")
	if !bytes.Equal(smSign(t, other.SM2(), "SPECIMEN"), sig) {
		t.Error("another clerk's PIN opens another key, or the signature is not deterministic")
	}
	u.Lock()
	if _, err := first.Sign(nil, []byte("x"), sm2.NewSM2SignerOption(true, nil)); !errors.Is(err, ErrLocked) {
		t.Errorf("a locked key signs: %v", err)
	}
	if s := fmt.Sprintf("%v %+v %s", other.SM2(), other.SM2(), other.SM2().LogValue()); strings.Contains(s, "[") || !strings.Contains(s, Software) {
		t.Errorf("the key prints as %q", s)
	}
}

// TestSM2ComesWithTheNextKey: it is prepared, promoted and dropped together with its voucher key.
func TestSM2ComesWithTheNextKey(t *testing.T) {
	v, path := newVault(t)
	u := unlock(t, v, "01", "246810")
	if err := v.AddSM2(u, rand.Reader); err != nil {
		t.Fatal(err)
	}
	before := v.SM2()
	fresh := FreshSoftware(newKey(t))
	if err := fresh.AddSM2(rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := v.PrepareFor(u, rand.Reader, fresh); err != nil {
		t.Fatal(err)
	}
	if !v.SM2().Equal(before) || !v.NextSM2().Equal(fresh.SM2().Public()) {
		t.Fatal("the prepared key is in use, or is another one")
	}
	if err := v.Promote(v.Next()); err != nil {
		t.Fatal(err)
	}
	again, err := OpenVault(path)
	if err != nil || !again.SM2().Equal(fresh.SM2().Public()) || again.NextSM2() != nil {
		t.Fatalf("after promoting: %v", err)
	}
	u = unlock(t, again, "02", "135791")
	sig := smSign(t, u.SM2(), "SPECIMEN")
	if !bytes.Equal(sig, smSign(t, fresh.SM2(), "SPECIMEN")) {
		t.Error("the promoted key signs otherwise")
	}
	fresh.Close()
	if err := again.ReplaceKey(u, rand.Reader, newKey(t)); err != nil {
		t.Fatal(err)
	}
	if again.SM2() != nil || u.SM2() != nil {
		t.Error("the SM2 key outlives the voucher key it was made for")
	}
}

// TestSM2IsBound: a sealed SM2 key counts only beside its own voucher key and under its own name.
func TestSM2IsBound(t *testing.T) {
	v, _ := newVault(t)
	u := unlock(t, v, "01", "246810")
	if err := v.AddSM2(u, rand.Reader); err != nil {
		t.Fatal(err)
	}
	other, err := newSM2(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*vaultFile){
		"another name": func(f *vaultFile) { f.SM = &smFile{other.point, f.SM.Nonce, f.SM.Sealed} },
		"changed": func(f *vaultFile) {
			s := bytes.Clone(f.SM.Sealed)
			s[3] ^= 1
			f.SM = &smFile{f.SM.Public, f.SM.Nonce, s}
		},
		"another nonce":  func(f *vaultFile) { f.SM = &smFile{f.SM.Public, make([]byte, nonceSize), f.SM.Sealed} },
		"another beside": func(f *vaultFile) { s, _ := sealSM2(rand.Reader, u.kek, []byte("x"), u.sm); f.SM = s },
	} {
		file := v.file.clone()
		change(file)
		if _, err := file.unlock("01", bytes.Clone(u.kek)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, sm := range map[string]*smFile{
		"no point": {make([]byte, pointSize), v.file.SM.Nonce, v.file.SM.Sealed}, "P-256": {v.file.Public, v.file.SM.Nonce, v.file.SM.Sealed},
		"short": {v.file.SM.Public, v.file.SM.Nonce, v.file.SM.Sealed[1:]}, "nonce": {v.file.SM.Public, nil, v.file.SM.Sealed},
	} {
		file := v.file.clone()
		file.SM = sm
		data, err := encMode.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := parseVault(data); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
