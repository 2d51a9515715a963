package cms

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"testing"
)

// A key that stands alone verifies what its owner signed, and nothing else.
func TestPublicKeyAlone(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParsePublicKey(spki)
	if err != nil || k.String() != "EC P-256" {
		t.Fatalf("%v, %v", k, err)
	}
	sum := sha256.Sum256([]byte("SPECIMEN"))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	rs := make([]byte, 64)
	r.FillBytes(rs[:32])
	s.FillBytes(rs[32:])
	if !k.VerifyPlain(sum[:], rs) {
		t.Error("a good signature is refused")
	}
	rs[63] ^= 1
	if k.VerifyPlain(sum[:], rs) || (PublicKey{}).VerifyPlain(sum[:], rs) {
		t.Error("a wrong signature is taken")
	}
	if _, err := ParsePublicKey(spki[:40]); ReasonOf(err) != Structure {
		t.Errorf("cut: %v", err)
	}
	if _, err := ParsePublicKey(append(spki, 5, 0)); ReasonOf(err) != Structure {
		t.Errorf("more behind it: %v", err)
	}
}

func TestNamedCurve(t *testing.T) {
	if NamedCurve("brainpoolP256r1") == nil || NamedCurve("P-257") != nil {
		t.Error("names")
	}
	c := NamedCurve("P-256")
	c.Domain().P.SetInt64(1)
	if c.p.BitLen() != 256 {
		t.Error("a copy is not a copy")
	}
}
