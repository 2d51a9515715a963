package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"bangban/cardreader/sim"
	"bangban/locales"
)

// moduleRow is one thing that a reader with a security module says.
type moduleRow struct {
	name string
	said string           // SW3, or what happens on the line
	code string           // of the sentence; empty: the card is read
	make func(m *sim.SAM) // after a card was laid down
	wait string           // how long card read waits; empty: it ends by itself
}

func fails(cmd, para, sw3 byte) func(*sim.SAM) {
	return func(m *sim.SAM) { m.Fail(cmd, para, 0x6A, 0x82, sw3) }
}

// garbles lets f change each answer from the nth frame on.
func garbles(from int, f func(n int, frame []byte) []byte) func(*sim.SAM) {
	return func(m *sim.SAM) {
		n := 0
		m.OnWire(func(frame []byte) []byte {
			if n++; n < from {
				return frame
			}
			return f(n, bytes.Clone(frame))
		})
	}
}

func flipped(frame []byte) []byte { frame[len(frame)-1] ^= 1; return frame }

// base is the answer to the text of a card: by its length.
func isBase(frame []byte) bool { return len(frame) > 1000 }

// moduleRows are the states of GA/T 467-2019 as a clerk meets them, and what a line does to frames.
func moduleRows() []moduleRow {
	const waits = "6s"
	return []moduleRow{
		{"no card yet", "80", "card-none", func(m *sim.SAM) { m.Lift() }, waits},
		{"a card that must be laid anew", "81", "card-lift-again", fails(0x20, 2, 0x81), waits},
		{"the card refuses the module", "31", "card-refuses-sam", fails(0x30, 1, 0x31), ""},
		{"the module refuses the card", "32", "card-sam-refuses", fails(0x30, 1, 0x32), ""},
		{"what the card says is not proven", "33", "card-sam-refuses", fails(0x30, 1, 0x33), ""},
		{"another type of card", "40", "card-other-kind", fails(0x30, 1, 0x40), ""},
		{"lifted while it is read", "41", "card-pulled", fails(0x30, 1, 0x41), waits},
		{"lifted at the random number", "47", "card-pulled", fails(0x30, 1, 0x47), waits},
		{"lifted at the address", "41", "card-pulled", fails(0x30, 3, 0x41), waits},
		{"not authorised, at find", "66", "reader-not-authorised", fails(0x20, 1, 0x66), ""},
		{"not authorised, at select", "66", "reader-not-authorised", fails(0x20, 2, 0x66), ""},
		{"not authorised, at read", "66", "reader-not-authorised", fails(0x30, 1, 0x66), ""},
		{"not authorised, at every command", "66", "reader-not-authorised", func(m *sim.SAM) {
			for _, c := range [][2]byte{{0x11, 0xFF}, {0x12, 0xFF}, {0x20, 1}, {0x20, 2}, {0x30, 1}} {
				m.Fail(c[0], c[1], 0, 0, 0x66)
			}
		}, ""},
		{"self-test failed", "60", "reader-sam-faulty", fails(0x20, 1, 0x60), ""},
		{"command not known", "21", "reader-sam-faulty", fails(0x30, 1, 0x21), ""},
		{"wrong length", "11", "reader-sam-faulty", fails(0x30, 1, 0x11), ""},
		{"unknown fault", "24", "reader-sam-faulty", fails(0x30, 1, 0x24), ""},
		{"a status nobody knows", "77", "card-faulty", fails(0x30, 1, 0x77), ""},
		{"the module hears everything garbled", "10", "reader-line-noisy", fails(0x30, 1, 0x10), ""},
		{"every text comes garbled", "wrong XOR", "reader-line-noisy", garbles(1, func(_ int, f []byte) []byte {
			if isBase(f) {
				return flipped(f)
			}
			return f
		}), ""},
		{"one text comes garbled", "wrong XOR once", "", func(m *sim.SAM) {
			spoilt := false
			m.OnWire(func(f []byte) []byte {
				if isBase(f) && !spoilt {
					spoilt = true
					return flipped(bytes.Clone(f))
				}
				return f
			})
		}, ""},
		{"noise before each answer", "AA AA … noise", "", garbles(1, func(_ int, f []byte) []byte { return append([]byte("\xAA\xAA\x96SPECIMEN\xAA"), f...) }), ""},
		{"a false preamble before each", "false length", "", garbles(1, func(_ int, f []byte) []byte { return append([]byte("\xAA\xAA\xAA\x96\x69\xFF\xFF"), f...) }), ""},
		{"no additional address", "91", "", fails(0x30, 3, 0x91), ""},
		{"a module that knows no address", "21", "", fails(0x30, 3, 0x21), ""},
		{"a module that does not feel well", "60", "", fails(0x11, 0xFF, 0x60), ""},
	}
}

