//go:build cgo && linux

package pcsc_test

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
)

func nobody() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

func newClient(t *testing.T) cardreader.System {
	s, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	bound    = 3 * time.Second // of Connect and of every call but a command
	commands = 15 * time.Second
)

// failures lists them in the order of a day: the service, the readers, the card, other programs.
func failures() []row {
	term, kill := (*harness).terminate, (*harness).crash
	return []row{
		{"service never started", cardreader.CodeServiceOff, bound, absent},
		{"service gone, its socket left", cardreader.CodeServiceOff, bound, stale},
		{"service ends (TERM) during wait", cardreader.CodeServiceOff, bound, diesWaiting(term)},
		{"service ends (KILL) during wait", cardreader.CodeServiceOff, bound, diesWaiting(kill)},
		{"service ends (TERM) during command", cardreader.CodeServiceOff, commands, diesSending(term)},
		{"service ends (KILL) during command", cardreader.CodeServiceOff, commands, diesSending(kill)},
		{"service takes calls and never answers", cardreader.CodeServiceOff, bound, silent},
		{"socket not permitted to this user", pcsc.CodeDenied, bound, denied},
		{"service hangs up on this user (as polkit does)", pcsc.CodeDenied, bound, refused},
		{"something else listens at the socket", pcsc.CodeMismatch, bound, foreign},
		{"service of another protocol version", pcsc.CodeMismatch, bound, mismatch},
		{"service was idle and left, socket activated", "", bound, activated},
		{"no reader attached", cardreader.CodeNoReader, bound, noReader},
		{"reader unplugged, another plugged in", cardreader.CodeNoReader, bound, otherReader},
		{"two readers at once", "", bound, twoReaders},
		{"empty reader", cardreader.CodeNoCard, bound, emptyReader},
		{"card upside down (does not answer)", cardreader.CodeFaulty, bound, muteCard},
		{"card answers nonsense to reset", cardreader.CodeFaulty, bound, nonsense},
		{"card pulled in the middle of a command", cardreader.CodePulled, commands, pulledMid},
		{"card lifted between two commands", cardreader.CodePulled, commands, lifted},
		{"card swapped between two looks", cardreader.CodePulled, commands, swapped},
		{"another program resets the card", cardreader.CodeReaderBusy, commands, resetByOther},
		{"another program's transaction", cardreader.CodeReaderBusy, bound, transaction},
		{"another program's transaction, at Connect", cardreader.CodeReaderBusy, bound, transactionAtConnect},
		{"another program holds the card alone", cardreader.CodeReaderBusy, bound, exclusive},
		{"and lets go within 3 s", "", bound, exclusiveAWhile},
	}
}

func (h *harness) terminate() { h.service.Stop() }
func (h *harness) crash()     { h.service.Kill() }

// front puts something else at the service's socket.
func front(t *testing.T, h *harness, answer func(net.Conn)) (restore func()) {
	t.Helper()
	h.service.Stop()
	socket := os.Getenv("PCSCLITE_CSOCK_NAME")
	_ = os.Remove(socket)
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer c.Close(); answer(c) })
		}
	})
	return func() { l.Close(); all.Wait(); h.service.Start() }
}

func absent(t *testing.T) (error, error) {
	h := newHarness(t)
	control := good(within(t, bound, listing(h)))
	h.service.Stop()
	_ = os.Remove(os.Getenv("PCSCLITE_CSOCK_NAME"))
	return only(within(t, bound, listing(h))), control
}

func stale(t *testing.T) (error, error) {
	h := newHarness(t)
	h.service.Stop()
	err := only(within(t, bound, listing(h)))
	h.service.Start()
	return err, good(within(t, bound, listing(h)))
}

func diesWaiting(die func(*harness)) func(*testing.T) (error, error) {
	return func(t *testing.T) (error, error) {
		h := newHarness(t)
		events := follow(t, h)
		next(t, events, h.Reader(), cardreader.Empty)
		die(h)
		off := next(t, events, "", cardreader.ServiceOff)
		h.service.Start()
		next(t, events, h.Reader(), cardreader.Empty) // comes back by itself, to the same watcher
		return off.Err, good(within(t, bound, listing(h)))
	}
}

