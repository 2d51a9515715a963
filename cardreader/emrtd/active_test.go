package emrtd

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"

	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/tlv"
)

// recovery makes a signature of ISO/IEC 9796-2 scheme 1 with partial recovery.
func recovery(t *testing.T, k *rsa.PrivateKey, h crypto.Hash, head byte, trailer []byte, challenge []byte) []byte {
	t.Helper()
	b := make([]byte, k.Size())
	b[0] = head
	end := len(b) - len(trailer) - h.Size()
	for i := 1; i < end; i++ {
		b[i] = byte(i)
	}
	d := h.New()
	d.Write(b[1:end])
	d.Write(challenge)
	copy(b[end:], d.Sum(nil))
	copy(b[len(b)-len(trailer):], trailer)
	return new(big.Int).Exp(new(big.Int).SetBytes(b), k.D, k.N).FillBytes(b)
}

func TestRecovery(t *testing.T) {
	k, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	challenge := []byte("SPECIMEN")
	for _, tc := range []struct {
		name    string
		h       crypto.Hash
		head    byte
		trailer []byte
		good    bool
	}{
		{"SHA-1", crypto.SHA1, 0x6A, []byte{0xBC}, true},
		{"SHA-1 named", crypto.SHA1, 0x6A, []byte{0x33, 0xCC}, true},
		{"SHA-224", crypto.SHA224, 0x6A, []byte{0x38, 0xCC}, true},
		{"SHA-256", crypto.SHA256, 0x6A, []byte{0x34, 0xCC}, true},
		{"SHA-384", crypto.SHA384, 0x6A, []byte{0x36, 0xCC}, true},
		{"SHA-512", crypto.SHA512, 0x6A, []byte{0x35, 0xCC}, true},
		{"another digest named", crypto.SHA256, 0x6A, []byte{0x35, 0xCC}, false},
		{"digest unknown", crypto.SHA256, 0x6A, []byte{0x31, 0xCC}, false},
		{"trailer", crypto.SHA1, 0x6A, []byte{0xBB}, false},
		{"header", crypto.SHA256, 0x4A, []byte{0x34, 0xCC}, false},
	} {
		s := recovery(t, k, tc.h, tc.head, tc.trailer, challenge)
		if got := verifyRecovery(&k.PublicKey, challenge, s); got != tc.good {
			t.Errorf("%s: %v", tc.name, got)
		}
		if verifyRecovery(&k.PublicKey, []byte("OTHER---"), s) {
			t.Errorf("%s: taken for another challenge", tc.name)
		}
		less := new(big.Int).Sub(k.N, new(big.Int).SetBytes(s)).FillBytes(make([]byte, k.Size()))
		if got := verifyRecovery(&k.PublicKey, challenge, less); got != tc.good {
			t.Errorf("%s, n less the signature: %v", tc.name, got)
		}
		if verifyRecovery(&k.PublicKey, challenge, s[1:]) || verifyRecovery(&k.PublicKey, challenge, nil) ||
			verifyRecovery(&k.PublicKey, challenge, k.N.Bytes()) || verifyRecovery(&k.PublicKey, challenge, make([]byte, k.Size())) {
			t.Errorf("%s: what is no signature is taken", tc.name)
		}
	}
}

// signer answers INTERNAL AUTHENTICATE with ecdsa-plain-SHA384.
type signer struct {
	key   *ecdsa.PrivateKey
	spoil bool
}

func (s signer) Transmit(_ context.Context, b []byte) ([]byte, error) {
	cmd, err := apdu.ParseCommand(b)
	if err != nil || cmd.INS != 0x88 || len(cmd.Data) != 8 {
		return []byte{0x6A, 0x80}, err
	}
	h := crypto.SHA384.New()
	h.Write(cmd.Data)
	r, v, err := ecdsa.Sign(rand.Reader, s.key, h.Sum(nil))
	if err != nil {
		return nil, err
	}
	out := append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
	if s.spoil {
		out[0] ^= 1
	}
	return append(out, 0x90, 0), nil
}

func TestActiveEC(t *testing.T) {
	key := newKey(t)
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	dg15 := tlv.Append(nil, 0x6F, spki)
	// ActiveAuthenticationInfo { 2.23.136.1.1.5, 1, ecdsa-plain-SHA384 }
	infos, err := parseSecurityInfos(unhex(t, "3119 3017 0606678108010105 020101 060A 04007F00070101040104"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		dg15  []byte
		infos []securityInfo
		spoil bool
		want  check.Check
	}{
		{"good", dg15, infos, false, check.Pass("", "")},
		{"spoilt", dg15, infos, true, check.Fail("", ReasonClone, "")},
		{"digest not named", dg15, nil, false, check.Unsure("", check.NotSupported, "")},
		{"noise", []byte{0x6F, 2, 0x30, 0}, infos, false, check.Unsure("", check.Structure, "")},
	} {
		c := &channel{conn: signer{key, tc.spoil}, limit: apdu.MaxShortNe}
		got, err := c.activeAuthentication(t.Context(), tc.dg15, tc.infos, rand.Reader)
		if err != nil || got.verdict != tc.want.Verdict || got.reason != tc.want.Reason {
			t.Errorf("%s: %+v, %v", tc.name, got, err)
		}
	}
}

// The weak keys that gmrtd took until #346 prove nothing.
func TestActiveWeakKey(t *testing.T) {
	weak := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 767), big.NewInt(1)), E: 65537}
	spki, err := x509.MarshalPKIXPublicKey(weak)
	if err != nil {
		t.Fatal(err)
	}
	c := &channel{conn: &tape{t: t}, limit: apdu.MaxShortNe} // would fail at any command
	got, err := c.activeAuthentication(t.Context(), tlv.Append(nil, 0x6F, spki), nil, rand.Reader)
	if err != nil || got.verdict != check.Indeterminate || got.reason != check.NotSupported {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzActive(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tlv.Append(nil, 0x6F, spki), []byte{1})
	f.Add([]byte{0x6F, 0}, []byte{})
	f.Fuzz(func(t *testing.T, dg15, answer []byte) {
		k, err := openDG15(dg15)
		if err != nil || k.RSA == nil || k.RSA.Size() > 256 {
			return
		}
		_ = verifyRecovery(k.RSA, []byte("SPECIMEN"), answer)
	})
}
