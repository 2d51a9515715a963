package sim

import (
	"crypto/elliptic"
	"fmt"
	"io"
	"math/big"
)

// group is a curve to agree keys on. What the standard library lacks is computed in affine coordinates: slow, plain, and
// unlike what a reader does. The keys are those of specimens, which everybody has.
type group struct {
	name           string
	parameter      int // ICAO Doc 9303-11 table 6
	p, a, b, n     *big.Int
	generatorPoint point
	size           int
	std            elliptic.Curve // nil where the standard library has none
}

// point is nil coordinates at infinity.
type point struct{ x, y *big.Int }

// groupTable is FIPS 186-4 appendix D.1.2 and RFC 5639 §3.
var groupTable = [...]struct {
	name               string
	parameter          int
	p, a, b, gx, gy, n string
}{
	{"P-256", 12,
		"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
		"ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
		"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
		"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
	{"P-384", 15,
		"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
		"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
		"b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
		"aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
		"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
		"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"},
	{"P-521", 18,
		"1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
		"51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
		"c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
		"11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
		"1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
	{"brainpoolP256r1", 13,
		"a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
		"7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
		"26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
		"8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
		"547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
		"a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7"},
	{"brainpoolP384r1", 16,
		"8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
		"7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
		"4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
		"1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
		"8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
		"8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565"},
	{"brainpoolP512r1", 17,
		"aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
		"7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
		"3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
		"81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
		"7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
		"aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069"},
}

// groupNamed finds a curve.
func groupNamed(name string) (*group, error) {
	for _, g := range groupTable {
		if g.name != name {
			continue
		}
		num := func(s string) *big.Int { v, _ := new(big.Int).SetString(s, 16); return v }
		out := &group{name: name, parameter: g.parameter, p: num(g.p), a: num(g.a), b: num(g.b), n: num(g.n)}
		out.generatorPoint, out.size = point{num(g.gx), num(g.gy)}, (out.p.BitLen()+7)/8
		out.std = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[name]
		return out, nil
	}
	return nil, fmt.Errorf("%w: curve %q", ErrBroken, name)
}

// add is p + q by chord and tangent.
func (g *group) add(p, q point) point {
	if p.x == nil {
		return q
	}
	if q.x == nil {
		return p
	}
	mod := func(v *big.Int) *big.Int { return v.Mod(v, g.p) }
	var slope *big.Int
	if p.x.Cmp(q.x) == 0 {
		if mod(new(big.Int).Add(p.y, q.y)).Sign() == 0 {
			return point{}
		}
		slope = new(big.Int).Mul(p.x, p.x)
		slope.Mul(slope, big.NewInt(3)).Add(slope, g.a)
		slope.Mul(slope, new(big.Int).ModInverse(mod(new(big.Int).Lsh(p.y, 1)), g.p))
	} else {
		slope = new(big.Int).Sub(q.y, p.y)
		slope.Mul(slope, new(big.Int).ModInverse(mod(new(big.Int).Sub(q.x, p.x)), g.p))
	}
	mod(slope)
	x := new(big.Int).Mul(slope, slope)
	mod(x.Sub(x, p.x).Sub(x, q.x))
	y := new(big.Int).Sub(p.x, x)
	mod(y.Mul(y, slope).Sub(y, p.y))
	return point{x, y}
}

// times is k·p. The standard library does it for its curves.
func (g *group) times(k *big.Int, p point) point {
	if g.std != nil {
		//lint:ignore SA1019 the whole point is needed, and crypto/ecdh gives its x alone
		if x, y := g.std.ScalarMult(p.x, p.y, k.Bytes()); x.Sign() != 0 || y.Sign() != 0 {
			return point{x, y}
		}
		return point{}
	}
	var sum point
	for i := k.BitLen() - 1; i >= 0; i-- {
		if sum = g.add(sum, sum); k.Bit(i) == 1 {
			sum = g.add(sum, p)
		}
	}
	return sum
}

// key draws a private key and computes the public one on a base point.
func (g *group) key(random io.Reader, base point) (*big.Int, point, error) {
	b := make([]byte, g.size+8)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, point{}, err
	}
	k := new(big.Int).SetBytes(b)
	k.Mod(k, new(big.Int).Sub(g.n, big.NewInt(1))).Add(k, big.NewInt(1))
	return k, g.times(k, base), nil
}

func (g *group) encode(p point) []byte {
	b := make([]byte, 1+2*g.size)
	b[0] = 4
	p.x.FillBytes(b[1 : 1+g.size])
	p.y.FillBytes(b[1+g.size:])
	return b
}

// decode reads an uncompressed point that lies on the curve.
func (g *group) decode(b []byte) (point, bool) {
	if len(b) != 1+2*g.size || b[0] != 4 {
		return point{}, false
	}
	p := point{new(big.Int).SetBytes(b[1 : 1+g.size]), new(big.Int).SetBytes(b[1+g.size:])}
	right := new(big.Int).Exp(p.x, big.NewInt(3), g.p)
	right.Add(right, new(big.Int).Mul(g.a, p.x)).Add(right, g.b)
	left := new(big.Int).Mul(p.y, p.y)
	same := left.Sub(left, right).Mod(left, g.p).Sign() == 0
	return p, same && p.x.Cmp(g.p) < 0 && p.y.Cmp(g.p) < 0
}

// secret is the x coordinate of k·p, which keys are derived from.
func (g *group) secret(k *big.Int, p point) []byte {
	return g.times(k, p).x.FillBytes(make([]byte, g.size))
}
