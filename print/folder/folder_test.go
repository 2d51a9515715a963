package folder_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bangban/print"
	"bangban/print/devices"
	"bangban/print/folder"
	"bangban/print/printtest"
)

func papers(dir string) func(t *testing.T) [][]byte {
	return func(t *testing.T) (all [][]byte) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b)
		}
		return all
	}
}

func TestContract(t *testing.T) {
	printtest.Device(t, func(t *testing.T) printtest.Setup {
		dir := t.TempDir()
		return printtest.Setup{Device: folder.New(dir), Papers: papers(dir)}
	})
}

var job = print.Job{Title: "T01-000001", PDF: bytes.Repeat([]byte("SPECIMEN"), 40_000), Copies: 1}

func TestNameAndMode(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if err := folder.New(dir).Print(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"T01-000001.pdf", "T01-000001-2.pdf"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestFolderMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wang-specimen")
	p := folder.New(dir)
	for name, err := range map[string]error{"ready": p.Ready(t.Context()), "print": p.Print(t.Context(), job)} {
		if got := printtest.Code(err); got != print.CodeFolderMissing {
			t.Errorf("%s: code %q, want %q", name, got, print.CodeFolderMissing)
		}
		if strings.Contains(err.Error(), "wang-specimen") {
			t.Errorf("%s: the error names the path: %v", name, err)
		}
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := printtest.Code(p.Ready(t.Context())); got != print.CodeFolderMissing {
		t.Errorf("a file in its place: code %q, want %q", got, print.CodeFolderMissing)
	}
}

func TestLeftoverOfPowerCut(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".T01-000001.pdf.part"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.New(dir).Print(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if got := papers(dir)(t); len(got) != 1 || !bytes.Equal(got[0], job.PDF) {
		t.Errorf("%d files, want the paper alone", len(got))
	}
}

// full is a disk that takes room bytes and then no more.
type full struct {
	folder.Files
	room  int
	where string // "write", "sync", "rename", "create"
	files map[string]int
}

func (f *full) Dir(string) error { return nil }

func (f *full) Create(path string) (folder.File, error) {
	if f.where == "create" {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	f.files[path] = 0
	return &fullFile{f}, nil
}

func (f *full) Rename(from, to string) error {
	if f.where == "rename" {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EDQUOT}
	}
	return nil
}

func (f *full) Remove(path string) error { delete(f.files, path); return nil }

type fullFile struct{ disk *full }

func (f *fullFile) Write(b []byte) (int, error) {
	if f.disk.room -= len(b); f.disk.where == "write" && f.disk.room < 0 {
		return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return len(b), nil
}

func (f *fullFile) Sync() error {
	if f.disk.where == "sync" {
		return &os.PathError{Op: "sync", Path: "x", Err: syscall.ENOSPC}
	}
	return nil
}

func (f *fullFile) Close() error { return nil }

func TestDiskFull(t *testing.T) {
	for _, where := range []string{"create", "write", "sync", "rename"} {
		disk := &full{room: 100_000, where: where, files: map[string]int{}}
		err := folder.On("papers", disk).Print(t.Context(), job)
		if got := printtest.Code(err); got != print.CodeDiskFull {
			t.Errorf("%s: code %q (%v), want %q", where, got, err, print.CodeDiskFull)
		}
		if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
			t.Errorf("%s: the cause is lost: %v", where, err)
		}
		if len(disk.files) != 0 {
			t.Errorf("%s: %d files left behind", where, len(disk.files))
		}
	}
	disk := &full{files: map[string]int{}} // the control: the same disk with room
	if err := folder.On("papers", disk).Print(t.Context(), job); err != nil {
		t.Error(err)
	}
}

func TestDevices(t *testing.T) {
	if n := len(devices.All(devices.Deps{})); n != 0 {
		t.Errorf("%d devices without a folder", n)
	}
	all := devices.All(devices.Deps{Folder: t.TempDir()})
	if len(all) != 1 || all[0].Ready(t.Context()) != nil {
		t.Errorf("devices %v", all)
	}
}
