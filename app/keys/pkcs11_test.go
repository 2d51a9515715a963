//go:build cgo

package keys_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/keys"
	"bangban/app/keys/keystest"
)

// tokens is how many tokens there are for the tests of this process.
const tokens = 16

// softhsm gives the address of a token of a software HSM that nobody has used. The module reads its folder once a
// process, so TestMain makes them all.
func softhsm(t *testing.T, n int) string {
	t.Helper()
	if os.Getenv("BANGBAN_TEST_TOKENS") == "" {
		t.Skip("softhsm2 (Debian package softhsm2) is not installed: the PKCS#11 contract is not tested")
	}
	return keystest.TokenAddress(label(n))
}

func label(n int) string { return fmt.Sprintf("SPECIMEN-%02d", n) }

func TestMain(m *testing.M) {
	if keystest.Module() == "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "softhsm")
	if err == nil {
		var labels []string
		for n := range tokens {
			labels = append(labels, label(n))
		}
		err = keystest.MakeTokens(dir, labels...)
	}
	if err != nil {
		panic(err)
	}
	os.Setenv("BANGBAN_TEST_TOKENS", filepath.Join(dir, "tokens"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestPKCS11Contract(t *testing.T) {
	n := 0
	keystest.Run(t, keystest.Subject{Kind: keys.KindPKCS11, PIN: keystest.TokenPIN, Wrong: "111111",
		Fresh: func(t *testing.T) keystest.Bench {
			n++
			address, name := softhsm(t, n), label(n)
			return keystest.Bench{Place: at(t, address), Again: func(t *testing.T) keys.Place { return at(t, address) },
				Remove: func() { unplug(t, name) }}
		}})
}

// unplug takes the folder of one token away. The software HSM does not find it again within a process; a real one does.
func unplug(t *testing.T, name string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(os.Getenv("BANGBAN_TEST_TOKENS"), "*", "token.object"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if data, err := os.ReadFile(f); err == nil && bytes.Contains(data, []byte(name)) {
			if err := os.RemoveAll(filepath.Dir(f)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no such token")
}

// TestHolderInToken wraps a back-office key, which no token can hold, with a key that cannot leave the token.
func TestHolderInToken(t *testing.T) {
	address := softhsm(t, 0)
	path := filepath.Join(t.TempDir(), "holder.key")
	pass := []byte("correct horse SPECIMEN")
	o := keys.Options{Passphrase: pass, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}}
	token := keys.Token{Address: address, Label: "SPECIMEN holder", PIN: []byte(keystest.TokenPIN)}
	made, err := keys.CreateHolderToken(path, keys.SuiteXWing, fixed(7), token, o)
	if err != nil {
		t.Fatal(err)
	}
	h, err := keys.OpenHolder(path, pass)
	if err != nil || !bytes.Equal(h.Public(), made.Public()) {
		t.Fatal(err)
	}
	if _, err := keys.OpenHolder(path, []byte("another")); err == nil {
		t.Fatal("another passphrase opens it")
	}
	unplug(t, label(0))
	if _, err := keys.OpenHolder(path, pass); err == nil {
		t.Fatal("it opens without the token")
	}
}

// TestHolderMadeInToken makes a P-256 back-office key in a token: what is sealed to it opens there and nowhere else.
func TestHolderMadeInToken(t *testing.T) {
	const slot = tokens - 1
	address := softhsm(t, slot)
	path := filepath.Join(t.TempDir(), "holder.key")
	pass := []byte("correct horse SPECIMEN")
	o := keys.Options{Passphrase: pass, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}}
	token := keys.Token{Address: address, Label: "SPECIMEN holder", PIN: []byte(keystest.TokenPIN)}
	made, err := keys.CreateHolderToken(path, keys.SuiteP256, rand.Reader, token, o)
	if err != nil {
		t.Fatal(err)
	}
	h, err := keys.OpenHolder(path, pass)
	if err != nil || h.Suite() != keys.SuiteP256 || !bytes.Equal(h.Public(), made.Public()) {
		t.Fatal(h.Suite(), err)
	}
	pub, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(h.Public())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hpke.Seal(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("info"), []byte("SPECIMEN"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := hpke.Open(h.Private(), hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("info"), sealed)
	if err != nil || string(plain) != "SPECIMEN" {
		t.Fatalf("%q %v", plain, err)
	}
	if _, err := h.Private().Bytes(); err == nil {
		t.Fatal("the key left its token")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := hpke.Open(h.Private(), hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("info"), sealed); err == nil {
		t.Fatal("changed bytes open")
	}
	unplug(t, label(slot))
	var place *keys.PlaceError
	if _, err := keys.OpenHolder(path, pass); !errors.As(err, &place) {
		t.Fatalf("without the token: %v", err)
	}
}

// fixed is a source of randomness that gives the same again.
type fixed byte

func (f fixed) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f) + byte(i)
	}
	return len(p), nil
}
