// Package keystest is the contract of a place for keys (keys.Place): what every one of them does, whoever made it. A
// place that passes Run can hold the voucher key of a counter or the root of an institution.
package keystest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"bangban/app/desk"
	"bangban/app/keys"
)

// Subject is a place to put to the test.
type Subject struct {
	Kind          string
	Fresh         func(t *testing.T) Bench // a place that nobody has used
	PIN, Wrong    string
	Deterministic bool // equal digests give equal signatures (RFC 6979): keys in files only
	Tells         bool // a wrong PIN tells how many tries are left
	Locks         int  // so many wrong PINs lock it; 0: never
	One           bool // there is one at a time: a fresh one takes the place of the one before
}

// Bench is one place and what can be done to it.
type Bench struct {
	Place  keys.Place
	Again  func(t *testing.T) keys.Place // the same place, as another program meets it
	Remove func()                        // nil: cannot be taken away
	Return func()                        // nil: does not come back within a process
}

// Run holds a subject against the contract.
func Run(t *testing.T, s Subject) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"signs", signs}, {"survives", survives}, {"two keys", twoKeys}, {"other digests", otherDigests}, {"closed", closed},
		{"wrong PIN", wrongPIN}, {"foreign key", foreign}, {"together", together}, {"taken away", taken}, {"locked", locked},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}

type made struct {
	ref []byte
	pub *ecdsa.PublicKey
}

func generate(t *testing.T, p keys.Place, s Subject) made {
	t.Helper()
	ref, pub, err := p.Generate(rand.Reader, "SPECIMEN", []byte(s.PIN))
	if err != nil {
		t.Fatal(err)
	}
	return made{ref, pub}
}

