package queuetest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Marks are what an invented person's visit would leave behind: a name, a number, the name in UTF-16.
type Marks [][]byte

// In tells how many of the marks lie open in some bytes.
func (m Marks) In(b []byte) (n int) {
	for _, mark := range m {
		if bytes.Contains(b, mark) {
			n++
		}
	}
	return n
}

// Longest is the size of the longest mark, in bytes.
func (m Marks) Longest() (n int) {
	for _, mark := range m {
		n = max(n, len(mark))
	}
	return n
}

// Scan counts the marks in every file below the folders. It finds one that it plants itself, or nothing it says counts.
func (m Marks) Scan(t testing.TB, dirs ...string) (n int) {
	t.Helper()
	planted := filepath.Join(dirs[0], "planted")
	if err := os.WriteFile(planted, append([]byte("core\x00"), m[0]...), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(planted)
	found := false
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(p)
			if p == planted {
				found = m.In(b) > 0
				return err
			}
			n += m.In(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatal("control: a planted name is not found")
	}
	return n
}
