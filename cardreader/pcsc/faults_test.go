//go:build cgo && linux

package pcsc_test

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
)

const atMost = 20 * time.Second // waited for only where a test fails

// present lays a specimen down and waits until it is seen.
func present(t *testing.T, h *harness, specimen string) (cardreader.Reader, *sim.Card) {
	t.Helper()
	c, err := sim.Open(specimen)
	if err != nil {
		t.Fatal(err)
	}
	h.Insert(t, c)
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	events, err := h.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		if e.Reader == h.Reader() && e.Kind == cardreader.Present {
			return findReader(t, h), c
		}
	}
	t.Fatal("the card was not seen")
	return nil, nil
}

func findReader(t *testing.T, h *harness) cardreader.Reader {
	t.Helper()
	readers, err := h.system.Readers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		if r.Name() == h.Reader() {
			return r
		}
	}
	t.Fatal("no reader")
	return nil
}

// other is another program: its own context and its own connection to the card.
func other(t *testing.T, h *harness, mode scard.ShareMode) *scard.Card {
	t.Helper()
	c, err := scard.EstablishContext()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Release() })
	card, err := c.Connect(h.Reader(), mode, scard.ProtocolAny)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func code(t *testing.T, err error) string {
	t.Helper()
	var e *cardreader.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *cardreader.Error", err)
	}
	return e.Code()
}

func TestReaderHeldByAnotherProgram(t *testing.T) {
	h := newHarness(t)
	h.system, _ = pcsc.Open(pcsc.Options{Deadline: 500 * time.Millisecond})
	r, _ := present(t, h, "bank-card")
	holder := other(t, h, scard.ShareExclusive)
	if _, err := r.Connect(context.Background()); code(t, err) != cardreader.CodeReaderBusy {
		t.Fatalf("%v, want %s", err, cardreader.CodeReaderBusy)
	}
	if err := holder.Disconnect(scard.LeaveCard); err != nil {
		t.Fatal(err)
	}
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatalf("after the other program let go: %v", err)
	}
	conn.Close()
}

// A hold that ends while Connect waits is never seen by the caller.
func TestReaderHeldForAWhile(t *testing.T) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	holder := other(t, h, scard.ShareExclusive)
	time.AfterFunc(300*time.Millisecond, func() { _ = holder.Disconnect(scard.LeaveCard) })
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestResetByAnotherProgram(t *testing.T) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	o := other(t, h, scard.ShareShared)
	if err := o.Disconnect(scard.ResetCard); err != nil {
		t.Fatal(err)
	}
	_, err = conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0})
	if !errors.Is(err, pcsc.ErrReset) || code(t, err) != cardreader.CodeReaderBusy {
		t.Fatalf("%v, want ErrReset", err)
	}
	again, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); err != nil {
		t.Fatalf("connected anew: %v", err)
	}
}

// A transaction of another program blocks SCardTransmit for as long as it lasts; the caller gets its deadline.
func TestBlockedByATransaction(t *testing.T) {
	h := newHarness(t)
	present(t, h, "bank-card")
	h.system, _ = pcsc.Open(pcsc.Options{Deadline: 200 * time.Millisecond})
	r := findReader(t, h)
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	o := other(t, h, scard.ShareShared)
	if err := o.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	_, err = conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0})
	if code(t, err) != cardreader.CodeReaderBusy || !errors.Is(err, pcsc.ErrOccupied) {
		t.Fatalf("%v, want ErrOccupied", err)
	}
	if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); !errors.Is(err, pcsc.ErrClosed) {
		t.Fatalf("a command after one that was given up: %v", err)
	}
	if err := o.EndTransaction(scard.LeaveCard); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// The transaction that keeps others out ends by itself when no command follows.
func TestTransactionEndsWhenIdle(t *testing.T) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 2 { // and begins again with the next command
		if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		o, in := other(t, h, scard.ShareShared), make(chan error, 1)
		go func() { in <- o.BeginTransaction() }()
		select {
		case err := <-in:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(atMost):
			t.Fatal("other programs are kept out")
		}
		if err := o.Disconnect(scard.LeaveCard); err != nil {
			t.Fatal(err)
		}
	}
}

