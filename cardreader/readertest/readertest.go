// Package readertest is the contract of cardreader.System, Reader and Conn as a test suite. Every way to readers runs
// it; only tests import it.
//
// What it demands, besides what the interfaces say: a card that is pulled in the middle of a command is pulled, not
// faulty; a card that is mute is faulty, not absent; an answer always has its status word; a connection is of the card
// that lay there when it was made, never of the next one; what Watch said last is how it is.
package readertest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/sim"
)

// patience is how long the suite waits for what must come; only a failing test ever waits so long.
const patience = 20 * time.Second

// Harness is one way to readers with one reader that the suite may lay cards on. It is made afresh for each test and
// starts with that reader empty.
type Harness interface {
	System() cardreader.System
	Reader() string                   // its name
	Insert(t *testing.T, c *sim.Card) // returns when the card lies there, seen or not
	Remove(t *testing.T)
}

// Servicer is a Harness whose card service can go away and come back.
type Servicer interface {
	StopService(t *testing.T)
	StartService(t *testing.T)
}

// Detacher is a Harness whose reader can be unplugged.
type Detacher interface {
	Detach(t *testing.T)
	Attach(t *testing.T)
}

// Run runs the whole suite.
func Run(t *testing.T, harness func(t *testing.T) Harness) {
	for _, part := range []struct {
		name string
		f    func(*testing.T, Harness)
	}{
		{"list", list},
		{"insert and remove are events", insertRemove},
		{"watch one reader", watchReader},
		{"swap is seen", swap},
		{"slow receiver learns how it is", slowReceiver},
		{"watch ends with its context", watchEnds},
		{"no card", noCard},
		{"mute card", mute},
		{"transmit", transmit},
		{"extended lengths", extended},
		{"pulled in a command", pulled},
		{"connection is of one card", oneCard},
		{"cancelled", cancelled},
		{"service stops and starts", service},
		{"reader is unplugged", unplug},
	} {
		t.Run(part.name, func(t *testing.T) { part.f(t, harness(t)) })
	}
}

// selectPPSE is SELECT of the payment environment, which the specimen bank-card answers.
var selectPPSE = []byte{0, 0xA4, 4, 0, 14, '2', 'P', 'A', 'Y', '.', 'S', 'Y', 'S', '.', 'D', 'D', 'F', '0', '1', 0}

func card(t *testing.T, name string, options ...sim.Option) *sim.Card {
	t.Helper()
	c, err := sim.Open(name, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plainFile is a card with one free file of n bytes, readable by short identifier 2.
func plainFile(n int) (*sim.Card, []byte) {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i * 7 / 5)
	}
	s := sim.Specimen{
		Name: "plain", Kind: "plain", Note: "SPECIMEN", Extended: true,
		ATR:  []byte{0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0x94, 0x21, 0x60, 0x22},
		Dirs: []sim.Dir{{Files: map[string][]byte{"0002": content}, SFI: map[string]string{"02": "0002"}}},
	}
	return sim.NewCard(s), content
}

// watch begins watching and returns a function that waits for an event of this kind at a reader.
func watch(t *testing.T, events func(context.Context) (<-chan cardreader.Event, error)) func(reader string, want cardreader.EventKind) cardreader.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	ch, err := events(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return func(reader string, want cardreader.EventKind) cardreader.Event {
		t.Helper()
		limit := time.After(patience)
		var got []cardreader.EventKind
		for {
			select {
			case e, ok := <-ch:
				if !ok {
					t.Fatal("the channel closed")
				}
				if e.Reader == reader && e.Kind == want {
					return e
				}
				got = append(got, e.Kind)
			case <-limit:
				t.Fatalf("no event %v at %q, only %v", want, reader, got)
			}
		}
	}
}

func find(t *testing.T, h Harness) cardreader.Reader {
	t.Helper()
	readers, err := h.System().Readers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		if r.Name() == h.Reader() {
			return r
		}
	}
	t.Fatalf("%d readers, none is %q", len(readers), h.Reader())
	return nil
}

// lay lays a card down, waits until it is seen and connects.
func lay(t *testing.T, h Harness, c *sim.Card) cardreader.Conn {
	t.Helper()
	next := watch(t, h.System().Watch)
	h.Insert(t, c)
	next(h.Reader(), cardreader.Present)
	conn, err := find(t, h).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func send(conn cardreader.Conn, command []byte) ([]byte, error) {
	return conn.(cardreader.APDUer).Transmit(context.Background(), command)
}

// demand checks the code of an error.
func demand(t *testing.T, what string, err error, code string) {
	t.Helper()
	var e *cardreader.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no *cardreader.Error, want %s", what, err, code)
	}
	if e.Code() != code {
		t.Fatalf("%s: %v, want %s", what, err, code)
	}
}

func list(t *testing.T, h Harness) {
	find(t, h)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.System().Readers(ctx); err == nil {
		t.Error("Readers ignores that its context has ended")
	}
}

func insertRemove(t *testing.T, h Harness) {
	next := watch(t, h.System().Watch)
	first := next(h.Reader(), cardreader.Empty)
	c := card(t, "emrtd")
	h.Insert(t, c)
	in := next(h.Reader(), cardreader.Present)
	if !bytes.Equal(in.ATR, c.ATR()) {
		t.Errorf("ATR %X, want %X", in.ATR, c.ATR())
	}
	h.Remove(t)
	out := next(h.Reader(), cardreader.Empty)
	if in.Count <= first.Count || out.Count <= in.Count {
		t.Errorf("counts %d, %d, %d do not grow", first.Count, in.Count, out.Count)
	}
	if in.At.IsZero() || out.At.Before(in.At) {
		t.Errorf("times %v, %v", in.At, out.At)
	}
}

