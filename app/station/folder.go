package station

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bangban/app/desk"
	"bangban/app/institution"
)

// dataDir names the places in a data folder.
type dataDir string

func (f dataDir) path(elem ...string) string {
	return filepath.Join(append([]string{string(f)}, elem...)...)
}

func (f dataDir) kind() string        { return f.path("kind") }
func (f dataDir) database() string    { return f.path("bangban.db") }
func (f dataDir) bundle() string      { return f.path("bundle", "current.bundle") }
func (f dataDir) vault() string       { return f.path("keys", "voucher.vault") }
func (f dataDir) delegation() string  { return f.path("keys", "delegation.cose") }
func (f dataDir) voucherPEM() string  { return f.path("keys", "voucher.pem") }
func (f dataDir) identity() string    { return f.path("keys", "identity.key") }
func (f dataDir) identityPEM() string { return f.path("keys", "identity.pem") }
func (f dataDir) institution() string { return f.path("institution") }
func (f dataDir) inbox() string       { return f.path("inbox.db") }

// papers is where a training station prints: beside the data folder, never inside.
func (f dataDir) papers() string { return filepath.Clean(string(f)) + "-papers" }

const (
	kindTraining = "bangban training 1"
	kindReal     = "bangban real 1"
)

// readKind tells what the folder is. A folder without the mark is fresh where it is empty, else somebody else's.
func (f dataDir) readKind() (kind string, err error) {
	b, err := os.ReadFile(f.kind())
	if err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": string(f)}, Err: err}
	}
	entries, err := os.ReadDir(string(f))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": string(f)}, Err: err}
	}
	for _, e := range entries {
		// A first start that was cut off leaves only these; it is made again from the start.
		switch e.Name() {
		case "institution", "institution" + institution.HalfMade, "keys", "bundle", "lock", "bangban.db", "bangban.db-wal", "bangban.db-shm", "bangban.db-journal",
			"tip", "ballast", "moving", "moving.new", "salvage.db", "salvage.db-wal", "salvage.db-shm":
		default:
			if strings.HasPrefix(e.Name(), halfWritten) || strings.HasPrefix(e.Name(), "quarantine-") {
				continue
			}
			if b, err := os.ReadFile(f.kind()); err == nil { // another first start has just finished
				return strings.TrimSpace(string(b)), nil
			}
			return "", &desk.Error{Op: "station.open", Code: "data-foreign", Args: map[string]string{"Dir": string(f)}}
		}
	}
	return "", nil
}

// settle compares what the folder is with what was asked for.
func (f dataDir) settle(training bool) (fresh bool, err error) {
	kind, err := f.readKind()
	if err != nil {
		return false, err
	}
	if err := f.mayWork(); err != nil {
		return false, err
	}
	switch {
	case kind == "":
		return true, nil
	case kind != kindTraining && kind != kindReal:
		return false, &desk.Error{Op: "station.open", Code: "data-newer", Args: map[string]string{"Dir": string(f)}}
	case (kind == kindTraining) != training:
		return false, &desk.Error{Op: "station.open", Code: "data-training-mismatch", Args: map[string]string{"Dir": string(f)}}
	}
	if !training {
		return false, f.noInstitution()
	}
	return false, nil
}

// noInstitution refuses a folder that holds what only the institution may hold.
func (f dataDir) noInstitution() error {
	for _, p := range []string{f.institution(), f.inbox()} {
		if _, err := os.Lstat(p); err == nil {
			return &desk.Error{Op: "station.open", Code: "data-holds-institution", Args: map[string]string{"Dir": string(f)}}
		}
	}
	return nil
}

// halfWritten begins the names of files that writeFile had not finished when the power went.
const halfWritten = ".new-"

// writeFile writes a file so that a power cut leaves the old one or the new one, never half of one.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), halfWritten+"*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := errors.Join(tmp.Chmod(mode), second(tmp.Write(data)), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func second(_ int, err error) error { return err }

// syncDir makes a rename durable where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
