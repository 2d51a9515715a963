package sam_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"bangban/cardreader"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// pty makes a pseudo terminal: the end of a device, and the name and descriptor of the port.
func pty(t *testing.T) (master *os.File, name string, port int) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	ioctl, err := master.SyscallConn() // Fd would make reading block for ever
	if err != nil {
		t.Fatal(err)
	}
	n := -1
	if err := ioctl.Control(func(fd uintptr) {
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
	port = int(keep.Fd())
	raw, err := unix.IoctlGetTermios(port, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	raw.Lflag &^= unix.ECHO | unix.ICANON
	if err := unix.IoctlSetTermios(port, unix.TCSETS, raw); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close(); keep.Close() })
	return master, name, port
}

// stranger puts something that is no module behind a pseudo terminal.
func stranger(t *testing.T, behave func(*os.File)) string {
	t.Helper()
	master, name, _ := pty(t)
	ended := make(chan struct{})
	go func() { defer close(ended); behave(master) }()
	t.Cleanup(func() { master.Close(); <-ended })
	return name
}

// terminal puts a simulated reader behind a pseudo terminal and gives the name of the port. It answers only at the line
// speed that it is made for; 0 is any.
func terminal(t *testing.T, m *sim.SAM, speed uint32) string {
	t.Helper()
	master, name, port := pty(t)
	if speed != 0 {
		m.OnWire(func(f []byte) []byte {
			at, err := unix.IoctlGetTermios(port, unix.TCGETS)
			if err != nil || at.Cflag&unix.CBAUD != speed {
				return []byte{0x00, 0xFF, 0xAA} // what another speed makes of it
			}
			return f
		})
	}
	served := make(chan struct{})
	go func() { defer close(served); m.Serve(master) }()
	t.Cleanup(func() { master.Close(); <-served })
	return name
}

func TestPseudoTerminal(t *testing.T) {
	for _, tc := range []struct {
		name  string
		speed uint32
	}{{"any speed", 0}, {"115200", unix.B115200}, {"9600", unix.B9600}} {
		t.Run(tc.name, func(t *testing.T) {
			m := module(t, "cnid-rare")
			ports, err := sam.Ports(terminal(t, m, tc.speed))
			if err != nil {
				t.Fatal(err)
			}
			s := sam.New(sam.Options{Ports: ports, Every: 10 * time.Millisecond})
			defer s.Close()
			watch(t, s.Watch)(cardreader.Present)
			list, err := s.Readers(context.Background())
			if err != nil || len(list) != 1 {
				t.Fatalf("%d readers, %v", len(list), err)
			}
			c, err := list[0].Connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if doc, err := readKind(c); err != nil || doc.Subject != specimen(t, "cnid-rare").Truth {
				t.Errorf("%v", err)
			}
		})
	}
	if ports, err := sam.Ports("/dev/no-such-port"); err != nil {
		t.Error(err)
	} else if e := watch(t, sam.New(sam.Options{Ports: ports}).Watch)(cardreader.Removed); e.Reader != "/dev/no-such-port" {
		t.Errorf("%q", e.Reader)
	}
}
