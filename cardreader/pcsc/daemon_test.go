//go:build cgo && linux

package pcsc_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
)

// daemon runs a pcscd with any configuration on the socket of h, whose own is stopped. end ends it.
func daemon(t *testing.T, h *harness, socket *os.File, conf string, flags ...string) (end func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reader.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("pcscd")
	if err != nil {
		program = "/usr/sbin/pcscd"
	}
	cmd := exec.Command("sh", append([]string{"-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"`, "sh", program, "--foreground", "-c", path}, flags...)...)
	cmd.ExtraFiles = []*os.File{socket}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // it ends by the signal
	}
}

// listen makes the socket anew.
func listen(t *testing.T, h *harness) (*net.UnixListener, *os.File) {
	t.Helper()
	h.service.Stop()
	name := os.Getenv("PCSCLITE_CSOCK_NAME")
	_ = os.Remove(name)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	return l, f
}

// readerConf names a reader at the port of the service that was stopped: any other may be taken by a stranger.
func readerConf(t *testing.T, h *harness, name string) string {
	t.Helper()
	_, text, err := net.SplitHostPort(h.service.Addr(0))
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("FRIENDLYNAME %q\nDEVICENAME /dev/null:0x%X\nLIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x%X\n", name, port, port)
}

func noReader(t *testing.T) (error, error) {
	h := newHarness(t)
	control := good(within(t, bound, listing(h)))
	old := findReader(t, h)
	l, f := listen(t, h)
	defer l.Close()
	end := daemon(t, h, f, "")
	defer end()
	f.Close()
	next(t, follow(t, h), "", cardreader.NoReader)
	return only(within(t, bound, connecting(old))), control
}

func otherReader(t *testing.T) (error, error) {
	h := newHarness(t)
	old := findReader(t, h)
	events := follow(t, h)
	next(t, events, h.Reader(), cardreader.Empty)
	l, f := listen(t, h)
	defer l.Close()
	end := daemon(t, h, f, readerConf(t, h, "Other PCD SPECIMEN"))
	defer end()
	f.Close()
	next(t, events, h.Reader(), cardreader.Removed)
	next(t, follow(t, h), "Other PCD SPECIMEN 00 00", cardreader.Empty)
	err := only(within(t, bound, connecting(old)))
	if _, cerr := within(t, bound, connecting(named(t, h, "Other PCD SPECIMEN 00 00"))); code(t, cerr) != cardreader.CodeNoCard {
		return err, cerr
	}
	return err, nil
}

func named(t *testing.T, h *harness, name string) cardreader.Reader {
	t.Helper()
	for _, r := range must(h.system.Readers(t.Context())) {
		if r.Name() == name {
			return r
		}
	}
	t.Fatalf("no reader %s", name)
	return nil
}

// activated is a service with --auto-exit behind a socket that a supervisor holds, as systemd does: it has left, the next
// call wakes it, and nobody at the counter notices. The time that it idles, 60 s, is cut short by its own signal.
func activated(t *testing.T) (error, error) {
	h := newHarness(t)
	l, f := listen(t, h)
	defer l.Close()
	defer f.Close()
	end := daemon(t, h, f, readerConf(t, h, "Woken PCD"), "--auto-exit")
	first := good(within(t, bound, listing(h)))
	end()
	if s := pcsc.Probe(t.Context()); s.State != pcsc.ServiceSilent {
		return nil, errors.New("a socket whose service has left is " + s.State.String())
	}
	woken := make(chan func(), 1)
	go func() { // the supervisor: the next call waits in the backlog until the service takes the socket over
		woken <- daemon(t, h, f, readerConf(t, h, "Woken PCD"), "--auto-exit")
	}()
	err := only(within(t, bound, listing(h)))
	(<-woken)()
	return err, first
}
