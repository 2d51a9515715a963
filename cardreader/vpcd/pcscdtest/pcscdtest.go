// Package pcscdtest gives a test a PC/SC service of its own with virtual readers (package pcscd). Only tests import it.
//
// The client library remembers its socket for the life of the process, so the socket is named after the test process
// and one Service runs at a time.
package pcscdtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader/vpcd"
)

// Service is a private pcscd whose failures are the test's.
type Service struct {
	t       testing.TB
	service *vpcd.Service
}

// Start runs a service for the length of the test and points the client library to it. The test is skipped where the
// parts are missing.
func Start(t testing.TB) *Service {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("bangban-pcscd-%d", os.Getpid()))
	service, err := vpcd.NewService(dir)
	if errors.Is(err, vpcd.ErrMissing) {
		t.Skipf("no virtual reader: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{t, service}
	t.Setenv("PCSCLITE_CSOCK_NAME", service.Socket())
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("pcscd said:\n%s", service.Log())
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.Start()
	return s
}

// Addr is where a card is laid on the first (0) or second (1) reader.
func (s *Service) Addr(reader int) string { return s.service.Addr(reader) }

// Start runs the service again after Stop or Kill.
func (s *Service) Start() { s.must(s.service.Start()) }

// Stop ends the service as an administrator does.
func (s *Service) Stop() { s.must(s.service.Stop()) }

// Kill ends the service as a crash does.
func (s *Service) Kill() { s.must(s.service.Kill()) }

func (s *Service) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
