package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/cardreader"
)

func diagnosed(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "log", name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

// What was said before there is a folder comes into it, standard error has it all, and a person does not print.
func TestDiagnostics(t *testing.T) {
	dir, said := t.TempDir(), new(bytes.Buffer)
	d := &diagnostics{}
	log := d.logger(said)
	log.Info("early", "op", "start")
	log.Warn("card", "subject", cardreader.Subject{FullName: "SPECIMEN LINDEN", Number: "C01X00T47"})
	if err := d.keep(dir); err != nil {
		t.Fatal(err)
	}
	log.Error("late")
	log.Debug("never")
	for name, text := range map[string]string{"the file": diagnosed(t, dir, logName), "standard error": said.String()} {
		if !strings.Contains(text, "msg=early") || !strings.Contains(text, "msg=card") || !strings.Contains(text, "msg=late") || strings.Contains(text, "never") {
			t.Errorf("%s has %q", name, text)
		}
		if strings.Contains(text, "LINDEN") || strings.Contains(text, "C01X") {
			t.Errorf("%s names a person", name)
		}
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	log.Info("after the end") // dropped, and no panic
	// The next start goes on in the same file.
	again := &diagnostics{}
	if err := again.keep(dir); err != nil {
		t.Fatal(err)
	}
	again.logger(io.Discard).Info("second start")
	if text := diagnosed(t, dir, logName); !strings.Contains(text, "late") || !strings.Contains(text, "second start") || strings.Contains(text, "after the end") {
		t.Errorf("the next start: %q", text)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
}

// However much is said, there are three files, none larger than its bound, and the newest words are in the newest.
func TestDiagnosticsTurnOver(t *testing.T) {
	dir := t.TempDir()
	d := &diagnostics{}
	if err := d.keep(dir); err != nil {
		t.Fatal(err)
	}
	line := append(bytes.Repeat([]byte("x"), 1023), '\n')
	const lines = (logFiles + 2) * logSize / 1024
	for range lines {
		if n, err := d.Write(line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	if _, err := d.Write([]byte("newest\n")); err != nil {
		t.Fatal(err)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "log", "*"))
	if err != nil || len(files) != logFiles {
		t.Fatalf("%q %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Size() > logSize || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s: %v %v", f, info, err)
		}
	}
	if !strings.HasSuffix(diagnosed(t, dir, logName), "newest\n") {
		t.Error("the newest words are elsewhere")
	}
}

// A folder that cannot be written keeps nobody from work.
func TestDiagnosticsWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d, said := &diagnostics{}, new(bytes.Buffer)
	if err := d.keep(file); err == nil {
		t.Fatal("a file was taken for a folder")
	}
	d.logger(said).Info("goes on")
	if !strings.Contains(said.String(), "goes on") {
		t.Error("nothing is said any more")
	}
	early := &diagnostics{}
	for range 2 * logEarly / 1024 {
		if _, err := early.Write(make([]byte, 1024)); err != nil {
			t.Fatal(err)
		}
	}
	if early.early.Len() > logEarly {
		t.Errorf("%d bytes are kept before there is a folder", early.early.Len())
	}
}
