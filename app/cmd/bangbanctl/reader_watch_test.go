package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"bangban/cardreader/sim"
)

// reader watch tells what is so and what happens until it is interrupted, by the keyboard or by a supervisor; then it ends
// well, with nothing on standard error.
func TestReaderWatchEnds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such signals here")
	}
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	bin := filepath.Join(programDir(t), program)
	card, err := sim.Load("cnid")
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		module := sim.NewSAM()
		port := overTCP(t, module)
		var errw strings.Builder
		cmd := exec.Command(bin, "--training", "--data", filepath.Join(t.TempDir(), "st"), "--json", "reader", "watch", "--sam", port)
		cmd.Stderr = &errw
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		seen := []string{}
		for in := bufio.NewScanner(out); in.Scan(); {
			var e readerEvent
			if err := json.Unmarshal(in.Bytes(), &e); err != nil {
				t.Errorf("%v: %q", err, in.Text())
			}
			if e.Reader != port {
				continue
			}
			seen = append(seen, e.State)
			switch e.State {
			case "empty":
				module.Lay(card)
			case "present":
				if err := cmd.Process.Signal(signal); err != nil {
					t.Error(err)
				}
			}
		}
		if err := cmd.Wait(); err != nil || errw.Len() > 0 {
			t.Errorf("%v: %v, %q", signal, err, errw.String())
		}
		if strings.Join(seen, " ") != "empty present" {
			t.Errorf("%v: saw %q", signal, seen)
		}
	}
}