func diesSending(die func(*harness)) func(*testing.T) (error, error) {
	return func(t *testing.T) (error, error) {
		h := newHarness(t)
		asked, release := make(chan struct{}, 4), make(chan struct{})
		calls := 0
		_, conn := open(t, h, sim.Slow(func(context.Context, int) {
			asked <- struct{}{}
			if calls++; calls > 1 {
				<-release
			}
		}))
		control := good(within(t, commands, sending(conn)))
		<-asked
		go func() { <-asked; die(h) }()
		err := only(within(t, commands, sending(conn)))
		close(release)
		return err, control
	}
}

// silent: the library lets one call at a time into the service, so nothing works until the line ends.
func silent(t *testing.T) (error, error) {
	h := newHarness(t)
	let := make(chan struct{})
	restore := front(t, h, func(net.Conn) { <-let })
	err := only(within(t, bound, listing(h)))
	close(let)
	restore()
	return err, good(within(t, bound, listing(h)))
}

func denied(t *testing.T) (error, error) {
	h := newHarness(t)
	socket := os.Getenv("PCSCLITE_CSOCK_NAME")
	if err := os.Chmod(socket, 0o600); err != nil {
		t.Fatal(err)
	}
	own := good(within(t, bound, listing(h)))
	dir := socket[:len(socket)-2]
	if err := errors.Join(os.Chmod(dir, 0o711)); err != nil {
		t.Fatal(err)
	}
	err := asNobody(t, socket)
	if cerr := os.Chmod(socket, 0o666); cerr != nil {
		t.Fatal(cerr)
	}
	return err, errors.Join(own, asNobody(t, socket))
}

func refused(t *testing.T) (error, error) {
	h := newHarness(t)
	restore := front(t, h, func(net.Conn) {})
	err := only(within(t, bound, listing(h)))
	restore()
	return err, good(within(t, bound, listing(h)))
}

func foreign(t *testing.T) (error, error) {
	h := newHarness(t)
	restore := front(t, h, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 64))
		_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	})
	err := only(within(t, bound, listing(h)))
	restore()
	return err, good(within(t, bound, listing(h)))
}

// mismatch answers as a service of protocol 4:99 does: its own version, and "no service".
func mismatch(t *testing.T) (error, error) {
	h := newHarness(t)
	restore := front(t, h, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 64))
		_, _ = c.Write([]byte{4, 0, 0, 0, 99, 0, 0, 0, 0x1D, 0, 0x10, 0x80})
		_, _ = c.Read(make([]byte, 1))
	})
	err := only(within(t, bound, listing(h)))
	restore()
	return err, good(within(t, bound, listing(h)))
}

func emptyReader(t *testing.T) (error, error) {
	h := newHarness(t)
	err := only(within(t, bound, connecting(findReader(t, h))))
	r, _ := present(t, h, "bank-card")
	return err, good(within(t, bound, connecting(r)))
}

// dumb is a card of which only the answer to reset is known.
type dumb struct{ atr []byte }

func (d dumb) ATR() []byte      { return d.atr }
func (dumb) Reset()             {}
func (dumb) APDU([]byte) []byte { return []byte{0x6D, 0} }

var _ vpcd.Card = dumb{}

func muteCard(t *testing.T) (error, error) {
	h := newHarness(t)
	return only(within(t, bound, connecting(layAny(t, h, dumb{})))), turned(t, h)
}

func nonsense(t *testing.T) (error, error) {
	h := newHarness(t)
	return only(within(t, bound, connecting(layAny(t, h, dumb{atr: []byte{0x00, 0xFF, 0x11}})))), turned(t, h)
}

// turned is the control of a mute card: one that answers, on the second reader.
func turned(t *testing.T, h *harness) error {
	t.Helper()
	second := vpcd.Readers()[1]
	c, err := sim.Open("bank-card")
	if err != nil {
		t.Fatal(err)
	}
	s, err := vpcd.Insert(t.Context(), h.service.Addr(1), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Remove() })
	next(t, follow(t, h), second, cardreader.Present)
	for _, r := range must(h.system.Readers(t.Context())) {
		if r.Name() == second {
			return good(within(t, bound, connecting(r)))
		}
	}
	return errors.New("the second reader has gone")
}

