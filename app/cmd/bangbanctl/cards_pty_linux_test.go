package main

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"bangban/cardreader/sim"
)

// overPTY is a reader with a security module at a serial port: a pseudo terminal.
func overPTY(t *testing.T, module *sim.SAM) string {
	t.Helper()
	name, _ := plugPTY(t, module)
	return name
}

// plugPTY is the same with a plug that can be pulled.
func plugPTY(t *testing.T, module *sim.SAM) (name string, pull func()) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	raw, err := master.SyscallConn() // Fd would make reading block for ever
	if err != nil {
		t.Fatal(err)
	}
	n := -1
	if err := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	}); err != nil || n < 0 {
		t.Fatal(err, n)
	}
	name = fmt.Sprintf("/dev/pts/%d", n)
	keep, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0) // else the master ends when the port is closed between two opens
	if err != nil {
		t.Fatal(err)
	}
	line, err := unix.IoctlGetTermios(int(keep.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	line.Lflag &^= unix.ECHO | unix.ICANON
	if err := unix.IoctlSetTermios(int(keep.Fd()), unix.TCSETS, line); err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); module.Serve(master) }()
	pull = func() { master.Close(); <-served; keep.Close() }
	t.Cleanup(pull)
	return name, pull
}

func TestCardsOverPTY(t *testing.T) { readAll(t, overPTY) }
