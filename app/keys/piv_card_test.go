//go:build cgo && linux

package keys_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"

	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/keys/keystest"
	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/piv"
	"bangban/cardreader/piv/pivtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// slot is one reader of a real PC/SC service.
type slot struct {
	t       *testing.T
	service *pcscdtest.Service
	n       int
	session *vpcd.Session
}

// lay lays a card and waits until the service says so; nil takes away what lies there.
func (s *slot) lay(c *sim.Card) {
	s.t.Helper()
	if s.session != nil {
		_ = s.session.Remove()
		s.session = nil
		s.await(cardreader.Empty)
	}
	if c == nil {
		return
	}
	var err error
	if s.session, err = vpcd.Insert(context.Background(), s.service.Addr(s.n), c); err != nil {
		s.t.Fatal(err)
	}
	s.await(cardreader.Present)
}

func (s *slot) await(k cardreader.EventKind) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sys, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	events, err := sys.Watch(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for ev := range events {
		if ev.Reader == vpcd.Readers()[s.n] && ev.Kind == k {
			return
		}
	}
}

// blank is a card as its maker sends it: a PIN, no keys.
func blank() *sim.Card {
	return sim.NewCard(sim.Specimen{Kind: "clerk-token", ATR: []byte{0x3B, 0x80, 0x80, 0x01, 0x01}, PIV: &sim.PIV{PIN: pivtest.PIN, Tries: pivtest.Tries, Maker: true}})
}

// The contract of places for keys, with a virtual card behind the real PC/SC service.
func TestPIVContract(t *testing.T) {
	service := pcscdtest.Start(t)
	s := &slot{t: t, service: service}
	defer s.lay(nil)
	keystest.Run(t, keystest.Subject{Kind: keys.KindPIV, PIN: pivtest.PIN, Wrong: "111111", Tells: true, Locks: pivtest.Tries, One: true,
		Fresh: func(t *testing.T) keystest.Bench {
			s.t = t
			c := blank()
			s.lay(c)
			return keystest.Bench{Place: at(t, "piv"), Again: func(t *testing.T) keys.Place { return at(t, "piv") },
				Remove: func() { s.lay(nil) }, Return: func() { s.lay(c) }}
		}})
}

// A key is looked for on the card that has it: others are left alone, and no PIN is sent to them. A key that is made does not
// take the place of one that is in use.
func TestPIVCards(t *testing.T) {
	service := pcscdtest.Start(t)
	here, there := &slot{t: t, service: service}, &slot{t: t, service: service, n: 1}
	defer func() { here.lay(nil); there.lay(nil) }()
	mine, person := blank(), pivtest.New(t)
	here.lay(mine)
	p := at(t, "piv")
	ref, pub, err := p.Generate(rand.Reader, "SPECIMEN", []byte(pivtest.PIN))
	if err != nil || len(ref) != 1 || ref[0] != 0x9C {
		t.Fatalf("%X, %v", ref, err)
	}
	one := at(t, "piv:9c")
	if _, _, err := one.Generate(rand.Reader, "SPECIMEN", []byte(pivtest.PIN)); code(err) != keys.CodePlaceKey {
		t.Errorf("a slot in use: %v", err)
	}
	next, other, err := p.Generate(rand.Reader, "SPECIMEN", []byte(pivtest.PIN))
	if err != nil || len(next) != 1 || next[0] != 0x82 || other.Equal(pub) {
		t.Fatalf("the next one: %X, %v", next, err)
	}
	k, err := one.Open(ref, pub, []byte(pivtest.PIN))
	if err != nil {
		t.Fatalf("the first one after the second was made: %v", err)
	}
	defer k.Close()
	if _, err := one.Open(next, other, []byte(pivtest.PIN)); !errors.Is(err, keys.ErrFormat) {
		t.Errorf("another slot than the address names: %v", err)
	}
	// The clerk's own card where the key was, the key's card elsewhere.
	here.lay(nil)
	spec := person.Specimen()
	spec.PIV.Maker = true
	here.lay(sim.NewCard(spec))
	if _, err := p.Open(ref, pub, []byte("111111")); code(err) != keys.CodePlaceKey {
		t.Errorf("on another card: %v", err)
	}
	there.lay(mine)
	digest := sha256.Sum256([]byte("SPECIMEN"))
	if sig, err := k.Sign(nil, digest[:], crypto.SHA256); err != nil || !ecdsa.VerifyASN1(pub, digest[:], sig) {
		t.Errorf("on the other reader: %v", err)
	}
	for _, s := range []*slot{here, there} {
		if n := s.tries(); n != pivtest.Tries {
			t.Errorf("reader %d: %d tries", s.n, n)
		}
	}
}

// Where the address names the reader, no other is touched: the library would keep it for itself. The control is an address
// that names none, which is why there is a name.
func TestPIVReader(t *testing.T) {
	service := pcscdtest.Start(t)
	here, there := &slot{t: t, service: service}, &slot{t: t, service: service, n: 1}
	defer func() { here.lay(nil); there.lay(nil) }()
	person, err := sim.Open("emrtd")
	if err != nil {
		t.Fatal(err)
	}
	here.lay(person)
	there.lay(blank())
	for _, c := range []struct{ address, busy string }{{"piv::" + vpcd.Readers()[1], ""}, {"piv", cardreader.CodeReaderBusy}} {
		if _, _, err := at(t, c.address).Generate(rand.Reader, "SPECIMEN", []byte(pivtest.PIN)); err != nil {
			t.Fatal(err)
		}
		conn, err := here.connect()
		if code(err) != c.busy {
			t.Errorf("%s: the person's reader: %v", c.address, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if _, _, err := at(t, "piv:9c:nobody's reader").Generate(rand.Reader, "SPECIMEN", []byte(pivtest.PIN)); code(err) != keys.CodePlaceNone {
		t.Errorf("a reader that is not there: %v", err)
	}
}

// connect opens the card as the product does.
func (s *slot) connect() (cardreader.Conn, error) {
	s.t.Helper()
	sys, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	list, err := sys.Readers(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range list {
		if r.Name() == vpcd.Readers()[s.n] {
			return r.Connect(s.t.Context())
		}
	}
	s.t.Fatal("no such reader")
	return nil, nil
}

// tries asks the card how many wrong PINs it takes.
func (s *slot) tries() int {
	s.t.Helper()
	conn, err := s.connect()
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	card, err := piv.Open(s.t.Context(), conn)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := card.Tries(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func code(err error) string {
	var c desk.Coded
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}
