package station

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"bangban/cardreader"
)

const portEnv = "BANGBAN_TEST_PORT"

// TestPortClient is what TestPortClosedToNobody runs as another user.
func TestPortClient(t *testing.T) {
	port := os.Getenv(portEnv)
	if port == "" {
		t.Skip("for another test")
	}
	fmt.Printf("closed: %q\n", thisMachine().closed([]string{port + "@9600"}))
}

// A serial port of mode 600 that belongs to somebody else, tried as the user nobody; the control is the same port of mode
// 666, and its owner.
func TestPortClosedToNobody(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become nobody")
	}
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	defer master.Close()
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprintf("/dev/pts/%d", n)
	dir, err := os.MkdirTemp("", "bangban-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	client := filepath.Join(dir, "client")
	if err = errors.Join(err, os.WriteFile(client, self, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]bool{0o600: true, 0o666: false} {
		if err := os.Chmod(port, mode); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(client, "-test.run=^TestPortClient$", "-test.v")
		cmd.Dir, cmd.Env = dir, []string{portEnv + "=" + port}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), fmt.Sprintf("closed: [%q]", port)) != want {
			t.Errorf("mode %o: %v\n%s", mode, err, out)
		}
		if closed := thisMachine().closed([]string{port}); slices.Contains(closed, port) {
			t.Errorf("mode %o: closed to its owner", mode)
		}
	}
}

// An identity card on a reader without a module says nothing but the serial number of its chip: doctor names the reader
// that can. The controls are another card there, and the same card where no module is attached.
func TestCardOnReaderWithoutModule(t *testing.T) {
	port := bridge(t, "cnid-y")
	for _, tc := range []struct {
		card  cardreader.Conn
		ports []string
		want  []string
	}{{typeB{}, []string{port}, []string{"SPECIMEN PICC"}}, {typeB{}, nil, []string{"SPECIMEN PICC"}}, {typeB{says: []byte{0x6D, 0}}, []string{port}, nil}} {
		c, err := OpenCards(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "st"), Training: true, SAM: tc.ports})
		if err != nil {
			t.Fatal(err)
		}
		c.systems = append([]cardreader.System{loneSystem{tc.card}}, slices.DeleteFunc(c.systems, func(s cardreader.System) bool { return s.Name() == "pcsc" })...)
		_, modules, mislaid := answering(t.Context(), tc.ports, c)
		if !slices.Equal(mislaid, tc.want) || !slices.Equal(modules, tc.ports) {
			t.Errorf("%v: mislaid %q, modules %q", tc.ports, mislaid, modules)
		}
	}
}

// typeB is a chip that knows no application and tells its serial number, or says something else.
type typeB struct{ says []byte }

func (typeB) ATR() []byte  { return []byte{0x3B, 0x80, 0x80, 0x01, 0x01} }
func (typeB) Close() error { return nil }
func (b typeB) Transmit(_ context.Context, command []byte) ([]byte, error) {
	switch {
	case b.says != nil:
		return slices.Clone(b.says), nil
	case slices.Equal(command, []byte{0x00, 0x36, 0x00, 0x00, 0x08}):
		return append([]byte("SPECIMEN"), 0x90, 0x00), nil
	}
	return []byte{0x6D, 0x00}, nil
}

// loneSystem is a system of one reader with a card on it.
type loneSystem struct{ card cardreader.Conn }

func (loneSystem) Name() string { return "pcsc" }
func (o loneSystem) Readers(context.Context) ([]cardreader.Reader, error) {
	return []cardreader.Reader{loneSlot(o)}, nil
}
func (o loneSystem) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return loneSlot(o).Watch(ctx)
}

type loneSlot loneSystem

func (loneSlot) Name() string                                       { return "SPECIMEN PICC" }
func (s loneSlot) Connect(context.Context) (cardreader.Conn, error) { return s.card, nil }
func (s loneSlot) Watch(context.Context) (<-chan cardreader.Event, error) {
	events := make(chan cardreader.Event, 1)
	events <- cardreader.Event{Reader: s.Name(), Kind: cardreader.Present, ATR: s.card.ATR(), Count: 1}
	close(events)
	return events, nil
}

// The commands that doctor names on Debian: each program is there and takes what it is given, tried without changing
// anything.
func TestDebianCommands(t *testing.T) {
	if family(os.DirFS("/")) != "debian" {
		t.Skip("not Debian")
	}
	for _, command := range [][]string{
		{"apt-get", "--simulate", "install", "pcscd", "libccid"},
		{"sh", "-c", "test -x /usr/sbin/usermod && /usr/sbin/usermod --help | grep -q -- --append && getent group dialout >&2"},
		{"sh", "-c", "! command -v pcscd >/dev/null || test -x /etc/init.d/pcscd"},
		{"sh", "-c", "! command -v systemctl >/dev/null || ! command -v pcscd >/dev/null || systemctl list-unit-files pcscd.socket | grep -q pcscd.socket"},
	} {
		if _, err := exec.LookPath(command[0]); err != nil {
			t.Errorf("%s is not there", command[0])
			continue
		}
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", command, err, out)
		}
	}
	if h := thisMachine().hardware(t.Context(), nil, nil); h.Family != "debian" || h.NoSystemd == thisMachine().exists("run/systemd/system") {
		t.Errorf("%+v", h)
	}
}
