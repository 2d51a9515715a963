package emrtd

import (
	"crypto/elliptic"
	"fmt"
	"io"
	"math/big"

	"bangban/cardreader/cms"
)

// domain is the group in which keys are agreed: a named curve with a base point, which PACE replaces by the mapped one.
//
// P-256, P-384 and P-521 are computed by the standard library in constant time. The brainpool curves, which it lacks,
// are computed over math/big, whose time depends on the numbers. There each secret scalar k is replaced by k + r·n with
// 64 random bits r, the point is walked in coordinates scaled by a random number, and a ladder does the same two
// operations for every bit. That hides the scalar from whoever measures many runs of one key; it is not constant time.
// Every scalar here lives for one reading and is overwritten where it can be; what math/big copies on its way is not. A
// terminal's keys are worth nothing after the reading.
type domain struct {
	curve          *cms.Curve
	p, a, b, n     *big.Int
	base           point
	std            elliptic.Curve // nil: over math/big
	size           int            // bytes of a coordinate
	parameter      int            // standardised identifier, 0: none
	scalarByteSize int
}

// point is a point of a curve, never that at infinity.
type point struct{ x, y *big.Int }

func (p point) equal(q point) bool { return p.x.Cmp(q.x) == 0 && p.y.Cmp(q.y) == 0 }

// newDomain makes the group of a curve with its own base point; nil for a curve on which keys are not agreed.
func newDomain(c *cms.Curve) *domain {
	if c == nil {
		return nil
	}
	v := c.Domain()
	d := &domain{curve: c, p: v.P, a: v.A, b: v.B, n: v.N, base: point{v.Gx, v.Gy}, size: (v.P.BitLen() + 7) / 8}
	d.scalarByteSize = (v.N.BitLen() + 7) / 8
	switch c.Name {
	case "P-256":
		d.std = elliptic.P256()
	case "P-384":
		d.std = elliptic.P384()
	case "P-521":
		d.std = elliptic.P521()
	case "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1":
	default:
		return nil // ICAO Doc 9303-11 table 6 has more; no document is known to use them
	}
	return d
}

// standardDomain gives the standardised domain parameters of ICAO Doc 9303-11 §9.5.1, table 6; nil for those not taken.
func standardDomain(parameter int) *domain {
	names := map[int]string{12: "P-256", 13: "brainpoolP256r1", 15: "P-384", 16: "brainpoolP384r1", 17: "brainpoolP512r1", 18: "P-521"}
	d := newDomain(cms.NamedCurve(names[parameter]))
	if d != nil {
		d.parameter = parameter
	}
	return d
}

// scalar draws a private key, 1 ≤ k < n.
func (d *domain) scalar(random io.Reader) (*big.Int, error) {
	b := make([]byte, d.scalarByteSize)
	defer clear(b)
	for range 128 { // half of all draws fit at the least
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("emrtd: random bytes: %w", err)
		}
		if excess := d.scalarByteSize*8 - d.n.BitLen(); excess > 0 {
			b[0] &= 0xFF >> excess
		}
		if k := new(big.Int).SetBytes(b); k.Sign() > 0 && k.Cmp(d.n) < 0 {
			return k, nil
		}
	}
	return nil, fmt.Errorf("%w: random bytes", ErrAgreement)
}

// parse reads a point of the other side, BSI TR-03111 §3.2. One that is not on the curve is an attack.
func (d *domain) parse(b []byte) (point, error) {
	x, y, err := d.curve.ParsePoint(b)
	if err != nil || len(b) != 1+2*d.size {
		return point{}, fmt.Errorf("%w: public key of the chip", ErrAgreement)
	}
	return point{x, y}, nil
}

// encode writes a point uncompressed.
func (d *domain) encode(p point) []byte {
	b := make([]byte, 1+2*d.size)
	b[0] = 4
	p.x.FillBytes(b[1 : 1+d.size])
	p.y.FillBytes(b[1+d.size:])
	return b
}

// multiply is k·q, 0 < k < n.
func (d *domain) multiply(random io.Reader, k *big.Int, q point) (point, error) {
	if d.std != nil {
		b := k.FillBytes(make([]byte, d.scalarByteSize))
		defer clear(b)
		// crypto/ecdh gives the x coordinate only; the generic mapping needs the point.
		//lint:ignore SA1019 see above
		x, y := d.std.ScalarMult(q.x, q.y, b)
		return finite(x, y)
	}
	blind := make([]byte, 8+d.size)
	defer clear(blind)
	if _, err := io.ReadFull(random, blind); err != nil {
		return point{}, fmt.Errorf("emrtd: random bytes: %w", err)
	}
	r := new(big.Int).SetBytes(blind[:8])
	hidden := r.Mul(r, d.n)
	hidden.Add(hidden, k)
	scale := new(big.Int).SetBytes(blind[8:])
	if scale.Mod(scale, d.p); scale.Sign() == 0 {
		scale.SetInt64(1)
	}
	return d.affine(d.ladder(hidden, d.scaled(q, scale)))
}

// pair draws a private key and computes its public one on the base point.
func (d *domain) pair(random io.Reader) (*big.Int, point, error) {
	private, err := d.scalar(random)
	if err != nil {
		return nil, point{}, err
	}
	public, err := d.multiply(random, private, d.base)
	return private, public, err
}

// mapTo is the generic mapping, ICAO Doc 9303-11 §4.4.3.3.1: s·G + H.
func (d *domain) mapTo(random io.Reader, nonce []byte, h point) (point, error) {
	s := new(big.Int).SetBytes(nonce)
	if s.Mod(s, d.n); s.Sign() == 0 {
		return h, nil
	}
	g, err := d.multiply(random, s, d.base)
	forget(s)
	if err != nil {
		return point{}, err
	}
	return d.sum(g, h)
}

// forget overwrites a secret number.
func forget(k *big.Int) {
	clear(k.Bits())
	k.SetInt64(0)
}

// sum is p + q.
func (d *domain) sum(p, q point) (point, error) {
	if d.std != nil {
		//lint:ignore SA1019 see multiply
		return finite(d.std.Add(p.x, p.y, q.x, q.y))
	}
	one := big.NewInt(1)
	return d.affine(d.add(d.scaled(p, one), d.scaled(q, one)))
}

func finite(x, y *big.Int) (point, error) {
	if x.Sign() == 0 && y.Sign() == 0 {
		return point{}, fmt.Errorf("%w: point at infinity", ErrAgreement)
	}
	return point{x, y}, nil
}
