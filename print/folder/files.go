package folder

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Files is the part of a file system that the printer needs.
type Files interface {
	// Dir fails with fs.ErrNotExist where path is not a directory.
	Dir(path string) error
	// Create makes a file with mode 0600 that was not there; else fs.ErrExist.
	Create(path string) (File, error)
	// Rename replaces to by from, and returns when the directory itself is on the disk.
	Rename(from, to string) error
	Remove(path string) error
}

// File is a file being written.
type File interface {
	io.WriteCloser
	Sync() error
}

type osFiles struct{}

func (osFiles) Dir(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOENT}
	}
	return err
}

func (osFiles) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (osFiles) Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // directories cannot be synced there; NTFS journals the rename
		return nil
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (osFiles) Remove(path string) error { return os.Remove(path) }
