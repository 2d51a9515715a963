package gmrtd

import (
	"context"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// Both stacks read one passport through the real card service.
func TestThroughService(t *testing.T) {
	if !pcsc.Available() {
		t.Skip("this build has no PC/SC")
	}
	service := pcscdtest.Start(t)
	system, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	card, err := sim.Open("emrtd-pace")
	if err != nil {
		t.Fatal(err)
	}
	session, err := vpcd.Insert(ctx, service.Addr(0), card)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Remove()
	events, err := system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		if e.Reader == vpcd.Readers()[0] && e.Kind == cardreader.Present {
			break
		}
	}
	open := func() *kindtest.Conn {
		readers, err := system.Readers(ctx)
		if err != nil || len(readers) == 0 || readers[0].Name() != vpcd.Readers()[0] {
			t.Fatalf("%d readers, %v", len(readers), err)
		}
		conn, err := readers[0].Connect(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return &kindtest.Conn{Inner: conn}
	}
	s := card.Specimen()
	conn := open()
	m := mine(t, conn, s)
	conn.Close()
	conn = open()
	defer conn.Close()
	d, err := theirs(t, conn, s, true)
	for _, line := range compare(m, d, err) {
		t.Error(line)
	}
}
