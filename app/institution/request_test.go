package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/voucher"
)

type hall struct {
	inst *Institution
	now  time.Time
	code string
}

func newHall(t testing.TB) *hall {
	t.Helper()
	h := &hall{now: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
	var err error
	h.inst, err = Create(t.TempDir()+"/inst", Options{Name: desk.Text{"en": "SPECIMEN"}, Issuer: "https://specimen.example/id", Rand: rand.Reader,
		Now: func() time.Time { return h.now }, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := h.inst.Enrol("H12")
	if err != nil {
		t.Fatal(err)
	}
	h.code = l.Code
	return h
}

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func request(t testing.TB, station string, identity, key *ecdsa.PrivateKey, code string) []byte {
	t.Helper()
	csr, err := VoucherCSR(rand.Reader, station, key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := MakeRequest(rand.Reader, station, identity, csr, code)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func (h *hall) ask(t testing.TB, file []byte) (*Answer, error) {
	t.Helper()
	r, err := OpenRequest(file)
	if err != nil {
		t.Fatal(err)
	}
	return h.inst.Answer(r, Grant{Count: 10, MaxLife: time.Hour})
}

// The code of a letter enrols one key, once; that key renews without it, another never, until there is a new letter.
func TestAnswerOnce(t *testing.T) {
	h := newHall(t)
	identity, key := p256(t), p256(t)
	for name, tc := range map[string]struct {
		file []byte
		want error
	}{
		"no letter":  {request(t, "H13", identity, key, h.code), ErrNotEnrolled},
		"wrong code": {request(t, "H12", identity, key, "0000-0000-0000-0000"), ErrCode},
		"no code":    {request(t, "H12", identity, key, ""), ErrCode},
	} {
		if _, err := h.ask(t, tc.file); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	h.now = h.now.Add(LetterLife + time.Second)
	if _, err := h.ask(t, request(t, "H12", identity, key, h.code)); !errors.Is(err, ErrLetterEnded) {
		t.Errorf("late: %v", err)
	}
	h.now = h.now.Add(-LetterLife)
	a, err := h.ask(t, request(t, "H12", identity, key, h.code))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := voucher.ParseInstitution(h.inst.PEM())
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeAnswer(a.Encode())
	if err != nil {
		t.Fatal(err)
	}
	d, err := voucher.OpenDelegation(again.Delegation, voucher.Keys{Institutions: []*voucher.Institution{parsed}})
	if err != nil || d.Station != "H12" || !d.Key.Equal(&key.PublicKey) || d.First != 1 || d.Last != 10 || d.Expires.Sub(d.NotBefore) != MaxDelegation {
		t.Fatalf("delegation %+v, %v", d, err)
	}
	if s, err := VerifyIdentity(h.inst.PEM(), again.Identity, h.now); err != nil || s != "H12" || !identity.PublicKey.Equal(again.Identity.PublicKey) {
		t.Fatalf("identity %q, %v", s, err)
	}
	if _, err := h.ask(t, request(t, "H12", p256(t), key, h.code)); !errors.Is(err, ErrEnrolled) {
		t.Errorf("the code a second time: %v", err)
	}
	h.now = h.now.Add(60 * 24 * time.Hour) // long after the letter
	if _, err := h.ask(t, request(t, "H12", identity, p256(t), "")); err != nil {
		t.Errorf("renewal: %v", err)
	}
	l, err := h.inst.Enrol("H12") // a new computer
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ask(t, request(t, "H12", p256(t), p256(t), l.Code)); err != nil {
		t.Errorf("new computer: %v", err)
	}
	if _, err := h.ask(t, request(t, "H12", identity, key, "")); !errors.Is(err, ErrEnrolled) {
		t.Errorf("the computer of before: %v", err)
	}
}

// parts are the blocks of a request, and join writes some of them again.
func parts(file []byte) (b []*pem.Block) {
	for {
		x, rest := pem.Decode(file)
		if x == nil {
			return b
		}
		b, file = append(b, x), rest
	}
}

func join(b ...*pem.Block) []byte {
	var out []byte
	for _, x := range b {
		out = append(out, pem.EncodeToMemory(x)...)
	}
	return out
}

// Whatever is changed in a request, it is refused.
func TestRequestRefuses(t *testing.T) {
	h := newHall(t)
	identity, key := p256(t), p256(t)
	good := request(t, "H12", identity, key, h.code)
	other := request(t, "H12", p256(t), p256(t), h.code)
	g, o := parts(good), parts(other)
	for name, file := range map[string][]byte{
		"empty":                  nil,
		"another voucher key":    join(g[0], o[1], g[2]),
		"another identity":       join(o[0], g[1], g[2]),
		"another end":            join(g[0], g[1], o[2]),
		"swapped":                join(g[1], g[0], g[2]),
		"cut":                    join(g[0], g[1]),
		"something behind":       append(bytes.Clone(good), "x"...),
		"too large":              make([]byte, maxRequest+1),
		"one key for both":       request(t, "H12", identity, identity, h.code),
		"of two stations":        join(parts(request(t, "H12", identity, key, h.code))[0], parts(request(t, "H13", identity, key, h.code))[1], g[2]),
		"not a request":          join(&pem.Block{Type: pemCSR, Bytes: []byte("x")}, g[1], g[2]),
		"a header in the middle": join(&pem.Block{Type: pemCSR, Bytes: g[0].Bytes, Headers: map[string]string{"a": "b"}}, g[1], g[2]),
	} {
		if r, err := OpenRequest(file); r != nil || !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenRequest(good); err != nil {
		t.Fatal(err)
	}
}

func FuzzRequest(f *testing.F) {
	h := newHall(f)
	identity, key := p256(f), p256(f)
	good := request(f, "H12", identity, key, h.code)
	a, err := h.ask(f, good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.Encode())
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := OpenRequest(file)
		if err == nil && (!validStation(r.Station) || r.Identity.Equal(r.Voucher) || len(file) > maxRequest) {
			t.Fatal("a request that nobody may be answered")
		}
		if a, err := DecodeAnswer(file); err == nil && a.Voucher == nil {
			t.Fatal("an answer without a certificate")
		}
	})
}
