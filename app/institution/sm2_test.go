package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
)

func smKey(t testing.TB) *sm2.PrivateKey {
	t.Helper()
	k, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func smRequest(t testing.TB, station, smStation string, identity, key *ecdsa.PrivateKey, sm *sm2.PrivateKey, code string) []byte {
	t.Helper()
	csr, err := VoucherCSR(rand.Reader, station, key)
	if err != nil {
		t.Fatal(err)
	}
	smCSR, err := SM2CSR(rand.Reader, smStation, sm)
	if err != nil {
		t.Fatal(err)
	}
	file, err := MakeRequestSM2(rand.Reader, station, identity, csr, smCSR, code)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSM2Answer: a counter with the SM suite is given a certificate of its SM2 key, for the days of the other one.
func TestSM2Answer(t *testing.T) {
	h := newHall(t)
	sm := smKey(t)
	a, err := h.ask(t, smRequest(t, "H12", "H12", p256(t), p256(t), sm, h.code))
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeAnswer(a.Encode())
	if err != nil || !bytes.Equal(back.SM2, a.SM2) || back.Identity == nil || back.Voucher == nil {
		t.Fatalf("the answer does not come back: %v", err)
	}
	station, pub, err := OpenSM2Certificate(h.inst.PEM(), a.SM2)
	if err != nil || station != "H12" || !pub.Equal(sm.Public()) {
		t.Fatalf("certificate of %q: %v", station, err)
	}
	if _, _, err := OpenSM2Certificate(newHall(t).inst.PEM(), a.SM2); !errors.Is(err, ErrUntrusted) {
		t.Errorf("by another institution: %v", err)
	}
	if _, _, err := OpenSM2Certificate(h.inst.PEM(), a.Voucher.Raw); !errors.Is(err, ErrKey) {
		t.Errorf("another kind of key: %v", err)
	}
	changed := bytes.Clone(a.SM2)
	changed[len(changed)-5] ^= 1
	if _, _, err := OpenSM2Certificate(h.inst.PEM(), changed); !errors.Is(err, ErrUntrusted) {
		t.Errorf("changed: %v", err)
	}
	plain, err := h.inst.SM2Certificate("H12", sm.Public().(*ecdsa.PublicKey), h.now, h.now.Add(MaxDelegation+time.Hour))
	if !errors.Is(err, ErrLife) || plain != nil {
		t.Errorf("longer than a delegation: %v", err)
	}
	if _, err := h.inst.SM2Certificate("H12", p256(t).Public().(*ecdsa.PublicKey), h.now, h.now.Add(time.Hour)); !errors.Is(err, ErrKey) {
		t.Errorf("P-256: %v", err)
	}
}

func TestSM2RequestRefuses(t *testing.T) {
	h := newHall(t)
	identity, key := p256(t), p256(t)
	good := smRequest(t, "H12", "H12", identity, key, smKey(t), h.code)
	other := smRequest(t, "H12", "H12", identity, key, smKey(t), h.code)
	g, o := parts(good), parts(other)
	for name, file := range map[string][]byte{
		"another SM2 key":  join(g[0], g[1], o[2], g[3]),
		"SM2 key left out": join(g[0], g[1], g[3]),
		"four requests":    join(g[0], g[1], g[2], g[2], g[3]),
		"one request":      join(g[0], g[3]),
		"of two stations":  smRequest(t, "H12", "H13", identity, key, smKey(t), h.code),
		"end missing":      join(g[0], g[1], g[2]),
		"P-256 third":      join(g[0], g[1], g[1], g[3]),
	} {
		if r, err := OpenRequest(file); r != nil || !errors.Is(err, ErrRequest) && !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := OpenRequest(good); err != nil || r.SM2 == nil {
		t.Fatal(err)
	}
	if r, err := OpenRequest(request(t, "H12", identity, key, h.code)); err != nil || r.SM2 != nil {
		t.Errorf("without the suite: %v", err)
	}
}
