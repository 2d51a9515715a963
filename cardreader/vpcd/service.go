package vpcd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Errors of this package.
var (
	// ErrMissing names the packages to install.
	ErrMissing = errors.New("vpcd: install pcscd and vsmartcard-vpcd first")
	// ErrRunning says that Start was called twice.
	ErrRunning = errors.New("vpcd: the service runs already")
)

// Readers are the names of the two virtual readers.
func Readers() [2]string { return [2]string{"Virtual PCD 00 00", "Virtual PCD 00 01"} }

// Service is one private pcscd with two virtual readers, on a socket in a folder of the caller's, beside whatever service
// the computer runs. It is for tests and rehearsals. It finds the parts where distributions put them (Debian: pcscd,
// vsmartcard-vpcd) and says so where they are missing.
//
// Clients reach it through the environment: PCSCLITE_CSOCK_NAME is the socket. The client library remembers the first
// value it sees for the life of a process (pcsc-lite src/winscard_clnt.c). The service takes the socket by activation,
// sd_listen_fds(3): file 3, LISTEN_FDS 1, LISTEN_PID its own process. So a client may call as soon as Start has
// returned; it is answered when the readers are up. Its methods are for one goroutine.
type Service struct {
	dir, daemon, driver string
	port                int
	cmd                 *exec.Cmd
}

// NewService finds the parts and two free ports. dir holds socket, configuration and log; its path must be short
// (unix(7): 107 bytes with the socket).
func NewService(dir string) (*Service, error) {
	daemon, err := exec.LookPath("pcscd")
	if err != nil {
		daemon = "/usr/sbin/pcscd"
	}
	driver := "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
	for _, other := range []string{"/usr/lib64", "/usr/local/lib"} {
		if path := other + "/pcsc/drivers/serial/libifdvpcd.so"; !exists(driver) && exists(path) {
			driver = path
		}
	}
	for _, part := range []string{daemon, driver} {
		if !exists(part) {
			return nil, fmt.Errorf("%w: no %s", ErrMissing, part)
		}
	}
	if dir, err = filepath.Abs(dir); err != nil { // pcscd takes absolute paths only
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := freePorts()
	return &Service{dir: dir, daemon: daemon, driver: driver, port: port}, err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Socket is the value for PCSCLITE_CSOCK_NAME.
func (s *Service) Socket() string { return filepath.Join(s.dir, "s") }

// Addr is where a card is laid on the first (0) or second (1) reader.
func (s *Service) Addr(reader int) string { return Addr(s.port + reader) }

// Log is what the service said.
func (s *Service) Log() string {
	b, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b))
}

// Start runs the service, for the first time or again after Stop or Kill, on the same socket and ports.
func (s *Service) Start() error {
	if s.cmd != nil {
		return ErrRunning
	}
	conf := filepath.Join(s.dir, "reader.conf")
	text := fmt.Sprintf("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n",
		s.port, s.driver, s.port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	socket, err := s.listen()
	if err != nil {
		return err
	}
	defer socket.Close()
	cmd := exec.Command("sh", "-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --foreground -c "$1"`, s.daemon, conf)
	cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = []*os.File{socket}, log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("vpcd: %w", err)
	}
	s.cmd = cmd
	return nil
}

// listen makes the listening socket; every copy but the one it returns is closed, so that it dies with the service.
func (s *Service) listen() (*os.File, error) {
	if err := os.Remove(s.Socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.Socket(), Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("vpcd: %w", err)
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	return l.File()
}

// Stop ends the service as an administrator does, with SIGTERM, and waits for it. It may be called twice.
func (s *Service) Stop() error { return s.end(syscall.SIGTERM) }

// Kill ends the service as a crash does, and waits for it.
func (s *Service) Kill() error { return s.end(syscall.SIGKILL) }

func (s *Service) end(sig os.Signal) error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	if err := cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("vpcd: %w", err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) { // ended by a signal, as asked
		return fmt.Errorf("vpcd: %w", err)
	}
	return nil
}

// Ports of readers lie below those that systems hand to outgoing connections, which a driver that starts later would
// find taken (Linux begins at 32768, others at 49152).
const firstPort, ports = 20000, 12000

// freePorts finds a port that is free together with the next one: the driver takes one for each reader.
func freePorts() (int, error) {
	for range 50 {
		port := firstPort + 2*rand.IntN(ports/2)
		a, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			continue
		}
		b, err := net.Listen("tcp", fmt.Sprintf(":%d", port+1))
		a.Close()
		if err == nil {
			b.Close()
			return port, nil
		}
	}
	return 0, errors.New("vpcd: no two free ports in a row")
}
