package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/app/keys"
	"bangban/app/station"
)

// program is the name under which this test binary plays the program.
const program = "bangbanctl"

// TestMain lets a link to this binary be the real program, so that tests start, kill and script it as processes.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == program {
		if os.Getenv(careless) != "" {
			fmt.Fprintln(os.Stderr, serveCareless(os.Args[1:]))
			os.Exit(1)
		}
		main()
	}
	os.Exit(m.Run())
}

// programDir gives a directory in which the program lies.
func programDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err == nil {
		err = os.Symlink(exe, filepath.Join(dir, program))
	}
	if err != nil { // Windows without the right to link
		t.Skip("no link to the test binary: ", err)
	}
	return dir
}

// cheap is the least that a PIN slot may cost: the tests log in some hundred times.
func cheap() keys.Cost { return keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 2} }

// makeStation makes a training station.
func makeStation(t testing.TB, dir string) {
	t.Helper()
	s, err := station.Open(t.Context(), station.Options{Dir: dir, Training: true, Program: program, Cost: cheap()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// copyStation copies a data folder with its modes: key files that others can read are refused.
func copyStation(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}

// The list of commands is the contract of design §9: what this issue builds is there, and nothing hides.
func TestCommands(t *testing.T) {
	var got []string
	root := (&env{}).root()
	for _, group := range root.Commands() {
		if !group.HasSubCommands() {
			got = append(got, group.Name())
		}
		for _, c := range group.Commands() {
			got = append(got, group.Name()+" "+c.Name())
			if c.Short == "" {
				t.Errorf("%s says nothing of itself", c.CommandPath())
			}
		}
	}
	want := []string{"bundle import", "bundle make", "bundle return", "bundle show", "bundle sign", "card read", "card staff", "clerk add-card", "clerk card",
		"clerk enrol", "clerk forget-card", "clerk list", "clerk unlock", "doctor", "inbox keys", "inbox open", "inbox reply", "inbox serve", "inbox stations", "institution delegate",
		"institution enrol", "institution init", "institution release", "institution rotate", "institution status", "journal export", "journal proof",
		"journal verify", "man", "mandate give", "printer list", "printer use",
		"queue carry", "queue deliver", "queue export", "queue list", "queue receipts", "queue stats", "reader list", "reader watch", "station enrol",
		"station import", "station init", "station move", "station rotate", "station show", "subject ask", "subject list", "subject show",
		"update check", "verify", "voucher issue", "voucher list", "voucher notes", "voucher open",
		"voucher redeem", "voucher void"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("commands\n got %q\nwant %q", got, want)
	}
}