// Close resets a card that was spoken to: no session outlives it. A mere look leaves other programs alone.
func TestLeavingTheCard(t *testing.T) {
	for name, speak := range map[string]bool{"spoken to": true, "looked at": false} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			r, _ := present(t, h, "bank-card")
			o := other(t, h, scard.ShareShared)
			conn, err := r.Connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if speak {
				if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); err != nil {
					t.Fatal(err)
				}
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = o.Transmit([]byte{0, 0xCA, 0, 0, 0})
			if reset := errors.Is(err, scard.ErrResetCard); reset != speak {
				t.Fatalf("reset is %v (%v), want %v", reset, err, speak)
			}
		})
	}
}

// Close leaves the card of the next person alone: the one that was spoken to has gone.
func TestLeavingAnotherCard(t *testing.T) {
	h := newHarness(t)
	events := follow(t, h)
	next(t, events, h.Reader(), cardreader.Empty)
	h.Insert(t, must(sim.Open("bank-card")))
	next(t, events, h.Reader(), cardreader.Present)
	conn, err := findReader(t, h).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	h.Remove(t)
	next(t, events, h.Reader(), cardreader.Empty)
	h.Insert(t, must(sim.Open("bank-card")))
	next(t, events, h.Reader(), cardreader.Present)
	o := other(t, h, scard.ShareShared)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Transmit([]byte{0, 0xCA, 0, 0, 0}); err != nil {
		t.Fatalf("the other card was reset: %v", err)
	}
}

// A service that takes calls and never answers: everything comes back, and not more threads hang than allowed.
func TestServiceHangs(t *testing.T) {
	h := newHarness(t)
	h.service.Stop()
	socket := os.Getenv("PCSCLITE_CSOCK_NAME")
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h.system, _ = pcsc.Open(pcsc.Options{Deadline: 50 * time.Millisecond})
	for range 20 {
		_, err := h.system.Readers(context.Background())
		if code(t, err) != cardreader.CodeServiceOff || !errors.Is(err, pcsc.ErrDeadline) {
			t.Fatalf("%v, want ServiceOff by ErrDeadline", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	events, err := h.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Kind != cardreader.ServiceOff || e.Err == nil {
		t.Fatalf("%v, want ServiceOff", e.Kind)
	}
	l.Close() // the calls that hang fail now
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	h.service.Start()
	for e := range events {
		if e.Reader == h.Reader() {
			return
		}
	}
	t.Fatal("the reader did not come back")
}

// A service that crashes and one that was never there are the same to the caller.
func TestServiceKilled(t *testing.T) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	h.service.Kill()
	if _, err := h.system.Readers(context.Background()); code(t, err) != cardreader.CodeServiceOff {
		t.Fatalf("%v, want ServiceOff", err)
	}
	if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); code(t, err) != cardreader.CodeServiceOff {
		t.Fatalf("%v, want ServiceOff", err)
	}
	h.Remove(t)
	h.service.Start()
	findReader(t, h)
}

// What was laid down while the service was away cannot be known, so the card counts as another one.
func TestCardAfterRestart(t *testing.T) {
	h := newHarness(t)
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	events, err := h.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	await := func() cardreader.Event {
		for e := range events {
			if e.Reader == h.Reader() && e.Kind == cardreader.Present {
				return e
			}
		}
		t.Fatal("the card was not seen")
		return cardreader.Event{}
	}
	lay := func() {
		c, err := sim.Open("emrtd")
		if err != nil {
			t.Fatal(err)
		}
		h.Insert(t, c)
	}
	lay()
	first := await()
	h.service.Kill()
	h.Remove(t)
	h.service.Start()
	lay()
	if second := await(); second.Count <= first.Count {
		t.Errorf("count %d after %d: it reads as the same card", second.Count, first.Count)
	}
}