func open(t *testing.T, p keys.Place, m made, pin string) keys.Key {
	t.Helper()
	k, err := p.Open(m.ref, m.pub, []byte(pin))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

func digest(n int) []byte {
	d := sha256.Sum256(fmt.Appendf(nil, "SPECIMEN %d", n))
	return d[:]
}

func sign(t *testing.T, k keys.Key, n int) []byte {
	t.Helper()
	sig, err := k.Sign(rand.Reader, digest(n), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// want takes an error that has one of the codes and a sentence's arguments.
func want(t *testing.T, err error, codes ...string) map[string]string {
	t.Helper()
	var c desk.Coded
	if !errors.As(err, &c) {
		t.Fatalf("%v has no sentence; want %v", err, codes)
	}
	for _, code := range codes {
		if c.Code() == code {
			return c.Args()
		}
	}
	t.Fatalf("code %q (%v), want one of %v", c.Code(), err, codes)
	return nil
}

func signs(t *testing.T, s Subject) {
	b := s.Fresh(t)
	m := generate(t, b.Place, s)
	k := open(t, b.Place, m, s.PIN)
	if k.Kind() != s.Kind || b.Place.Kind() != s.Kind {
		t.Errorf("kind %q and %q, want %q", k.Kind(), b.Place.Kind(), s.Kind)
	}
	if !m.pub.Equal(k.Public()) {
		t.Error("the open key has another public key than the one that was made")
	}
	first, second := sign(t, k, 1), sign(t, k, 1)
	if !ecdsa.VerifyASN1(m.pub, digest(1), first) || !ecdsa.VerifyASN1(m.pub, digest(1), second) {
		t.Error("a signature does not verify")
	}
	if ecdsa.VerifyASN1(m.pub, digest(2), first) {
		t.Error("a signature verifies for another digest")
	}
	if got := string(first) == string(second); got != s.Deterministic {
		t.Errorf("deterministic: %v, want %v", got, s.Deterministic)
	}
	if text := fmt.Sprintf("%v %+v %#v", k, k, k); len(text) > 200 {
		t.Errorf("a key prints its fields: %d characters", len(text))
	}
}

func survives(t *testing.T, s Subject) {
	b := s.Fresh(t)
	m := generate(t, b.Place, s)
	if err := b.Place.Close(); err != nil {
		t.Fatal(err)
	}
	if sig := sign(t, open(t, b.Again(t), m, s.PIN), 1); !ecdsa.VerifyASN1(m.pub, digest(1), sig) {
		t.Error("the key signs otherwise after a restart")
	}
}

func twoKeys(t *testing.T, s Subject) {
	b := s.Fresh(t)
	one, two := generate(t, b.Place, s), generate(t, b.Place, s)
	if one.pub.Equal(two.pub) || string(one.ref) == string(two.ref) {
		t.Fatal("two keys are one")
	}
	k1, k2 := open(t, b.Place, one, s.PIN), open(t, b.Place, two, s.PIN)
	if !ecdsa.VerifyASN1(one.pub, digest(1), sign(t, k1, 1)) || !ecdsa.VerifyASN1(two.pub, digest(2), sign(t, k2, 2)) {
		t.Error("keys are mixed up")
	}
	if _, err := b.Place.Open(one.ref, two.pub, []byte(s.PIN)); err == nil {
		t.Error("a reference opens as another key")
	}
}

func otherDigests(t *testing.T, s Subject) {
	b := s.Fresh(t)
	k := open(t, b.Place, generate(t, b.Place, s), s.PIN)
	if _, err := k.Sign(rand.Reader, digest(1)[:31], crypto.SHA256); err == nil {
		t.Error("a digest of 31 bytes is signed")
	}
}

func closed(t *testing.T, s Subject) {
	b := s.Fresh(t)
	k := open(t, b.Place, generate(t, b.Place, s), s.PIN)
	for range 2 {
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Sign(rand.Reader, digest(1), crypto.SHA256); !errors.Is(err, keys.ErrLocked) {
		t.Errorf("a closed key: %v", err)
	}
}

func wrongPIN(t *testing.T, s Subject) {
	b := s.Fresh(t)
	m := generate(t, b.Place, s)
	last := 1 << 20
	for range 2 {
		_, err := b.Place.Open(m.ref, m.pub, []byte(s.Wrong))
		args := want(t, err, keys.CodePlacePIN, keys.CodePlaceLeft)
		if !s.Tells {
			continue
		}
		left, err := strconv.Atoi(args["Left"])
		if err != nil || left < 1 || left >= last {
			t.Fatalf("left %q after %d", args["Left"], last)
		}
		last = left
	}
	open(t, b.Place, m, s.PIN)
}

func foreign(t *testing.T, s Subject) {
	if s.One {
		t.Skip("there is one such place at a time")
	}
	here, there := s.Fresh(t), s.Fresh(t)
	m := generate(t, here.Place, s)
	if _, err := there.Place.Open(m.ref, m.pub, []byte(s.PIN)); err == nil {
		t.Fatal("a key opens in another place than its own: it has left it")
	} else {
		want(t, err, keys.CodePlaceKey)
	}
}

func together(t *testing.T, s Subject) {
	b := s.Fresh(t)
	m := generate(t, b.Place, s)
	k, other := open(t, b.Place, m, s.PIN), open(t, b.Again(t), m, s.PIN)
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			use := k
			if n%2 == 1 {
				use = other
			}
			sig, err := use.Sign(rand.Reader, digest(n), crypto.SHA256)
			if err != nil || !ecdsa.VerifyASN1(m.pub, digest(n), sig) {
				t.Errorf("signature %d: %v", n, err)
			}
		})
	}
	wg.Wait()
}

func taken(t *testing.T, s Subject) {
	b := s.Fresh(t)
	if b.Remove == nil {
		t.Skip("this place cannot be taken away here")
	}
	m := generate(t, b.Place, s)
	k := open(t, b.Place, m, s.PIN)
	sign(t, k, 1)
	b.Remove()
	_, err := k.Sign(rand.Reader, digest(2), crypto.SHA256)
	want(t, err, keys.CodePlaceGone, keys.CodePlaceNone)
	_, err = b.Place.Open(m.ref, m.pub, []byte(s.PIN))
	want(t, err, keys.CodePlaceGone, keys.CodePlaceNone)
	if b.Return == nil {
		return
	}
	b.Return()
	if !ecdsa.VerifyASN1(m.pub, digest(3), sign(t, k, 3)) {
		t.Error("the key does not come back by itself")
	}
}

func locked(t *testing.T, s Subject) {
	if s.Locks == 0 {
		t.Skip("this place is never locked by wrong PINs")
	}
	b := s.Fresh(t)
	m := generate(t, b.Place, s)
	var err error
	for range s.Locks {
		_, err = b.Place.Open(m.ref, m.pub, []byte(s.Wrong))
	}
	want(t, err, keys.CodePlacePIN, keys.CodePlaceLeft, keys.CodePlaceLocked, keys.CodePlaceWait)
	_, err = b.Place.Open(m.ref, m.pub, []byte(s.PIN))
	want(t, err, keys.CodePlaceLocked, keys.CodePlaceWait)
}
