package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// hall is a real card service with two virtual readers, and the program as a process beside it: the client library
// remembers its service for the life of a process.
type hall struct {
	t       *testing.T
	bin     string
	dir     string
	service *pcscdtest.Service

	mu      sync.Mutex
	state   map[string]string // reader → what is so there
	changed chan struct{}
	ended   chan struct{} // the watch is over
}

// openHall skips, with a sentence, where this build or this computer has no card service.
func openHall(t *testing.T) *hall {
	t.Helper()
	if !pcsc.Available() {
		t.Skip("this build has no PC/SC: run the tests with cgo")
	}
	h := &hall{t: t, service: pcscdtest.Start(t), dir: filepath.Join(t.TempDir(), "st"), state: map[string]string{}, changed: make(chan struct{})}
	makeStation(t, h.dir)
	h.bin = filepath.Join(programDir(t), program)
	h.watch()
	return h
}

// watch follows the readers with the program itself.
func (h *hall) watch() {
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, h.bin, "--training", "--data", h.dir, "--json", "reader", "watch")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	done := make(chan struct{})
	h.ended = done
	go func() {
		defer close(done)
		for in := bufio.NewScanner(out); in.Scan(); {
			var e readerEvent
			if json.Unmarshal(in.Bytes(), &e) != nil {
				continue
			}
			h.mu.Lock()
			h.state[e.Reader] = e.State
			close(h.changed)
			h.changed = make(chan struct{})
			h.mu.Unlock()
		}
	}()
	h.t.Cleanup(func() { stop(); <-done; _ = cmd.Wait() })
}

// await waits until this is so at a reader.
func (h *hall) await(reader, state string) error {
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		h.mu.Lock()
		now, changed := h.state[reader], h.changed
		h.mu.Unlock()
		if now == state {
			return nil
		}
		select {
		case <-changed:
		case <-h.ended:
			return fmt.Errorf("the watch has ended; %s was %q, not %q", reader, now, state)
		case <-late.C:
			return fmt.Errorf("%s is %q, not %q", reader, now, state)
		}
	}
}

// lay lays a card on the first or second reader once the one before is seen to be gone.
func (h *hall) lay(reader int, c *sim.Card) (*vpcd.Session, error) {
	if err := h.await(vpcd.Readers()[reader], cardreader.Empty.String()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	session, err := vpcd.Insert(ctx, h.service.Addr(reader), c)
	if err != nil {
		return nil, err
	}
	there := cardreader.Present
	if c.Mute() {
		there = cardreader.Mute
	}
	return session, h.await(vpcd.Readers()[reader], there.String())
}

// read calls card read with what is printed on the specimen.
func (h *hall) read(reader int, s sim.Specimen, timeout string) (string, error) {
	args := []string{"--training", "--data", h.dir, "--json", "card", "read", "--reader", vpcd.Readers()[reader], "--timeout", timeout, "--at", judgedAt}
	for kind, v := range sim.Secrets(s.Name) {
		args = append(args, "--"+string(kind), v)
	}
	var out, errw bytes.Buffer
	cmd := exec.Command(h.bin, args...)
	cmd.Stdout, cmd.Stderr = &out, &errw
	err := cmd.Run()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		return "", err
	}
	return encoded(h.t, made(h.t, cmd.ProcessState.ExitCode(), out.String(), errw.String())), nil
}

// whole lays a specimen, reads it and takes it away.
func (h *hall) whole(reader int, s sim.Specimen) error {
	session, err := h.lay(reader, sim.NewCard(s))
	if session != nil {
		defer session.Remove()
	}
	if err != nil {
		return err
	}
	got, err := h.read(reader, s, patience(s))
	if err != nil {
		return err
	}
	if want := truthOf(h.t, s.Name); got != want {
		return fmt.Errorf("got %s\nwant %s", got, want)
	}
	return nil
}

// Every chip of every kind through a real card service: card read --json is what its truth says.
func TestCardsThroughService(t *testing.T) {
	h := openHall(t)
	todo := make(chan sim.Specimen)
	var wg sync.WaitGroup
	//lint:ignore SA4017 it is ranged over
	for reader := range vpcd.Readers() {
		wg.Go(func() {
			for s := range todo {
				if err := h.whole(reader, s); err != nil {
					t.Errorf("%s: %v", s.Name, err)
				}
			}
		})
	}
	kinds := map[string]bool{}
	for _, s := range allSpecimens(t) {
		if s.OfSAM() {
			continue
		}
		kinds[s.Kind] = true
		todo <- s
	}
	close(todo)
	wg.Wait()
	if len(kinds) < 9 { // seven kinds of chip, a bank card, a mute one
		t.Errorf("only %d kinds", len(kinds))
	}
}

