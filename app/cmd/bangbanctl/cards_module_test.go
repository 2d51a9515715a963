package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"bangban/cardreader/sim"
)

// moduleNumber is what the simulated module says of itself on a line; inside a training folder it is named as simulated.
const moduleNumber = "05.01-20200101-0000000000-0000000000"

// overTCP is a reader with a security module behind a bridge.
func overTCP(t *testing.T, module *sim.SAM) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); module.Serve(c) }()
		}
	}()
	return "tcp://" + l.Addr().String()
}

// readModule calls card read for a reader at a port.
func readModule(t testing.TB, dir, port, timeout string, mode ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	args := append(mode, "--data", dir, "--json", "card", "read", "--sam", port, "--reader", port, "--timeout", timeout, "--at", judgedAt)
	exit := run(context.Background(), args, strings.NewReader(""), &out, &errw)
	return encoded(t, made(t, exit, out.String(), errw.String()))
}

// moduleTruth is the truth of a specimen at a reader that has a number.
func moduleTruth(t testing.TB, name string) string {
	return strings.ReplaceAll(truthOf(t, name), "SIMULATED SAM", moduleNumber)
}

// readAll reads every specimen that only a module reads, in training and at a real counter, over one kind of line.
func readAll(t *testing.T, port func(*testing.T, *sim.SAM) string) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	read := 0
	for _, s := range allSpecimens(t) {
		if !s.OfSAM() {
			continue
		}
		for _, mode := range [][]string{{"--training"}, nil} {
			module := sim.NewSAM()
			module.Lay(s)
			if got := readModule(t, filepath.Join(t.TempDir(), "st"), port(t, module), patience(s), mode...); got != moduleTruth(t, s.Name) {
				t.Errorf("%s %v: got %s", s.Name, mode, got)
			}
		}
		read++
	}
	if read < 12 {
		t.Errorf("%d specimens", read)
	}
}

func TestCardsOverTCP(t *testing.T) { readAll(t, overTCP) }

// A card lifted while it is read, and laid again while the same call waits, gives the whole truth.
func TestCardLaidAgainOverTCP(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	for _, name := range []string{"cnid", "cnid-long", "cnid-rare"} {
		s, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		module, lifted := sim.NewSAM(), make(chan struct{})
		pulled := s
		pulled.PullAt = 5
		module.Lay(pulled)
		misses := 0
		module.OnWire(func(frame []byte) []byte {
			if none := len(frame) > 9 && frame[9] == 0x80; none {
				if misses++; misses == 2 { // so often must a card not be found before it counts as lifted
					close(lifted)
				}
			}
			return frame
		})
		go func() {
			<-lifted
			module.Lay(s)
		}()
		if got := readModule(t, filepath.Join(t.TempDir(), "st"), overTCP(t, module), "20s", "--training"); got != moduleTruth(t, name) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// A real station does not open simulated readers, and opens no port that nobody named.
func TestRealStationHasNoSimulatedSAM(t *testing.T) {
	var errw bytes.Buffer
	dir := filepath.Join(t.TempDir(), "real")
	if code := run(context.Background(), []string{"--data", dir, "card", "read", "--reader", "sim:cnid", "--sam", "COM77"}, strings.NewReader(""), io.Discard, &errw); code != exitFailure {
		t.Errorf("exit %d", code)
	}
	if got := saidCode(t, errw.String()); got != "reader-simulated" {
		t.Errorf("said %s", got)
	}
}
