package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// Bounds of the diagnostic log.
const (
	logSize  = 1 << 20 // of one file
	logFiles = 3       // the one that is written, and those before it
	logEarly = 64 << 10
)

// logName is the newest file; those before it end in .1, .2.
const logName = "diagnostic.log"

// diagnostics is where the window says what happened, for whoever is asked to help: standard error, which journald keeps,
// files in the data folder that are turned over before they grow, and the system's own log where it has one (Windows). It
// holds causes and codes; the types of personal data do not print. Its methods are safe for concurrent use.
type diagnostics struct {
	mu     sync.Mutex
	early  bytes.Buffer // what was said before there was a folder
	folder string
	file   *os.File
	size   int64
	broken bool // it cannot be written: standard error alone from here on
}

// logger writes to standard error, to the files, and to the system.
func (d *diagnostics) logger(errw io.Writer) *slog.Logger {
	files := slog.NewTextHandler(d, &slog.HandlerOptions{Level: slog.LevelInfo})
	all := []slog.Handler{slog.NewTextHandler(errw, nil), files}
	if h := systemLog(); h != nil {
		all = append(all, h)
	}
	return slog.New(slog.NewMultiHandler(all...))
}

// keep writes to files of a data folder from here on, what was said before too.
func (d *diagnostics) keep(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.folder = filepath.Join(dir, "log")
	if err := errors.Join(os.MkdirAll(d.folder, 0o700), d.open()); err != nil {
		d.broken = true
		return fmt.Errorf("app: diagnostic log: %w", err)
	}
	_, err := d.write(d.early.Bytes())
	d.early.Reset()
	return err
}

// Write implements io.Writer for one line. What cannot be written is dropped: a full disk keeps nobody from work.
func (d *diagnostics) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.broken:
	case d.file == nil:
		if d.early.Len()+len(line) <= logEarly {
			d.early.Write(line)
		}
	default:
		if _, err := d.write(line); err != nil {
			d.broken = true
		}
	}
	return len(line), nil
}

func (d *diagnostics) write(b []byte) (int, error) {
	if d.size > 0 && d.size+int64(len(b)) > logSize {
		if err := d.turn(); err != nil {
			return 0, err
		}
	}
	n, err := d.file.Write(b)
	d.size += int64(n)
	return n, err
}

func (d *diagnostics) open() error {
	f, err := os.OpenFile(filepath.Join(d.folder, logName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	d.file, d.size = f, info.Size()
	return nil
}

// turn makes .1 of the newest, .2 of .1, and drops the last.
func (d *diagnostics) turn() error {
	if err := d.file.Close(); err != nil {
		return err
	}
	name := func(n int) string {
		if n == 0 {
			return filepath.Join(d.folder, logName)
		}
		return filepath.Join(d.folder, fmt.Sprintf("%s.%d", logName, n))
	}
	for n := logFiles - 1; n > 0; n-- {
		if err := os.Rename(name(n-1), name(n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return d.open()
}

// close ends the files.
func (d *diagnostics) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file, d.broken = nil, true
	return err
}
