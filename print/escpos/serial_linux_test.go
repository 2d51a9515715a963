package escpos_test

import (
	"fmt"
	"os"
	"testing"

	"bangban/print"
	"bangban/print/escpos/escpostest"
	"bangban/print/printtest"

	"golang.org/x/sys/unix"
)

// line opens a pair of a serial line of this computer: our end, and the name of the other.
func line(t *testing.T) (*os.File, string) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: the serial line was not tried: %v", err)
	}
	raw, err := ours.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := raw.Control(func(fd uintptr) {
		if err := unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err != nil {
			t.Error(err)
		}
		if n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("/dev/pts/%d", n)
	held, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0) // or the line would end with the first connection
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { held.Close() })
	return ours, name
}

// TestSerialLine prints over a serial line: every byte of the dots must arrive, also those a terminal would take for
// control characters.
func TestSerialLine(t *testing.T) {
	ours, name := line(t)
	f := escpostest.New(t, escpostest.Well)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Serve(ours)
	}()
	s := sheet(t)
	if err := printer(t, "serial:"+name+"@115200").PrintSheet(t.Context(), job, s); err != nil {
		t.Fatal(err)
	}
	if got := f.Tray(); len(got) != 1 || string(got[0]) != string(paper(t, s)) {
		t.Errorf("%d papers, or not dot for dot", len(got))
	}
	f.Stop(map[byte]byte{2: 0x04}, 0)
	if got := printtest.Code(printer(t, "serial:"+name).Ready(t.Context())); got != print.CodeCoverOpen {
		t.Errorf("code %q, want %q", got, print.CodeCoverOpen)
	}
	ours.Close()
	<-ended
}