// A card pulled in its first command, in the middle and in its last, through a real card service: nobody puts it back and
// the sentence is said; it is put back and the same call gives the whole truth.
func TestCardPulledThroughService(t *testing.T) {
	h := openHall(t)
	var wg sync.WaitGroup
	for reader, names := range [][]string{{"emrtd", "sscard", "twnhi"}, {"beid", "emrtd-cam", "rsid"}} {
		wg.Go(func() {
			for _, name := range names {
				s, err := sim.Load(name)
				if err == nil {
					err = h.pulled(reader, s)
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	wg.Wait()
}

func (h *hall) pulled(reader int, s sim.Specimen) error {
	whole := sim.NewCard(s)
	session, err := h.lay(reader, whole)
	if err != nil {
		return err
	}
	got, err := h.read(reader, s, "20s")
	_ = session.Remove()
	if want := truthOf(h.t, s.Name); err != nil || got != want {
		return fmt.Errorf("%w: %s", err, got)
	}
	n := whole.Stats().APDUs
	if err := h.gone(reader, s, 1); err != nil {
		return fmt.Errorf("pulled at 1 of %d: %w", n, err)
	}
	if session, err = h.lay(reader, sim.NewCard(s, sim.PullAt(n/2))); err != nil {
		return err
	}
	err = h.putBack(reader, s, session) // while the same call waits
	_ = session.Remove()
	if err == nil {
		err = h.gone(reader, s, n)
	}
	if err != nil {
		return fmt.Errorf("pulled at %d or %d of %d: %w", n/2, n, n, err)
	}
	return nil
}

// gone wants to hear that a card was pulled in its kth command and not put back. Where the time was over before the
// program came so far, a computer is busy and no program wrong: then it is given more.
func (h *hall) gone(reader int, s sim.Specimen, k int) error {
	var got string
	for _, timeout := range []string{"3s", "15s", "60s"} {
		card := sim.NewCard(s, sim.PullAt(k))
		session, err := h.lay(reader, card)
		if err != nil {
			if session != nil {
				_ = session.Remove()
			}
			return err
		}
		got, err = h.read(reader, s, timeout)
		_ = session.Remove()
		if err != nil || got == encoded(h.t, truth{Exit: exitFailure, Error: cardreader.CodePulled}) {
			return err
		}
		if card.Stats().APDUs >= k { // it was pulled, and something else was said
			break
		}
	}
	return fmt.Errorf("got %s", got)
}

func (h *hall) putBack(reader int, s sim.Specimen, session *vpcd.Session) error {
	type answer struct {
		text string
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		text, err := h.read(reader, s, "30s")
		read <- answer{text, err}
	}()
	<-session.Done()
	again, err := h.lay(reader, sim.NewCard(s))
	if again != nil {
		defer again.Remove()
	}
	a := <-read
	if err = errors.Join(err, a.err); err == nil && a.text != truthOf(h.t, s.Name) {
		err = fmt.Errorf("put back: %s", a.text)
	}
	return err
}

// A wrong secret through a real card service: the card's own words, and no more tries than that.
func TestWrongSecretThroughService(t *testing.T) {
	h := openHall(t)
	s, err := sim.Load("sscard-pin")
	if err != nil {
		t.Fatal(err)
	}
	card := sim.NewCard(s)
	session, err := h.lay(0, card)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Remove()
	base := []string{"--training", "--data", h.dir, "--json", "card", "read", "--reader", vpcd.Readers()[0], "--timeout", "20s"}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "flag-secret-needed"}, {[]string{"--pin", "000000"}, "flag-secret-left"}, {[]string{"--pin", "111111"}, "flag-secret-left"},
		{[]string{"--pin", "123456"}, "card-pin-blocked"}, // one try is left, and it is the holder's
	} {
		var errw strings.Builder
		cmd := exec.Command(h.bin, append(base, tc.args...)...)
		cmd.Stderr = &errw
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); err == nil || code != exitFailure || saidCode(t, errw.String()) != tc.want {
			t.Errorf("%v: exit %d, %q, want %s", tc.args, code, errw.String(), tc.want)
		}
	}
	if b := card.APDU([]byte{0, 0x20, 0, 0}); !bytes.Equal(b, []byte{0x63, 0xC1}) {
		t.Errorf("%X: not one try left", b)
	}
}
