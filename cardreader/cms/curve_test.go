package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"math/big"
	"os"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// The table is right: every field is prime, every generator lies on its curve and has the prime order given.
func TestCurveTable(t *testing.T) {
	if len(curves()) != 19 {
		t.Errorf("%d curves", len(curves()))
	}
	for _, c := range curves() {
		if !c.p.ProbablyPrime(10) || !c.n.ProbablyPrime(10) {
			t.Errorf("%s: not prime", c.Name)
		}
		if !c.onCurve(c.gx, c.gy) {
			t.Errorf("%s: the generator is not on the curve", c.Name)
		}
		g := c.affine(c.gx, c.gy)
		if c.combine(c.n, new(big.Int), g).z.Sign() != 0 {
			t.Errorf("%s: n·G is not at infinity", c.Name)
		}
		last := new(big.Int).Sub(c.n, big.NewInt(1))
		if sum := c.add(c.combine(last, new(big.Int), g), g); sum.z.Sign() != 0 {
			t.Errorf("%s: (n-1)·G + G is not at infinity", c.Name)
		}
		d1, d2 := c.double(g), c.add(g, g)
		if c.mul(d1.x, c.mul(d2.z, d2.z)).Cmp(c.mul(d2.x, c.mul(d1.z, d1.z))) != 0 {
			t.Errorf("%s: 2·G differs from G + G", c.Name)
		}
	}
}

// The arithmetic over math/big agrees with the standard library where both have the curve.
func TestGenericLikeStandard(t *testing.T) {
	for _, c := range curves() {
		if c.std == nil {
			continue
		}
		key, err := ecdsa.GenerateKey(c.std, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		b, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		x, y, err := c.parsePoint(b)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte("SPECIMEN"))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		if !c.verify(x, y, sum[:], r, s) {
			t.Errorf("%s: refused", c.Name)
		}
		other := sha256.Sum256([]byte("SPECIMAN"))
		if c.verify(x, y, sum[:], s, r) || c.verify(x, y, other[:], r, s) {
			t.Errorf("%s: a false signature is taken", c.Name)
		}
		for _, bad := range []*big.Int{new(big.Int), c.n, new(big.Int).Neg(r), new(big.Int).Add(r, c.n)} {
			if c.verify(x, y, sum[:], bad, s) || c.verify(x, y, sum[:], r, bad) {
				t.Errorf("%s: a value out of range is taken", c.Name)
			}
		}
	}
}

func TestPoints(t *testing.T) {
	for _, c := range curves() {
		full := make([]byte, 1+2*c.size)
		full[0] = 4
		c.gx.FillBytes(full[1 : 1+c.size])
		c.gy.FillBytes(full[1+c.size:])
		short := bytes.Clone(full[:1+c.size])
		short[0] = 2 | byte(c.gy.Bit(0))
		if x, y, err := c.parsePoint(short); err != nil || x.Cmp(c.gx) != 0 || y.Cmp(c.gy) != 0 {
			t.Errorf("%s: compressed: %v", c.Name, err)
		}
		short[0] ^= 1
		if _, y, err := c.parsePoint(short); err != nil || new(big.Int).Add(y, c.gy).Cmp(c.p) != 0 {
			t.Errorf("%s: the other root: %v", c.Name, err)
		}
		beyond := append([]byte{2}, bytes.Repeat([]byte{0xFF}, c.size)...)
		off := bytes.Clone(full)
		off[len(off)-1] ^= 1
		for name, b := range map[string][]byte{
			"off the curve": off, "cut": full[:len(full)-1], "empty": nil, "infinity": {0}, "hybrid": append([]byte{6}, full[1:]...), "beyond p": beyond,
		} {
			if _, _, err := c.parsePoint(b); ReasonOf(err) != Structure {
				t.Errorf("%s: %s: %v", c.Name, name, err)
			}
		}
	}
}

// Parameters with a base point of somebody's own choosing make any signature verify (CVE-2020-0601).
func TestForeignBasePoint(t *testing.T) {
	der, err := os.ReadFile("testdata/brainpoolP256r1-explicit.crt")
	if err != nil {
		t.Fatal(err)
	}
	var c *Curve
	for _, k := range curves() {
		if k.Name == "brainpoolP256r1" {
			c = k
		}
	}
	d := c.double(c.affine(c.gx, c.gy))
	zi := new(big.Int).ModInverse(d.z, c.p)
	x, y := c.mul(d.x, c.mul(zi, zi)), c.mul(d.y, c.mul(zi, c.mul(zi, zi)))
	if !c.onCurve(x, y) {
		t.Fatal("2·G is not on the curve")
	}
	for name, change := range map[string]func([]byte) []byte{
		"2·G for G": func(b []byte) []byte {
			b = bytes.Replace(b, c.gx.FillBytes(make([]byte, 32)), x.FillBytes(make([]byte, 32)), 1)
			return bytes.Replace(b, c.gy.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32)), 1)
		},
		"another order": func(b []byte) []byte {
			n := c.n.FillBytes(make([]byte, 32))
			return bytes.Replace(b, n, new(big.Int).Sub(c.n, big.NewInt(2)).FillBytes(make([]byte, 32)), 1)
		},
		"another b": func(b []byte) []byte {
			n := c.b.FillBytes(make([]byte, 32))
			return bytes.Replace(b, n, new(big.Int).Add(c.b, big.NewInt(1)).FillBytes(make([]byte, 32)), 1)
		},
	} {
		b := change(bytes.Clone(der))
		if bytes.Equal(b, der) {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, err := ParseCertificate(b); ReasonOf(err) != NotSupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOID(t *testing.T) {
	for in, want := range map[string]string{
		"\x06\x03\x55\x04\x06": "2.5.4.6", "\x06\x06\x2a\x86\x48\x86\xf7\x0d": "1.2.840.113549",
		"\x06\x02\x88\x37": "2.999", "\x06\x01\x00": "0.0", "\x06\x01\x27": "0.39",
		"\x06\x00": "", "\x06\x01\x80": "", "\x06\x02\x80\x01": "", "\x06\x0c\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f": "",
	} {
		s := cryptobyte.String(in)
		if got, ok := readOID(&s); got != want || ok != (want != "") {
			t.Errorf("%x: %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestErrors(t *testing.T) {
	err := refuse(Expired, "C=UT")
	if !errors.Is(err, &Error{Reason: Expired}) || errors.Is(err, &Error{Reason: NotYetValid}) {
		t.Errorf("%v", err)
	}
	if ReasonOf(nil) != "" || ReasonOf(errors.New("other")) != Structure {
		t.Error("reasons of other errors")
	}
}

func BenchmarkVerifyBrainpool512(b *testing.B) {
	der, err := os.ReadFile("testdata/brainpoolP512r1-explicit.crt")
	if err != nil {
		b.Fatal(err)
	}
	c, err := ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := c.CheckSignatureFrom(c); err != nil {
			b.Fatal(err)
		}
	}
}