// call runs card read as a process of its own: a port belongs to it until it ends.
func call(t *testing.T, bin, port, timeout string) truth {
	t.Helper()
	if timeout == "" {
		timeout = "60s"
	}
	var out, errw bytes.Buffer
	cmd := exec.Command(bin, "--data", filepath.Join(t.TempDir(), "real"), "--json", "card", "read", "--sam", port, "--reader", port, "--timeout", timeout, "--at", judgedAt)
	cmd.Stdout, cmd.Stderr = &out, &errw
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Error(err)
		return truth{Exit: -1}
	}
	return made(t, cmd.ProcessState.ExitCode(), out.String(), errw.String())
}

// TestModuleTable makes everything that a module says happen, over a serial line and over a bridge, and prints what the
// clerk reads. The control of each row is the same line once nothing is wrong any more.
func TestModuleTable(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	bin := filepath.Join(programDir(t), program)
	card, err := sim.Load("cnid")
	if err != nil {
		t.Fatal(err)
	}
	want := moduleTruth(t, "cnid")
	rows := moduleRows()
	room := make(chan struct{}, 6)
	var all sync.WaitGroup
	for line, open := range map[string]func(*testing.T, *sim.SAM) string{"serial": overPTY, "tcp": overTCP} {
		for _, r := range rows {
			module := sim.NewSAM()
			module.Lay(card)
			r.make(module)
			port := open(t, module)
			all.Go(func() {
				room <- struct{}{}
				defer func() { <-room }()
				got := call(t, bin, port, r.wait)
				switch {
				case r.code == "" && encoded(t, got) != want:
					t.Errorf("%s, %s: not read: %s", line, r.name, got.Error)
				case r.code != "" && (got.Error != r.code || got.Exit != exitFailure):
					t.Errorf("%s, %s: exit %d, %q, want %q", line, r.name, got.Exit, got.Error, r.code)
				}
				well(module, card)
				if control := call(t, bin, port, ""); encoded(t, control) != want {
					t.Errorf("%s, %s: the control is not read: %s", line, r.name, control.Error)
				}
			})
		}
	}
	all.Wait()
	t.Logf("%d states, over serial and tcp\n%s", len(rows), tableOf(t, rows))
}

// well takes back all that a row does, and lays the card anew.
func well(m *sim.SAM, card sim.Specimen) {
	for _, c := range [][2]byte{{0x11, 0xFF}, {0x12, 0xFF}, {0x20, 1}, {0x20, 2}, {0x30, 1}, {0x30, 3}} {
		m.Fail(c[0], c[1], 0, 0, 0)
	}
	m.OnWire(nil)
	m.Lay(card)
}

func tableOf(t *testing.T, rows []moduleRow) string {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.name, r.said, r.code, spoken(t, "zh-Hans", r.code), spoken(t, "en", r.code))
	}
	w.Flush()
	return b.String()
}

// spoken is what the clerk reads, and fails where that is missing.
func spoken(t *testing.T, tag, code string) string {
	t.Helper()
	if code == "" {
		return "–"
	}
	c, err := locales.Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Has("error."+code) || !c.Has("hint."+code) {
		t.Errorf("%s has no words for %s", tag, code)
	}
	args := map[string]string{"Kind": c.T("kind.unknown")}
	return c.T("error."+code, args) + " → " + c.T("hint."+code, args)
}
