package cms

import (
	"crypto/rsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds on RSA keys.
const (
	minRSABits = 1024 // below that a signature proves nothing
	maxRSABits = 16384
)

// PublicKey is the key of a certificate: RSA, or a point on a named curve.
type PublicKey struct {
	RSA   *rsa.PublicKey
	Curve *Curve // with X and Y
	X, Y  *big.Int
	pss   *pssParameters // restrictions of an id-RSASSA-PSS key; nil: none
}

// String gives the kind and size: "RSA 2048", "EC brainpoolP256r1".
func (k PublicKey) String() string {
	switch {
	case k.RSA != nil:
		return fmt.Sprintf("RSA %d", k.RSA.N.BitLen())
	case k.Curve != nil:
		return "EC " + k.Curve.Name
	}
	return "no key"
}

// parsePublicKey reads SubjectPublicKeyInfo, RFC 5280 §4.1.2.7.
//
//	SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
func parsePublicKey(spki cryptobyte.String) (k PublicKey, bits []byte, err error) {
	var body cryptobyte.String
	if !spki.ReadASN1(&body, asn1.SEQUENCE) {
		return k, nil, broken("public key")
	}
	alg, ok := readAlgorithm(&body)
	if !ok || !body.ReadASN1BitStringAsBytes(&bits) || !body.Empty() {
		return k, nil, broken("public key")
	}
	switch alg.oid {
	case oidRSA, oidPSS:
		if k.RSA, err = parseRSA(bits); err == nil && alg.oid == oidPSS && len(alg.params) > 0 {
			k.pss, err = parsePSS(alg.params)
		}
	case oidECPublicKey:
		if k.Curve, err = parseCurve(alg.params); err == nil {
			k.X, k.Y, err = k.Curve.parsePoint(bits)
		}
	default:
		err = refuse(NotSupported, "key algorithm %s", alg.oid)
	}
	return k, bits, err
}

func parseRSA(der cryptobyte.String) (*rsa.PublicKey, error) {
	var body cryptobyte.String
	n, e := new(big.Int), new(big.Int)
	if !der.ReadASN1(&body, asn1.SEQUENCE) || !der.Empty() || !body.ReadASN1Integer(n) || !body.ReadASN1Integer(e) || !body.Empty() {
		return nil, broken("RSA key")
	}
	if n.Sign() <= 0 || n.BitLen() < minRSABits || n.BitLen() > maxRSABits || n.Bit(0) == 0 {
		return nil, refuse(NotSupported, "RSA modulus of %d bits", n.BitLen())
	}
	if e.Cmp(big.NewInt(2)) <= 0 || e.BitLen() > 31 || e.Bit(0) == 0 {
		return nil, refuse(NotSupported, "RSA exponent of %d bits", e.BitLen())
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// parseCurve reads ECParameters, RFC 3279 §2.3.5: a name, or all the values of a curve that has one.
//
//	ECParameters ::= SEQUENCE { version INTEGER, fieldID SEQUENCE { OID prime-field, p INTEGER },
//	  curve SEQUENCE { a OCTET STRING, b OCTET STRING, seed BIT STRING OPTIONAL },
//	  base OCTET STRING, order INTEGER, cofactor INTEGER OPTIONAL }
func parseCurve(params cryptobyte.String) (*Curve, error) {
	if params.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		oid, ok := readOID(&params)
		if !ok || !params.Empty() {
			return nil, broken("curve name")
		}
		if c := curveByOID(oid); c != nil {
			return c, nil
		}
		return nil, refuse(NotSupported, "curve %s", oid)
	}
	var body, field, curve, a, b, base cryptobyte.String
	var version int64
	p, n, h := new(big.Int), new(big.Int), big.NewInt(1)
	if !params.ReadASN1(&body, asn1.SEQUENCE) || !params.Empty() || !body.ReadASN1Integer(&version) ||
		!body.ReadASN1(&field, asn1.SEQUENCE) {
		return nil, broken("curve parameters")
	}
	if kind, ok := readOID(&field); !ok || kind != oidPrimeField {
		return nil, refuse(NotSupported, "field type")
	}
	if !field.ReadASN1Integer(p) || !field.Empty() || !body.ReadASN1(&curve, asn1.SEQUENCE) ||
		!curve.ReadASN1(&a, asn1.OCTET_STRING) || !curve.ReadASN1(&b, asn1.OCTET_STRING) ||
		!curve.SkipOptionalASN1(asn1.BIT_STRING) || !curve.Empty() ||
		!body.ReadASN1(&base, asn1.OCTET_STRING) || !body.ReadASN1Integer(n) ||
		(!body.Empty() && !body.ReadASN1Integer(h)) {
		return nil, broken("curve parameters")
	}
	return matchCurve(p, new(big.Int).SetBytes(a), new(big.Int).SetBytes(b), base, n, h)
}

// matchCurve finds the named curve with exactly these values.
func matchCurve(p, a, b *big.Int, base []byte, n, h *big.Int) (*Curve, error) {
	for _, c := range curves() {
		if c.p.Cmp(p) != 0 || c.a.Cmp(a) != 0 || c.b.Cmp(b) != 0 {
			continue
		}
		x, y, err := c.parsePoint(base)
		if err != nil || x.Cmp(c.gx) != 0 || y.Cmp(c.gy) != 0 || c.n.Cmp(n) != 0 || h.Cmp(big.NewInt(1)) != 0 {
			return nil, refuse(NotSupported, "parameters like those of %s with another base point", c.Name)
		}
		return c, nil
	}
	return nil, refuse(NotSupported, "curve parameters of %d bits without a name", p.BitLen())
}

// parsePoint reads a point, BSI TR-03111 §3.2: uncompressed or compressed, on the curve, not at infinity.
func (c *Curve) parsePoint(b []byte) (x, y *big.Int, err error) {
	switch {
	case len(b) == 1+2*c.size && b[0] == 4:
		x, y = new(big.Int).SetBytes(b[1:1+c.size]), new(big.Int).SetBytes(b[1+c.size:])
	case len(b) == 1+c.size && (b[0] == 2 || b[0] == 3):
		x = new(big.Int).SetBytes(b[1:])
		if x.Cmp(c.p) >= 0 {
			return nil, nil, broken("point")
		}
		if y = new(big.Int).ModSqrt(c.rhs(x), c.p); y == nil {
			return nil, nil, broken("point not on its curve")
		}
		if y.Bit(0) != uint(b[0]&1) {
			y = c.sub(new(big.Int), y)
		}
	default:
		return nil, nil, broken("point")
	}
	if !c.onCurve(x, y) {
		return nil, nil, broken("point not on its curve")
	}
	return x, y, nil
}
