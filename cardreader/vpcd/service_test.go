package vpcd_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader/vpcd"
)

func TestLife(t *testing.T) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("bangban-life-%d", os.Getpid())) // short enough for a socket
	defer os.RemoveAll(dir)
	s, err := vpcd.NewService(dir)
	if errors.Is(err, vpcd.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		if err := s.Start(); !errors.Is(err, vpcd.ErrRunning) {
			t.Errorf("second Start: %v, want ErrRunning", err)
		}
		conn, err := net.Dial("unix", s.Socket())
		if err != nil {
			t.Fatalf("nobody takes the call: %v\n%s", err, s.Log())
		}
		conn.Close()
		for range 2 {
			if err := s.Stop(); err != nil {
				t.Fatal(err)
			}
		}
		if conn, err := net.Dial("unix", s.Socket()); err == nil {
			conn.Close()
			t.Error("the socket takes calls after Stop: clients would hang")
		}
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", "")
	if _, err := os.Stat("/usr/sbin/pcscd"); err == nil {
		t.Skip("pcscd is where it is looked for without a PATH")
	}
	if _, err := vpcd.NewService(t.TempDir()); !errors.Is(err, vpcd.ErrMissing) {
		t.Errorf("%v, want ErrMissing", err)
	}
}
