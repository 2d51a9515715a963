package cms

import (
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ParsePublicKey reads a SubjectPublicKeyInfo that stands alone, as the keys of a chip do in EF.DG14 and EF.DG15. Curves
// are those of certificates: named, or written out in full with the values of a named one.
func ParsePublicKey(spki []byte) (PublicKey, error) {
	var one cryptobyte.String
	in := cryptobyte.String(spki)
	if !in.ReadASN1Element(&one, asn1.SEQUENCE) || !in.Empty() {
		return PublicKey{}, broken("public key")
	}
	k, _, err := parsePublicKey(one)
	return k, err
}

// VerifyPlain verifies an ECDSA signature r‖s over a digest, BSI TR-03111 §5.2.1.1. A key of another kind never does.
func (k PublicKey) VerifyPlain(digest, rs []byte) bool {
	return k.Curve != nil && signature{scheme: ecdsaPlain}.verifyEC(k, digest, rs)
}

// NamedCurve gives the curve of this name ("P-256", "brainpoolP256r1"), nil where there is none.
func NamedCurve(name string) *Curve {
	for _, c := range curves() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Domain is the parameters of a curve; all have cofactor 1.
type Domain struct{ P, A, B, N, Gx, Gy *big.Int }

// Domain gives a copy of the parameters.
func (c *Curve) Domain() Domain {
	dup := func(x *big.Int) *big.Int { return new(big.Int).Set(x) }
	return Domain{dup(c.p), dup(c.a), dup(c.b), dup(c.n), dup(c.gx), dup(c.gy)}
}

// ParsePoint reads a point, BSI TR-03111 §3.2: uncompressed or compressed, on the curve, not at infinity.
func (c *Curve) ParsePoint(b []byte) (x, y *big.Int, err error) { return c.parsePoint(b) }
