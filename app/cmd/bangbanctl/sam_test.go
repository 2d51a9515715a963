package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/sim"
)

// hallReader is an identity card reader behind a bridge, with this specimen on it.
func hallReader(t *testing.T, s sim.Specimen) string {
	t.Helper()
	module := sim.NewSAM()
	module.Lay(s)
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

// What the command line says of a card at a reader over TCP is what its file says, in training and on a real station.
func TestCardReadSAM(t *testing.T) {
	all, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, s := range all {
		if !s.OfSAM() {
			continue
		}
		read++
		for _, mode := range [][]string{{"--training"}, nil} {
			port := hallReader(t, s)
			var out, errw bytes.Buffer
			args := append(mode, "--data", filepath.Join(t.TempDir(), "st"), "card", "read", "--sam", port, "--reader", port, "--json")
			if code := run(context.Background(), args, strings.NewReader(""), &out, &errw); code != exitOK {
				t.Errorf("%s %v: exit %d: %s", s.Name, mode, code, errw.String())
				continue
			}
			var got struct {
				Kind    string             `json:"kind"`
				Subject cardreader.Subject `json:"subject"`
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Kind != "cnid" || got.Subject != s.Truth {
				t.Errorf("%s %v: not the truth: %v", s.Name, mode, err)
			}
		}
	}
	if read < 6 {
		t.Errorf("%d specimens", read)
	}
}

// A real station does not open simulated readers, and opens no port that nobody named.
func TestRealStationHasNoSimulatedSAM(t *testing.T) {
	var errw bytes.Buffer
	dir := filepath.Join(t.TempDir(), "real")
	if code := run(context.Background(), []string{"--data", dir, "card", "read", "--reader", "sim:cnid", "--sam", "COM77"}, strings.NewReader(""), io.Discard, &errw); code != exitFailure {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(errw.String(), "simulated reader") {
		t.Errorf("said %q", errw.String())
	}
}