func must[T any](v T, _ error) T { return v }

func pulledMid(t *testing.T) (error, error) {
	h := newHarness(t)
	_, conn := open(t, h, sim.PullAt(2))
	control := good(within(t, commands, sending(conn)))
	return only(within(t, commands, sending(conn))), control
}

func lifted(t *testing.T) (error, error) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	conn, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	control := good(within(t, commands, sending(conn)))
	events := follow(t, h)
	next(t, events, h.Reader(), cardreader.Present)
	h.Remove(t)
	next(t, events, h.Reader(), cardreader.Empty)
	return only(within(t, commands, sending(conn))), control
}

// swapped lays another card down before the service looks again: the counter tells, and the old connection is dead.
func swapped(t *testing.T) (error, error) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	conn, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	control := good(within(t, commands, sending(conn)))
	events := follow(t, h)
	before := next(t, events, h.Reader(), cardreader.Present)
	h.Remove(t)
	c, err := sim.Open("bank-card")
	if err != nil {
		t.Fatal(err)
	}
	h.Insert(t, c)
	after := next(t, events, h.Reader(), cardreader.Present)
	if after.Count < before.Count+2 {
		t.Errorf("count %d after %d: a swap that does not show", after.Count, before.Count)
	}
	err = only(within(t, commands, sending(conn)))
	if n := c.Stats().APDUs; n != 0 {
		t.Errorf("%d commands of the old connection reached the new card", n)
	}
	return err, control
}

func resetByOther(t *testing.T) (error, error) {
	h := newHarness(t)
	r, conn := open(t, h)
	if err := other(t, h, scard.ShareShared).Disconnect(scard.ResetCard); err != nil {
		t.Fatal(err)
	}
	err := only(within(t, commands, sending(conn)))
	if !errors.Is(err, pcsc.ErrReset) {
		t.Errorf("%v, want ErrReset", err)
	}
	again, cerr := within(t, bound, connecting(r))
	if cerr != nil {
		return err, cerr
	}
	defer again.Close()
	return err, good(within(t, commands, sending(again)))
}

func transaction(t *testing.T) (error, error) {
	h := newHarness(t)
	r, conn := open(t, h)
	o := other(t, h, scard.ShareShared)
	if err := o.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	err := only(within(t, bound, sending(conn)))
	if !errors.Is(err, pcsc.ErrOccupied) {
		t.Errorf("%v, want ErrOccupied", err)
	}
	if err := o.EndTransaction(scard.LeaveCard); err != nil {
		t.Fatal(err)
	}
	again, cerr := within(t, bound, connecting(r))
	if cerr != nil {
		return err, cerr
	}
	defer again.Close()
	return err, good(within(t, commands, sending(again)))
}

// transactionAtConnect: a card in somebody's transaction does not even open.
func transactionAtConnect(t *testing.T) (error, error) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	o := other(t, h, scard.ShareShared)
	if err := o.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	err := only(within(t, bound, connecting(r)))
	if !errors.Is(err, pcsc.ErrOccupied) {
		t.Errorf("%v, want ErrOccupied", err)
	}
	if eerr := o.EndTransaction(scard.LeaveCard); eerr != nil {
		t.Fatal(eerr)
	}
	return err, good(within(t, bound, connecting(r)))
}

func exclusive(t *testing.T) (error, error) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	o := other(t, h, scard.ShareExclusive)
	err := only(within(t, bound, connecting(r)))
	if derr := o.Disconnect(scard.LeaveCard); derr != nil {
		t.Fatal(derr)
	}
	return err, good(within(t, bound, connecting(r)))
}

func exclusiveAWhile(t *testing.T) (error, error) {
	h := newHarness(t)
	r, _ := present(t, h, "bank-card")
	o := other(t, h, scard.ShareExclusive)
	time.AfterFunc(700*time.Millisecond, func() { _ = o.Disconnect(scard.LeaveCard) })
	return only(within(t, bound, connecting(r))), nil
}

func twoReaders(t *testing.T) (error, error) {
	h := newHarness(t)
	_, first := open(t, h)
	if err := turned(t, h); err != nil {
		return err, nil
	}
	return nil, good(within(t, commands, sending(first)))
}
