package scan_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"bangban/app/scan"
)

// TestSerial reads a scanner on a real pseudo terminal.
func TestSerial(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	defer master.Close()
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opened, lines, ended := make(chan error, 4), make(chan string, 4), make(chan struct{})
	go func() {
		defer close(ended)
		scan.Serial(ctx, fmt.Sprintf("/dev/pts/%d", n), func(s string) { lines <- s }, func(err error) { opened <- err })
	}()
	if err := <-opened; err != nil {
		t.Skipf("the serial port cannot be opened here: %v", err)
	}
	long := strings.Repeat("6BFOXN%TS3", 200)
	if _, err := master.WriteString(long + "\rSECOND\r\n"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{long, "SECOND"} {
		if got := <-lines; got != want {
			t.Errorf("%d characters, want %d", len(got), len(want))
		}
	}
	cancel()
	<-ended
}

func TestSerialWithoutPort(t *testing.T) {
	if _, err := scan.OpenSerial("/dev/no-such-scanner"); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("a port that is not there opens: %v", err)
	}
}
