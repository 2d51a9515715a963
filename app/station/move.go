package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bangban/app/desk"
	"bangban/app/store"
)

// A move takes a whole data folder to another place, typically a stick or the disk of a new computer, so that there is
// never a moment in which two folders may work. The copy is made under the mark "arriving", then the old folder gets the
// mark "moved", then the copy loses its own. A power cut in between leaves one that works, or none: then the same move
// is asked for again and ends what was begun.
const (
	movedMark    = "moved"
	arrivingMark = "arriving"
)

// mayWork refuses a folder that was moved away from, and one that is still arriving.
func (f dataDir) mayWork() error {
	for mark, code := range map[string]string{movedMark: "station-moved", arrivingMark: "station-arriving"} {
		if _, err := os.Lstat(f.path(mark)); err == nil {
			return &desk.Error{Op: "station.open", Code: code, Args: map[string]string{"Dir": string(f)}}
		}
	}
	return nil
}

// Move moves the station to a folder that does not exist yet. Nobody may work at it meanwhile. Errors: "data-locked",
// "move-target", "move-failed".
func Move(ctx context.Context, o Options, to string) error {
	o.fill()
	from, target := dataDir(o.Dir), dataDir(to)
	failed := func(err error) error {
		return &desk.Error{Op: "station.move", Code: "move-failed", Args: map[string]string{"Dir": to}, Err: err}
	}
	if inside(o.Dir, to) {
		return &desk.Error{Op: "station.move", Code: "move-target", Args: map[string]string{"Dir": to}}
	}
	if b, err := os.ReadFile(from.path(movedMark)); err == nil { // the power went between the two marks
		if a, err := os.ReadFile(target.path(arrivingMark)); err != nil || string(a) != string(b) {
			return from.mayWork()
		}
		if err := target.arrive(); err != nil {
			return failed(err)
		}
		return nil
	}
	token, err := from.leave(ctx, o, target)
	var told *desk.Error
	if err != nil && !errors.As(err, &told) {
		return failed(err)
	}
	if err != nil {
		return err
	}
	if err := writeFile(from.path(movedMark), token, 0o600); err != nil {
		return failed(err)
	}
	if err := target.arrive(); err != nil {
		return failed(err)
	}
	return nil
}

// leave ends the database cleanly and copies the folder, holding its lock.
func (f dataDir) leave(ctx context.Context, o Options, target dataDir) (token []byte, err error) {
	kind, err := f.readKind()
	if err != nil {
		return nil, err
	}
	if kind == "" {
		return nil, &desk.Error{Op: "station.move", Code: "station-none", Args: map[string]string{"Dir": o.Dir}}
	}
	if entries, err := os.ReadDir(string(target)); err == nil && len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		if b, rerr := os.ReadFile(target.path(arrivingMark)); rerr != nil || len(b) == 0 { // a copy that was cut off is made again
			return nil, &desk.Error{Op: "station.move", Code: "move-target", Args: map[string]string{"Dir": string(target)}, Err: err}
		}
		if err := os.RemoveAll(string(target)); err != nil {
			return nil, err
		}
	}
	conf := store.Config{Path: f.database(), Now: o.Now, Rand: o.Rand, Holder: holder(o.Program)}
	s, err := store.Open(ctx, conf)
	if err != nil {
		return nil, err
	}
	station := s.Station()
	if err := s.Close(); err != nil {
		return nil, err
	}
	hold, err := store.HoldFolder(f.database(), holder(o.Program))
	if err != nil {
		return nil, err
	}
	defer hold.Release()
	var random [16]byte
	if _, err := io.ReadFull(o.Rand, random[:]); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(random[:], station...))
	token = []byte(station + " " + hex.EncodeToString(sum[:8]) + "\n")
	if err := writeFile(target.path(arrivingMark), token, 0o600); err != nil {
		return nil, err
	}
	return token, copyFolder(string(f), string(target))
}

// arrive lets the copy work.
func (f dataDir) arrive() error {
	if err := os.Remove(f.path(arrivingMark)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncDir(string(f))
}

// copyFolder copies every file but what belongs to the running program, flushes each and compares it with the first.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		case !d.Type().IsRegular(), rel == "lock", rel == "ballast", strings.HasSuffix(rel, "-shm"), strings.HasPrefix(rel, halfWritten):
			return nil
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	sent, came := sha256.New(), sha256.New()
	if _, err := io.Copy(out, io.TeeReader(in, sent)); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(came, out); err != nil {
		return err
	}
	if string(sent.Sum(nil)) != string(came.Sum(nil)) {
		return errors.New("station: the copy differs")
	}
	return syncDir(filepath.Dir(to))
}

// inside tells whether b is a or lies in it.
func inside(a, b string) bool {
	rel, err := filepath.Rel(absolute(a), absolute(b))
	return err == nil && (rel == "." || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)))
}

func absolute(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		return abs
	}
	return filepath.Clean(p)
}
