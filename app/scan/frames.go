package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// FrameSource is a place that pictures, documents and codes come from by themselves, until ctx ends.
type FrameSource interface {
	Name() string
	// Frames hands on what came, a file or the text of a code at a time. The receiver wipes it.
	Frames(ctx context.Context, emit func(data []byte)) error
}

// lookEvery is how often a folder is looked at. What has not changed between two looks is whole.
const lookEvery = 500 * time.Millisecond

// Folder hands on files that appear in a folder, as a document scanner or a telephone's sync puts them there: each once,
// when nobody writes to it any more. What lay there before is left alone, and so are links, folders, hidden files, those
// that programs write to before they rename them (.part, .tmp, .crdownload) and what is too large. Nothing is deleted.
type Folder struct {
	Dir   string
	After func(time.Duration) <-chan time.Time // of the next look; nil: time.After
}

var _ FrameSource = Folder{}

// Name is the folder's.
func (f Folder) Name() string { return f.Dir }

// mark is what tells that a file is being written to.
type mark struct {
	size int64
	at   time.Time
	done bool
}

// Frames implements FrameSource. A folder that goes away is waited for.
func (f Folder) Frames(ctx context.Context, emit func([]byte)) error {
	after := f.After
	if after == nil {
		after = time.After
	}
	marks, err := f.look(nil, nil)
	if err != nil {
		return fmt.Errorf("scan: folder: %w", err)
	}
	for name, m := range marks { // what is being written now is new, what has lain there is not told from it: left alone
		m.done = true
		marks[name] = m
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-after(lookEvery):
		}
		next, err := f.look(marks, emit)
		if err == nil {
			marks = next
		} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("scan: folder: %w", err)
		}
	}
}

// look goes through the folder once and hands on what is whole. A file that was handed on and has changed since is new.
func (f Folder) look(before map[string]mark, emit func([]byte)) (map[string]mark, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	now := make(map[string]mark, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || passing(e.Name()) {
			continue
		}
		m := mark{size: info.Size(), at: info.ModTime()}
		old, known := before[e.Name()]
		switch same := known && old.size == m.size && old.at.Equal(m.at); {
		case same && old.done:
			m.done = true
		case same && m.size > 0:
			m.done = true
			if b, err := readWhole(root, e.Name()); err == nil && emit != nil {
				emit(b)
			}
		}
		now[e.Name()] = m
	}
	return now, nil
}

// passing tells names that programs give to what is not there yet.
func passing(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.HasSuffix(lower, ".part") ||
		strings.HasSuffix(lower, ".tmp") || strings.HasSuffix(lower, ".crdownload")
}

func readWhole(root *os.Root, name string) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err == nil && len(b) > MaxBytes {
		clear(b)
		err = ErrTooLarge
	}
	return b, err
}
