package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxHolder bounds what is read of a lock file.
const maxHolder = 256

// lock is a held process lock. The file stays when it is given back: removing it would let two processes each hold a
// lock on a file of the same name.
type lock struct{ f *os.File }

// takeLock takes the lock or says who holds it.
func takeLock(path, holder string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fail("store.open", "data-unreadable", err, "Dir", filepath.Dir(path))
	}
	held, err := tryLock(f)
	if err != nil || held {
		name := readHolder(f)
		f.Close()
		if err != nil {
			return nil, fail("store.open", "data-unreadable", err, "Dir", filepath.Dir(path))
		}
		return nil, fail("store.open", "data-locked", nil, "Holder", name)
	}
	l := &lock{f}
	if err := l.write(holder); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

func (l *lock) write(holder string) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(holder+"\n"), 0)
	return err
}

func (l *lock) release() {
	if l == nil || l.f == nil {
		return
	}
	_ = l.f.Truncate(0)
	l.f.Close() // gives the lock back
	l.f = nil
}

func readHolder(f *os.File) string {
	b, _ := io.ReadAll(io.LimitReader(io.NewSectionReader(f, 0, maxHolder), maxHolder))
	name := strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, string(b))
	if name == "" {
		return "?"
	}
	return name
}

func defaultHolder() string {
	return fmt.Sprintf("%s (%d)", filepath.Base(os.Args[0]), os.Getpid())
}

// Hold is a lock on a data folder without a database, for whoever copies it.
type Hold struct{ l *lock }

// HoldFolder takes the lock of the folder in which a database lies, or says who holds it ("data-locked").
func HoldFolder(path, holder string) (*Hold, error) {
	l, err := takeLock(filepath.Join(filepath.Dir(path), "lock"), holder)
	if err != nil {
		return nil, err
	}
	return &Hold{l}, nil
}

// Release gives the lock back.
func (h *Hold) Release() { h.l.release() }
