package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestFileRoundTrip(t *testing.T) {
	for _, tc := range []struct {
		name string
		alg  Algorithm
		pass string
	}{{"P-256", P256, ""}, {"Ed25519", Ed25519, ""}, {"P-256 wrapped", P256, "SPECIMEN pass"}, {"Ed25519 wrapped", Ed25519, "p"}} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "k")
			o := Options{Passphrase: []byte(tc.pass), Cost: cheap}
			made, err := CreateFile(path, rand.Reader, tc.alg, o)
			if err != nil {
				t.Fatal(err)
			}
			_, err = CreateFile(path, rand.Reader, tc.alg, o)
			wantErr(t, err, ErrExists)
			f, err := OpenFile(path, []byte(tc.pass))
			if err != nil {
				t.Fatal(err)
			}
			if !f.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(made.Public()) {
				t.Fatal("another key")
			}
			verifySigned(t, f)
			f.Close()
			_, err = f.Sign(nil, make([]byte, 32), crypto.SHA256)
			wantErr(t, err, ErrLocked)
			if tc.pass == "" {
				return
			}
			_, err = OpenFile(path, nil)
			wantErr(t, err, ErrPassphrase)
			_, err = OpenFile(path, []byte("another"))
			wantErr(t, err, ErrWrongPassphrase)
			if strings.Contains(err.Error(), "another") {
				t.Fatal("passphrase in error")
			}
		})
	}
}

func verifySigned(t *testing.T, f *File) {
	t.Helper()
	msg := sha256.Sum256([]byte("SPECIMEN"))
	switch pub := f.Public().(type) {
	case *ecdsa.PublicKey:
		a, err := f.Sign(rand.Reader, msg[:], crypto.SHA256)
		if err != nil || !ecdsa.VerifyASN1(pub, msg[:], a) {
			t.Fatalf("signature: %v", err)
		}
		if b, _ := f.Sign(nil, msg[:], crypto.SHA256); !bytes.Equal(a, b) {
			t.Fatal("not deterministic")
		}
	case ed25519.PublicKey:
		sig, err := f.Sign(nil, msg[:], crypto.Hash(0))
		if err != nil || !ed25519.Verify(pub, msg[:], sig) {
			t.Fatalf("signature: %v", err)
		}
	}
}

func TestOpenFileRefuses(t *testing.T) {
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	der384, _ := x509.MarshalPKCS8PrivateKey(p384)
	derGood, _ := x509.MarshalPKCS8PrivateKey(newKey(t))
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	wrap := func(edit func(*wrapped)) []byte {
		data, err := encodeKey(rand.Reader, typePKCS8, derGood, []byte("pass"), cheap)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := pem.Decode(data)
		w, err := parseWrapped(b.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		edit(w)
		body, _ := encMode.Marshal(w)
		return block(typeWrapped, body)
	}
	for _, tc := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrFormat},
		{"certificate", block("CERTIFICATE", derGood), ErrFormat},
		{"not PKCS#8", block(typePKCS8, []byte{1, 2, 3}), ErrFormat},
		{"P-384", block(typePKCS8, der384), ErrAlgorithm},
		{"two blocks", append(block(typePKCS8, derGood), block(typePKCS8, derGood)...), ErrFormat},
		{"holder key in a signer's place", block(typeHolder, derGood), ErrFormat},
		{"256 GiB", wrap(func(w *wrapped) { w.Cost.Memory = 1 << 28 }), ErrCost},
		{"too many passes for the memory", wrap(func(w *wrapped) { w.Cost = Cost{8, 256 << 10, 1} }), ErrCost},
		{"other salt", wrap(func(w *wrapped) { w.Salt[0] ^= 1 }), ErrWrongPassphrase},
		{"other cost", wrap(func(w *wrapped) { w.Cost.Passes++ }), ErrWrongPassphrase},
		{"other type inside", wrap(func(w *wrapped) { w.Type = typeHolder }), ErrFormat},
		{"unknown type inside", wrap(func(w *wrapped) { w.Type = "X" }), ErrFormat},
	} {
		if _, err := parseFile(tc.data, []byte("pass")); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := parseFile(wrap(func(*wrapped) {}), []byte("pass")); err != nil {
		t.Fatalf("control: %v", err)
	}
	_, err := CreateFile(filepath.Join(t.TempDir(), "x"), rand.Reader, 0, Options{})
	wantErr(t, err, ErrAlgorithm)
}

func TestOpenFileChecksMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if _, err := CreateFile(path, rand.Reader, P256, Options{}); err != nil {
		t.Fatal(err)
	}
	os.Chmod(path, 0o640)
	_, err := OpenFile(path, nil)
	wantErr(t, err, ErrPermissions)
}

func TestCloseWipes(t *testing.T) {
	f, err := CreateFile(filepath.Join(t.TempDir(), "k"), rand.Reader, Ed25519, Options{})
	if err != nil {
		t.Fatal(err)
	}
	raw := f.key.(ed25519.PrivateKey)
	if allZero(raw[:32]) {
		t.Fatal("nothing to wipe: the test cannot fail")
	}
	f.Close()
	if !allZero(raw) {
		t.Fatal("private key is still in memory")
	}
}

func TestHolderKey(t *testing.T) {
	for suite, want := range map[string]struct {
		kem  hpke.KEM
		size int
	}{SuiteXWing: {hpke.MLKEM768X25519(), 1216}, SuiteP256: {hpke.DHKEM(ecdh.P256()), 65}} {
		t.Run(suite, func(t *testing.T) { holderKey(t, suite, want.kem, want.size) })
	}
	_, err := CreateHolder(filepath.Join(t.TempDir(), "holder"), "DHKEM", rand.Reader, Options{})
	wantErr(t, err, ErrAlgorithm)
	for suite, n := range map[string]int{SuiteXWing: 1216, SuiteP256: 65, "": 64} {
		if got := SuiteOf(make([]byte, n)); got != suite {
			t.Errorf("%d bytes are of suite %q", n, got)
		}
	}
}

func holderKey(t *testing.T, suite string, kem hpke.KEM, size int) {
	path := filepath.Join(t.TempDir(), "holder")
	made, err := CreateHolder(path, suite, rand.Reader, Options{Passphrase: []byte("pass"), Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	h, err := OpenHolder(path, []byte("pass"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(h.ID(), made.ID()) || len(h.ID()) != 8 || h.Suite() != suite || len(h.Public()) != size {
		t.Fatalf("%x %s %d", h.ID(), h.Suite(), len(h.Public()))
	}
	pub, err := kem.NewPublicKey(h.Public())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hpke.Seal(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), nil, []byte("SPECIMEN"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := hpke.Open(h.Private(), hpke.HKDFSHA256(), hpke.AES256GCM(), nil, sealed)
	if err != nil || string(plain) != "SPECIMEN" {
		t.Fatalf("%q %v", plain, err)
	}
	if s := fmt.Sprintf("%+v %#v", h, h); s != "back-office key back-office key" {
		t.Fatal(s)
	}
	_, err = OpenHolder(path, []byte("no"))
	wantErr(t, err, ErrWrongPassphrase)
	_, err = OpenFile(path, []byte("pass"))
	wantErr(t, err, ErrFormat)
	body, _ := encMode.Marshal(holderFile{Suite: "DHKEM", Private: make([]byte, 32)})
	_, err = parseHolder(pem.EncodeToMemory(&pem.Block{Type: typeHolder, Bytes: body}), nil)
	wantErr(t, err, ErrAlgorithm)
}

func TestNoteSigner(t *testing.T) {
	f, err := CreateFile(filepath.Join(t.TempDir(), "k"), rand.Reader, Ed25519, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, vkey, err := NoteSigner("urn:bangban:training:SPECIMEN/receipt", f)
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
	if _, _, err := NoteSigner("a name", f); err == nil {
		t.Fatal("a name with a space was taken")
	}
	p, _ := CreateFile(filepath.Join(t.TempDir(), "p"), rand.Reader, P256, Options{})
	_, _, err = NoteSigner("x", p)
	wantErr(t, err, ErrAlgorithm)
}

func FuzzFile(f *testing.F) {
	der, _ := x509.MarshalPKCS8PrivateKey(newKey(f))
	for _, pass := range []string{"", "pass"} {
		data, err := encodeKey(rand.Reader, typePKCS8, der, []byte(pass), cheap)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("-----BEGIN BANGBAN WRAPPED PRIVATE KEY-----\noA==\n-----END BANGBAN WRAPPED PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Without a passphrase everything but the key derivation runs.
		if k, err := parseFile(data, nil); err == nil && k.Public() == nil {
			t.Fatal("a key without a public half")
		}
		_, _ = parseHolder(data, nil)
	})
}
