//go:build cgo && linux

package piv_test

import (
	"bytes"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/piv"
	"bangban/cardreader/piv/pivtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// insert lays a card on a reader of the service and connects to it, through the service that the product uses.
func insert(t *testing.T, sys cardreader.System, service *pcscdtest.Service, c *sim.Card) (*piv.Card, *vpcd.Session) {
	t.Helper()
	session, err := vpcd.Insert(t.Context(), service.Addr(0), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Remove() })
	events, err := sys.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for ev := range events {
		if ev.Kind != cardreader.Present {
			continue
		}
		list, err := sys.Readers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if r.Name() != ev.Reader {
				continue
			}
			conn, err := r.Connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			card, err := piv.Open(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			return card, session
		}
	}
	t.Fatal("no card comes up")
	return nil, nil
}

// The whole way behind the real PC/SC service; then taken away.
func TestBehindService(t *testing.T) {
	service := pcscdtest.Start(t)
	sys, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	person, e := pivtest.New(t), peer(t)
	card, session := insert(t, sys, service, person.Card())
	cert, err := card.Certificate(t.Context())
	if err != nil || !bytes.Equal(cert.Raw, person.Certificate) {
		t.Fatalf("certificate: %v", err)
	}
	if n, err := card.Tries(t.Context()); n != pivtest.Tries || err != nil {
		t.Fatalf("%d tries, %v", n, err)
	}
	var wrong *piv.WrongPIN
	if err := card.Verify(t.Context(), []byte("111111")); !errors.As(err, &wrong) || wrong.Left != pivtest.Tries-1 {
		t.Fatalf("wrong PIN: %v", err)
	}
	if err := card.Verify(t.Context(), []byte(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	if s, err := card.Agree(t.Context(), e.PublicKey().Bytes()); err != nil || len(s) != 32 {
		t.Fatalf("secret of %d bytes, %v", len(s), err)
	}
	if err := session.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := card.Agree(t.Context(), e.PublicKey().Bytes()); !errors.Is(err, cardreader.ErrPulled) {
		t.Errorf("after it was taken away: %v", err)
	}
}
