package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"bangban/app/queue"
)

// Right is what one station may do. The zero value: everything, at the gateway's usual rate.
type Right struct {
	Blocked   bool     `json:"blocked,omitempty"`    // stolen, lost, closed: nothing is taken from it
	Kinds     []string `json:"kinds,omitempty"`      // of parcels; none: all
	PerMinute int      `json:"per_minute,omitempty"` // batches; 0: the usual rate
}

// rights is rights.json in the gateway's folder.
type rights struct {
	Format   int              `json:"format"`
	Default  Right            `json:"default"`
	Stations map[string]Right `json:"stations"`
}

// maxRights bounds the file: 100,000 stations with a line each.
const maxRights = 32 << 20

// Rights reads a file of rights and reads it again when it changes. Where there is no file every certified station may
// send. A file that has become unreadable changes nothing; Err says why.
type Rights struct {
	path string

	mu   sync.Mutex
	made time.Time
	size int64
	held rights
	err  error
}

// OpenRights reads the file. One that is there and malformed is ErrRights.
func OpenRights(path string) (*Rights, error) {
	r := &Rights{path: path}
	r.Of("")
	return r, r.Err()
}

// Err says why the newest file is not in force; nil: it is.
func (r *Rights) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Of gives the right of a station.
func (r *Rights) Of(station string) Right {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reload()
	if one, ok := r.held.Stations[station]; ok {
		return one
	}
	return r.held.Default
}

func (r *Rights) reload() {
	info, err := os.Stat(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.made.IsZero():
		return
	case err != nil:
		r.err = fmt.Errorf("%w: %w", ErrRights, err)
		return
	case info.ModTime().Equal(r.made) && info.Size() == r.size:
		return
	case info.Size() > maxRights:
		r.err = fmt.Errorf("%w: %d bytes", ErrRights, info.Size())
		return
	}
	data, err := os.ReadFile(r.path)
	var next rights
	if err == nil {
		err = json.Unmarshal(data, &next)
	}
	if err == nil && next.Format != 1 {
		err = errors.New("format is not 1")
	}
	if err != nil {
		r.err = fmt.Errorf("%w: %w", ErrRights, err)
		return
	}
	r.held, r.made, r.size, r.err = next, info.ModTime(), info.Size(), nil
}

// allows decides whether a parcel may be taken under a right.
func (r Right) allows(h queue.Header) error {
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, h.Kind) {
		return ErrNotAllowed
	}
	return nil
}
