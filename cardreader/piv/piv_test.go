package piv_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/piv"
	"bangban/cardreader/piv/pivtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// lay puts a card on a simulated reader and connects to it.
func lay(t *testing.T, c *sim.Card) cardreader.Conn {
	t.Helper()
	s, err := sim.NewSystem()
	if err != nil {
		t.Fatal(err)
	}
	r := s.Attach("sim:staff")
	r.Insert(c)
	conn, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func open(t *testing.T, c *sim.Card) *piv.Card {
	t.Helper()
	card, err := piv.Open(t.Context(), lay(t, c))
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// peer is a key of the other side.
func peer(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The whole way: the certificate, the PIN, the secret that only the two sides know.
func TestAgree(t *testing.T) {
	person := pivtest.New(t)
	c := open(t, person.Card())
	cert, err := c.Certificate(t.Context())
	if err != nil || !bytes.Equal(cert.Raw, person.Certificate) || !bytes.Equal(cert.Public, person.Public) {
		t.Fatalf("certificate: %v", err)
	}
	e := peer(t)
	if _, err := c.Agree(t.Context(), e.PublicKey().Bytes()); err == nil {
		t.Fatal("a secret without the PIN")
	}
	if err := c.Verify(t.Context(), []byte(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	got, err := c.Agree(t.Context(), e.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := ecdh.P256().NewPublicKey(cert.Public)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := e.ECDH(theirs); err != nil || !bytes.Equal(got, want) {
		t.Errorf("another secret than the other side's (%v)", err)
	}
	for _, bad := range [][]byte{nil, cert.Public[:64], append([]byte{4}, make([]byte, 64)...), append([]byte{2}, cert.Public[1:]...)} {
		if _, err := c.Agree(t.Context(), bad); !errors.Is(err, piv.ErrAlgorithm) {
			t.Errorf("a point that is none: %v", err)
		}
	}
}

// Wrong PINs count down to a blocked card; a PIN that cannot be one is not sent.
func TestTries(t *testing.T) {
	c := open(t, pivtest.New(t).Card())
	for _, bad := range []string{"", "12345", "123456789", "12345\xff"} {
		if err := c.Verify(t.Context(), []byte(bad)); !errors.Is(err, piv.ErrPIN) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for want := pivtest.Tries - 1; want > 0; want-- {
		var wrong *piv.WrongPIN
		if err := c.Verify(t.Context(), []byte("111111")); !errors.As(err, &wrong) || wrong.Left != want {
			t.Fatalf("%v, want %d left", err, want)
		}
		if n, err := c.Tries(t.Context()); n != want || err != nil {
			t.Fatalf("%d left, %v", n, err)
		}
	}
	for _, pin := range []string{"111111", pivtest.PIN} {
		if err := c.Verify(t.Context(), []byte(pin)); !errors.Is(err, piv.ErrBlocked) {
			t.Errorf("blocked: %v", err)
		}
	}
	if _, err := c.Tries(t.Context()); !errors.Is(err, piv.ErrBlocked) {
		t.Errorf("tries of a blocked card: %v", err)
	}
}

// A PIN that another program left proven is taken back before the tries are told; a card that cannot do that says nothing.
func TestTriesOfAnOpenCard(t *testing.T) {
	c := open(t, pivtest.New(t).Card())
	if err := c.Verify(t.Context(), []byte(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Tries(t.Context()); n != pivtest.Tries || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := c.Agree(t.Context(), peer(t).PublicKey().Bytes()); err == nil {
		t.Error("the PIN is still proven")
	}
	if n, err := piv.At(teller{0x90, 0}).Tries(t.Context()); n != piv.ManyTries || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// Cards that are not of use here say why.
func TestNotThisCard(t *testing.T) {
	bank, err := sim.Open("bank-card")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := piv.Open(t.Context(), lay(t, bank)); !errors.Is(err, piv.ErrNotPIV) {
		t.Errorf("a bank card: %v", err)
	}
	empty := sim.NewCard(sim.Specimen{Kind: "clerk-token", PIV: &sim.PIV{PIN: pivtest.PIN, Tries: 3}})
	if _, err := open(t, empty).Certificate(t.Context()); !errors.Is(err, piv.ErrNoKey) {
		t.Errorf("a card without a key: %v", err)
	}
}

// Taken away in each command in turn: pulled, never a verdict on the PIN.
func TestPulled(t *testing.T) {
	person, e := pivtest.New(t), peer(t)
	run := func(c *sim.Card) error {
		card, err := piv.Open(t.Context(), lay(t, c))
		if err != nil {
			return err
		}
		if _, err := card.Certificate(t.Context()); err != nil {
			return err
		}
		if _, err := card.Tries(t.Context()); err != nil {
			return err
		}
		if err := card.Verify(t.Context(), []byte(pivtest.PIN)); err != nil {
			return err
		}
		_, err = card.Agree(t.Context(), e.PublicKey().Bytes())
		return err
	}
	whole := person.Card()
	if err := run(whole); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= whole.Stats().APDUs; n++ {
		if err := run(person.Card(sim.PullAt(n))); !errors.Is(err, cardreader.ErrPulled) {
			t.Errorf("pulled in command %d: %v", n, err)
		}
	}
}

func certificate(t *testing.T, pub any, usage x509.KeyUsage) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), KeyUsage: usage}, &x509.Certificate{Subject: pkix.Name{CommonName: "SPECIMEN"}}, pub, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// teller answers every command with the same bytes.
type teller []byte

func (teller) ATR() []byte                                        { return nil }
func (teller) Close() error                                       { return nil }
func (t teller) Transmit(context.Context, []byte) ([]byte, error) { return bytes.Clone(t), nil }

// object is the answer of a card that holds this certificate.
func object(der []byte, info byte) []byte {
	value := tlv.Append(tlv.Append(tlv.Append(nil, 0x70, der), 0x71, []byte{info}), 0xFE, nil)
	return append(tlv.Append(nil, 0x53, value), 0x90, 0x00)
}

func pack(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b)
	w.Close()
	return z.Bytes()
}

// Certificates of keys that are of no use here are refused for what they are; one that the card packs is unpacked, within
// bounds.
func TestCertificates(t *testing.T) {
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	good := certificate(t, &p256.PublicKey, 0)
	for _, tc := range []struct {
		what   string
		answer []byte
		want   error
	}{
		{"plain", object(good, 0), nil}, {"packed", object(pack(good), 1), nil},
		{"a megabyte of nothing", object(pack(make([]byte, 1<<20)), 1), piv.ErrCertificate}, {"not packed", object(good, 1), piv.ErrCertificate},
		{"P-384", object(certificate(t, &p384.PublicKey, 0), 0), piv.ErrAlgorithm}, {"RSA", object(certificate(t, &rsaKey.PublicKey, 0), 0), piv.ErrAlgorithm},
		{"cut", object(good[:len(good)-1], 0), piv.ErrCertificate}, {"empty", object(nil, 0), piv.ErrNoKey}, {"no object", []byte{0x6A, 0x82}, piv.ErrNoKey},
	} {
		_, err := piv.At(teller(tc.answer)).Certificate(t.Context())
		if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
	}
}

// Whatever a card says, it is refused with an error of this package or one of cardreader; nothing panics.
func FuzzCard(f *testing.F) {
	f.Add([]byte{0x90, 0})
	f.Add([]byte{0x63, 0xC2})
	f.Add([]byte{0x61, 0x10})
	f.Add(append(tlv.Append(nil, 0x53, tlv.Append(nil, 0x70, []byte("SPECIMEN"))), 0x90, 0))
	f.Add(append(tlv.Append(nil, 0x7C, tlv.Append(nil, 0x82, make([]byte, 32))), 0x90, 0))
	f.Add(append(tlv.Append(nil, 0x53, append(tlv.Append(nil, 0x70, []byte{0x1F, 0x8B, 8}), 0x71, 1, 1)), 0x90, 0))
	e, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		c, err := piv.Open(t.Context(), teller(answer))
		if err != nil {
			return
		}
		if cert, err := c.Certificate(t.Context()); err == nil && len(cert.Public) != 65 {
			t.Error("a certificate without a point")
		}
		_, _ = c.Tries(t.Context())
		_ = c.Verify(t.Context(), []byte(pivtest.PIN))
		if s, err := c.Agree(t.Context(), e.PublicKey().Bytes()); err == nil && len(s) != 32 {
			t.Errorf("a secret of %d bytes", len(s))
		}
	})
}
