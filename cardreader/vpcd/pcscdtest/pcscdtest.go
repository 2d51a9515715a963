// Package pcscdtest runs a PC/SC service of its own for tests: pcscd with virtual readers, on a socket in a temporary
// folder, beside whatever service the computer runs. Only tests import it.
//
// The client library remembers the first PCSCLITE_CSOCK_NAME it sees for the life of the process (pcsc-lite
// src/winscard_clnt.c, getSocketName), so there is one socket for each test process, named after it, and one Service at
// a time.
package pcscdtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bangban/cardreader/vpcd"
)

// drivers are where packages put the virtual reader.
var drivers = [...]string{
	"/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
	"/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
	"/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
}

// Service is a private pcscd with two virtual readers.
type Service struct {
	t      testing.TB
	dir    string
	daemon string
	driver string
	port   int
	cmd    *exec.Cmd
}

// Start runs a service for the length of the test, or skips the test where the parts are missing.
func Start(t testing.TB) *Service {
	t.Helper()
	s := &Service{t: t, dir: filepath.Join(os.TempDir(), fmt.Sprintf("bangban-pcscd-%d", os.Getpid()))}
	s.find()
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PCSCLITE_CSOCK_NAME", s.socket())
	t.Cleanup(func() {
		s.Stop()
		if err := os.RemoveAll(s.dir); err != nil {
			t.Error(err)
		}
	})
	s.port = freePorts(t)
	s.Start()
	return s
}

// find skips the test where pcscd or the driver is missing.
func (s *Service) find() {
	s.t.Helper()
	var err error
	if s.daemon, err = exec.LookPath("pcscd"); err != nil {
		if s.daemon = "/usr/sbin/pcscd"; !exists(s.daemon) {
			s.t.Skip("pcscd is missing: install the packages pcscd and vsmartcard-vpcd to run this test")
		}
	}
	for _, d := range drivers {
		if exists(d) {
			s.driver = d
			return
		}
	}
	s.t.Skip("the virtual reader is missing: install the package vsmartcard-vpcd to run this test")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (s *Service) socket() string { return filepath.Join(s.dir, "s") }

// Addr is where a card is laid on the first (0) or second (1) reader.
func (s *Service) Addr(reader int) string { return vpcd.Addr(s.port + reader) }

// Start runs the service again after Stop, on the same socket and ports. It returns when the socket takes calls; the
// service answers them as soon as its readers are up.
func (s *Service) Start() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("pcscdtest: the service runs")
	}
	conf := filepath.Join(s.dir, "reader.conf")
	text := fmt.Sprintf("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n",
		s.port, s.driver, s.port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	socket, err := s.listen()
	if err != nil {
		s.t.Fatal(err)
	}
	defer socket.Close()
	// Socket activation, sd_listen_fds(3): the socket is file 3, and LISTEN_PID must be the process itself.
	s.cmd = exec.Command("sh", "-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --foreground -c "$1"`, s.daemon, conf)
	s.cmd.ExtraFiles = []*os.File{socket}
	if s.cmd.Stdout, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		s.t.Fatal(err)
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
}

// listen makes the listening socket; every copy but the one it returns is closed, so that it dies with the service.
func (s *Service) listen() (*os.File, error) {
	if err := os.Remove(s.socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	return l.File()
}

// Stop ends the service as an administrator does, with SIGTERM.
func (s *Service) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the service as a crash does.
func (s *Service) Kill() { s.end(syscall.SIGKILL) }

func (s *Service) end(sig os.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Error(err)
	}
	if err := s.cmd.Wait(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			s.t.Error(err)
		}
	}
	s.cmd = nil
	if s.t.Failed() {
		s.t.Logf("pcscd said:\n%s", s.log())
	}
}

func (s *Service) log() string {
	b, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(b), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// freePorts finds a port that is free together with the next one: a driver takes one for each reader.
func freePorts(t testing.TB) int {
	t.Helper()
	for range 50 {
		a, err := net.Listen("tcp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		port := a.Addr().(*net.TCPAddr).Port
		b, err := net.Listen("tcp", fmt.Sprintf(":%d", port+1))
		a.Close()
		if err == nil {
			b.Close()
			return port
		}
	}
	t.Fatal("pcscdtest: no two free ports in a row")
	return 0
}
