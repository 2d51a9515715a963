package vpcd_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
)

// driver plays the reader driver: it listens, and sends what vpcd.c sends.
type driver struct {
	t    *testing.T
	l    net.Listener
	conn net.Conn
}

func newDriver(t *testing.T) *driver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &driver{t: t, l: l}
}

func (d *driver) accept() {
	d.t.Helper()
	var err error
	if d.conn, err = d.l.Accept(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { d.conn.Close() })
	d.conn.SetDeadline(time.Now().Add(20 * time.Second))
}

func (d *driver) say(b ...byte) {
	d.t.Helper()
	for _, part := range [][]byte{binary.BigEndian.AppendUint16(nil, uint16(len(b))), b} { // two writes, as the driver does
		if _, err := d.conn.Write(part); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *driver) hear() ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(d.conn, head[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(head[:]))
	_, err := io.ReadFull(d.conn, b)
	return b, err
}

func (d *driver) expect(want []byte) {
	d.t.Helper()
	if got, err := d.hear(); err != nil || !bytes.Equal(got, want) {
		d.t.Fatalf("answer %X, %v; want %X", got, err, want)
	}
}

func insert(t *testing.T, d *driver, c *sim.Card) *vpcd.Session {
	t.Helper()
	s, err := vpcd.Insert(context.Background(), d.l.Addr().String(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Remove() })
	d.accept()
	return s
}

func open(t *testing.T, name string, options ...sim.Option) *sim.Card {
	t.Helper()
	c, err := sim.Open(name, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConversation(t *testing.T) {
	d, c := newDriver(t), open(t, "emrtd")
	s := insert(t, d, c)
	d.say(1) // on: no answer
	d.say(4)
	d.expect(c.ATR())
	d.say(0, 0xA4, 4, 0x0C, 7, 0xA0, 0, 0, 2, 0x47, 0x10, 1)
	d.expect([]byte{0x90, 0})
	d.say(2)                     // reset: the application is not selected any more
	d.say(0, 0x84, 0, 0, 8)      // GET CHALLENGE
	d.expect([]byte{0x69, 0x85}) // conditions of use
	d.say(0, 0xB0, 0x81, 0, 0)   // EF.ATR/INFO by short identifier
	if b, err := d.hear(); err != nil || len(b) < 10 {
		t.Fatalf("%X, %v", b, err)
	}
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.hear(); !errors.Is(err, io.EOF) {
		t.Fatalf("the card lies there still: %v", err)
	}
	<-s.Done()
}

func TestPulledInACommand(t *testing.T) {
	d := newDriver(t)
	s := insert(t, d, open(t, "emrtd", sim.PullAt(1)))
	d.say(0, 0x84, 0, 0, 8)
	if b, err := d.hear(); !errors.Is(err, io.EOF) {
		t.Fatalf("%X, %v; want the end", b, err)
	}
	<-s.Done()
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
}

func TestMute(t *testing.T) {
	d := newDriver(t)
	insert(t, d, open(t, "mute"))
	d.say(4)
	if b, err := d.hear(); err != nil || len(b) <= 33 {
		t.Fatalf("answer to reset of %d bytes, %v", len(b), err)
	}
}

func TestDriverGoes(t *testing.T) {
	d := newDriver(t)
	s := insert(t, d, open(t, "emrtd"))
	d.conn.Close()
	<-s.Done()
	if err := s.Remove(); err == nil {
		t.Fatal("Remove does not say that the driver went")
	}
}

func TestNobodyListens(t *testing.T) {
	d := newDriver(t)
	addr := d.l.Addr().String()
	d.l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := vpcd.Insert(ctx, addr, open(t, "emrtd")); !errors.Is(err, vpcd.ErrUnreachable) {
		t.Fatalf("%v, want ErrUnreachable", err)
	}
}

// Serve ends quietly with its context.
func TestServe(t *testing.T) {
	d := newDriver(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- vpcd.Serve(ctx, d.l.Addr().String(), open(t, "emrtd")) }()
	d.accept()
	d.say(4)
	if _, err := d.hear(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
