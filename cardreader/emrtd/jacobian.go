package emrtd

import (
	"fmt"
	"math/big"
)

// jacobian is a point (x/z², y/z³); z = 0 is the point at infinity. BSI TR-03111 §2.3.1.
type jacobian struct{ x, y, z *big.Int }

func (d *domain) infinity() jacobian { return jacobian{big.NewInt(1), big.NewInt(1), new(big.Int)} }

// scaled writes q with z = scale.
func (d *domain) scaled(q point, scale *big.Int) jacobian {
	zz := d.mul(scale, scale)
	return jacobian{d.mul(q.x, zz), d.mul(q.y, d.mul(zz, scale)), new(big.Int).Set(scale)}
}

// affine leaves Jacobian coordinates.
func (d *domain) affine(q jacobian) (point, error) {
	if q.z.Sign() == 0 {
		return point{}, fmt.Errorf("%w: point at infinity", ErrAgreement)
	}
	zi := new(big.Int).ModInverse(q.z, d.p)
	zz := d.mul(zi, zi)
	return point{d.mul(q.x, zz), d.mul(q.y, d.mul(zz, zi))}, nil
}

// ladder is k·q by Montgomery's ladder: one addition and one doubling for every bit, whatever it is.
func (d *domain) ladder(k *big.Int, q jacobian) jacobian {
	low, high := d.infinity(), q
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum := d.add(low, high)
		if k.Bit(i) == 0 {
			low, high = d.double(low), sum
		} else {
			low, high = sum, d.double(high)
		}
	}
	return low
}

func (d *domain) mul(x, y *big.Int) *big.Int {
	z := new(big.Int).Mul(x, y)
	return z.Mod(z, d.p)
}

func (d *domain) sub(x, y *big.Int) *big.Int {
	z := new(big.Int).Sub(x, y)
	return z.Mod(z, d.p)
}

// double is 2q for any a.
func (d *domain) double(q jacobian) jacobian {
	if q.z.Sign() == 0 || q.y.Sign() == 0 {
		return d.infinity()
	}
	yy, zz := d.mul(q.y, q.y), d.mul(q.z, q.z)
	s := d.mul(q.x, yy)
	s.Lsh(s, 2)
	m := d.mul(q.x, q.x)
	m.Mul(m, big.NewInt(3))
	m.Add(m, d.mul(d.a, d.mul(zz, zz)))
	m.Mod(m, d.p)
	x := d.sub(d.mul(m, m), new(big.Int).Lsh(s, 1))
	y4 := d.mul(yy, yy)
	y4.Lsh(y4, 3)
	y := d.sub(d.mul(m, d.sub(s, x)), y4)
	z := d.mul(q.y, q.z)
	z.Lsh(z, 1)
	return jacobian{x, y, z.Mod(z, d.p)}
}

// add is q + r, also where they are equal or inverse to each other.
func (d *domain) add(q, r jacobian) jacobian {
	if q.z.Sign() == 0 {
		return r
	}
	if r.z.Sign() == 0 {
		return q
	}
	qzz, rzz := d.mul(q.z, q.z), d.mul(r.z, r.z)
	u1, u2 := d.mul(q.x, rzz), d.mul(r.x, qzz)
	s1, s2 := d.mul(q.y, d.mul(rzz, r.z)), d.mul(r.y, d.mul(qzz, q.z))
	h, t := d.sub(u2, u1), d.sub(s2, s1)
	if h.Sign() == 0 {
		if t.Sign() == 0 {
			return d.double(q)
		}
		return d.infinity()
	}
	hh := d.mul(h, h)
	hhh := d.mul(hh, h)
	v := d.mul(u1, hh)
	x := d.sub(d.sub(d.mul(t, t), hhh), new(big.Int).Lsh(v, 1))
	y := d.sub(d.mul(t, d.sub(v, x)), d.mul(s1, hhh))
	return jacobian{x, y, d.mul(h, d.mul(q.z, r.z))}
}