func watchReader(t *testing.T, h Harness) {
	next := watch(t, find(t, h).Watch)
	next(h.Reader(), cardreader.Empty)
	h.Insert(t, card(t, "emrtd"))
	next(h.Reader(), cardreader.Present)
	again := watch(t, find(t, h).Watch) // a second watcher learns the state at once
	again(h.Reader(), cardreader.Present)
}

// swap lays another card down while the receiver does not look. The service must have seen the removal: pcscd looks
// every 400 ms, and no hand is faster.
func swap(t *testing.T, h Harness) {
	next, service := watch(t, h.System().Watch), watch(t, h.System().Watch)
	h.Insert(t, card(t, "emrtd"))
	first := next(h.Reader(), cardreader.Present)
	service(h.Reader(), cardreader.Present)
	h.Remove(t)
	service(h.Reader(), cardreader.Empty)
	h.Insert(t, card(t, "emrtd"))
	want := service(h.Reader(), cardreader.Present)
	if want.Count < first.Count+2 {
		t.Errorf("count %d after %d: the swap does not show", want.Count, first.Count)
	}
	for next(h.Reader(), cardreader.Present).Count != want.Count {
	}
}

func slowReceiver(t *testing.T, h Harness) {
	slow := watch(t, h.System().Watch) // reads nothing until the end
	next := watch(t, h.System().Watch)
	for range 2 {
		h.Insert(t, card(t, "emrtd"))
		next(h.Reader(), cardreader.Present)
		h.Remove(t)
		next(h.Reader(), cardreader.Empty)
	}
	last := card(t, "emrtd-short")
	h.Insert(t, last)
	want := next(h.Reader(), cardreader.Present)
	for {
		if e := slow(h.Reader(), cardreader.Present); e.Count == want.Count && bytes.Equal(e.ATR, last.ATR()) {
			return
		}
	}
}

func watchEnds(t *testing.T, h Harness) {
	ctx, cancel := context.WithCancel(context.Background())
	for _, f := range []func(context.Context) (<-chan cardreader.Event, error){h.System().Watch, find(t, h).Watch} {
		ch, err := f(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			limit := time.After(patience)
			for {
				select {
				case _, ok := <-ch:
					if !ok {
						return
					}
				case <-limit:
					t.Fatal("the channel stays open")
				}
			}
		}()
	}
	cancel()
}

func noCard(t *testing.T, h Harness) {
	next := watch(t, h.System().Watch)
	next(h.Reader(), cardreader.Empty)
	_, err := find(t, h).Connect(context.Background())
	demand(t, "Connect", err, cardreader.CodeNoCard)
	if !errors.Is(err, cardreader.ErrNoCard) {
		t.Error("not ErrNoCard")
	}
}

func mute(t *testing.T, h Harness) {
	next := watch(t, h.System().Watch)
	h.Insert(t, card(t, "mute"))
	next(h.Reader(), cardreader.Mute)
	_, err := find(t, h).Connect(context.Background())
	demand(t, "Connect", err, cardreader.CodeFaulty)
}

func transmit(t *testing.T, h Harness) {
	c := card(t, "bank-card")
	conn := lay(t, h, c)
	if !bytes.Equal(conn.ATR(), c.ATR()) {
		t.Errorf("ATR %X, want %X", conn.ATR(), c.ATR())
	}
	answer, err := send(conn, selectPPSE)
	if err != nil {
		t.Fatal(err)
	}
	want, err := hex.DecodeString(c.Specimen().Select["325041592E5359532E4444463031"])
	if err != nil || !bytes.Equal(answer, append(want, 0x90, 0)) {
		t.Errorf("answer %X, want %X9000, %v", answer, want, err)
	}
	for _, empty := range [][]byte{nil, {}, {0, 0xA4}} {
		if _, err := send(conn, empty); err == nil {
			t.Errorf("a command of %d bytes went through", len(empty))
		}
	}
	if answer, err := send(conn, []byte{0, 0xCA, 0, 0, 0}); err != nil || !bytes.Equal(answer, []byte{0x6D, 0}) {
		t.Errorf("after an empty command: %X, %v", answer, err)
	}
	for range 2 {
		if err := conn.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := send(conn, selectPPSE); err == nil {
		t.Error("a closed connection transmits")
	}
	again, err := find(t, h).Connect(context.Background())
	if err != nil {
		t.Fatalf("Connect after Close: %v", err)
	}
	defer again.Close()
	if _, err := send(again, selectPPSE); err != nil {
		t.Errorf("second connection: %v", err)
	}
}

func extended(t *testing.T, h Harness) {
	c, want := plainFile(20000)
	conn := lay(t, h, c)
	if e, ok := conn.(cardreader.ExtendedLengther); ok && e.MaxAPDU() != 0 && e.MaxAPDU() < 20002 {
		t.Skipf("the reader carries %d bytes", e.MaxAPDU())
	}
	r, err := apdu.Send(context.Background(), conn.(cardreader.APDUer), apdu.Command{INS: 0xB0, P1: 0x82, Ne: 20000}, true)
	if err != nil || !bytes.Equal(r.Data, want) {
		t.Fatalf("%v, %v", r, err)
	}
	if n := c.Stats().APDUs; n != 1 {
		t.Errorf("%d commands for one", n)
	}
}
