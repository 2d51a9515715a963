package cms

import (
	"crypto/elliptic"
	"math/big"
	"sync"
)

// Curve is a named curve y² = x³ + ax + b over the integers modulo the prime p.
type Curve struct {
	Name          string
	oid           string
	p, a, b, n    *big.Int
	gx, gy        *big.Int
	std           elliptic.Curve // where the standard library has it
	size          int            // bytes of a coordinate
	scalarBitSize int
}

// curves builds the table once. The values never change afterwards.
var curves = sync.OnceValue(func() []*Curve {
	std := map[string]elliptic.Curve{
		"P-224": elliptic.P224(), "P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521(),
	}
	num := func(s string) *big.Int {
		v, ok := new(big.Int).SetString(s, 16)
		if !ok {
			panic("cms: curve table") // a constant of this package is misspelt
		}
		return v
	}
	var out []*Curve
	for _, e := range curveTable {
		c := &Curve{Name: e.name, oid: e.oid, p: num(e.p), a: num(e.a), b: num(e.b), n: num(e.n), gx: num(e.gx), gy: num(e.gy)}
		c.std, c.size, c.scalarBitSize = std[e.name], (c.p.BitLen()+7)/8, c.n.BitLen()
		out = append(out, c)
	}
	return out
})

func curveByOID(oid string) *Curve {
	for _, c := range curves() {
		if c.oid == oid {
			return c
		}
	}
	return nil
}

// point is a point in Jacobian coordinates (X/Z², Y/Z³); z = 0 is the point at infinity.
type point struct{ x, y, z *big.Int }

func (c *Curve) affine(x, y *big.Int) point { return point{x, y, big.NewInt(1)} }

func (c *Curve) infinity() point { return point{big.NewInt(1), big.NewInt(1), new(big.Int)} }

func (c *Curve) mul(x, y *big.Int) *big.Int {
	z := new(big.Int).Mul(x, y)
	return z.Mod(z, c.p)
}

func (c *Curve) sub(x, y *big.Int) *big.Int {
	z := new(big.Int).Sub(x, y)
	return z.Mod(z, c.p)
}

// onCurve tells whether y² = x³ + ax + b for coordinates in 0..p-1.
func (c *Curve) onCurve(x, y *big.Int) bool {
	if x.Sign() < 0 || y.Sign() < 0 || x.Cmp(c.p) >= 0 || y.Cmp(c.p) >= 0 {
		return false
	}
	return c.mul(y, y).Cmp(c.rhs(x)) == 0
}

func (c *Curve) rhs(x *big.Int) *big.Int {
	r := c.mul(x, x)
	r.Add(r, c.a)
	r = c.mul(r, x)
	r.Add(r, c.b)
	return r.Mod(r, c.p)
}

// double is 2P for any a: BSI TR-03111 §2.3.1, Jacobian form.
func (c *Curve) double(q point) point {
	if q.z.Sign() == 0 || q.y.Sign() == 0 {
		return c.infinity()
	}
	yy := c.mul(q.y, q.y)
	s := c.mul(q.x, yy)
	s.Lsh(s, 2)
	zz := c.mul(q.z, q.z)
	m := c.mul(q.x, q.x)
	m.Mul(m, big.NewInt(3))
	m.Add(m, c.mul(c.a, c.mul(zz, zz)))
	m.Mod(m, c.p)
	x := c.sub(c.mul(m, m), new(big.Int).Lsh(s, 1))
	y4 := c.mul(yy, yy)
	y4.Lsh(y4, 3)
	y := c.sub(c.mul(m, c.sub(s, x)), y4)
	z := c.mul(q.y, q.z)
	z.Lsh(z, 1)
	return point{x, y, z.Mod(z, c.p)}
}

// add is P + Q, also where they are equal or inverse to each other.
func (c *Curve) add(q, r point) point {
	if q.z.Sign() == 0 {
		return r
	}
	if r.z.Sign() == 0 {
		return q
	}
	qzz, rzz := c.mul(q.z, q.z), c.mul(r.z, r.z)
	u1, u2 := c.mul(q.x, rzz), c.mul(r.x, qzz)
	s1, s2 := c.mul(q.y, c.mul(rzz, r.z)), c.mul(r.y, c.mul(qzz, q.z))
	h, t := c.sub(u2, u1), c.sub(s2, s1)
	if h.Sign() == 0 {
		if t.Sign() == 0 {
			return c.double(q)
		}
		return c.infinity()
	}
	hh := c.mul(h, h)
	hhh := c.mul(hh, h)
	v := c.mul(u1, hh)
	x := c.sub(c.sub(c.mul(t, t), hhh), new(big.Int).Lsh(v, 1))
	y := c.sub(c.mul(t, c.sub(v, x)), c.mul(s1, hhh))
	return point{x, y, c.mul(h, c.mul(q.z, r.z))}
}

// combine is u·G + v·Q, both scalars walked together. Variable time: public values only.
func (c *Curve) combine(u, v *big.Int, q point) point {
	g := c.affine(c.gx, c.gy)
	both := c.add(g, q)
	sum := c.infinity()
	for i := max(u.BitLen(), v.BitLen()) - 1; i >= 0; i-- {
		sum = c.double(sum)
		switch u.Bit(i) | v.Bit(i)<<1 {
		case 1:
			sum = c.add(sum, g)
		case 2:
			sum = c.add(sum, q)
		case 3:
			sum = c.add(sum, both)
		}
	}
	return sum
}

// verify is ECDSA verification, BSI TR-03111 §4.2.1.2.
func (c *Curve) verify(x, y *big.Int, digest []byte, r, s *big.Int) bool {
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(c.n) >= 0 || s.Cmp(c.n) >= 0 {
		return false
	}
	e := new(big.Int).SetBytes(digest)
	if excess := len(digest)*8 - c.scalarBitSize; excess > 0 {
		e.Rsh(e, uint(excess)) // the leftmost bits of the digest
	}
	w := new(big.Int).ModInverse(s, c.n)
	u := e.Mul(e, w)
	u.Mod(u, c.n)
	v := new(big.Int).Mul(r, w)
	v.Mod(v, c.n)
	sum := c.combine(u, v, c.affine(x, y))
	if sum.z.Sign() == 0 {
		return false
	}
	zi := new(big.Int).ModInverse(sum.z, c.p)
	ax := c.mul(sum.x, c.mul(zi, zi))
	return ax.Mod(ax, c.n).Cmp(r) == 0
}
