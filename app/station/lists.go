package station

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/trust"
)

// maxOnce bounds the note of lists that were held once.
const maxOnce = 8192

func (f dataDir) once() string { return f.path("bundle", "lists.json") }

// trustOf gives what a bundle says to trust.
func trustOf(b *bundle.Opened) (*trust.Store, error) {
	t, err := b.Trust()
	if err != nil {
		return nil, &desk.Error{Op: "bundle", Code: "bundle-content", Err: err}
	}
	return t, nil
}

// miss marks the lists that this counter held once and this bundle does not bring as gone, and notes those that it brings:
// whoever cuts a list out of a bundle does not make what it withdrew good again.
func (s *Station) miss(t *trust.Store) error {
	var once []trust.Once
	data, err := os.ReadFile(s.dir.once())
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return s.unreadable(err)
	case json.Unmarshal(data, &once) != nil || len(once) > maxOnce:
		return s.unreadable(fmt.Errorf("station: note of lists"))
	}
	t.Missing(once)
	all := t.Lists() // the missing among them
	if s.o.ReadOnly || slices.Equal(all, once) || len(all) > maxOnce {
		return nil
	}
	if data, err = json.Marshal(all); err != nil {
		return err
	}
	if err := writeFile(s.dir.once(), data, 0o600); err != nil {
		return s.unreadable(err)
	}
	return nil
}
