package bundle

import (
	"errors"
	"fmt"

	"bangban/app/trust"
)

// Trust fills a trust store with what the bundle says to trust, each kind of list with the age that policy sets it. What
// vouches for a list may stand behind it. A list that cannot be used, or that nobody in the bundle vouches for, is
// ErrContent.
func (b *Bundle) Trust() (*trust.Store, error) {
	t := trust.New(b.Policy.MaxListAge)
	source := fmt.Sprintf("bundle %d", b.Version)
	if err := t.Add(b.Institution, source, b.MadeAt); err != nil {
		return nil, fmt.Errorf("%w: institution: %w", ErrContent, err)
	}
	for waiting := b.Lists; len(waiting) > 0; {
		var later []List
		var last error
		for _, l := range waiting {
			err := t.Add(l.Bytes, source, l.MadeAt)
			if err == nil {
				continue
			}
			last = fmt.Errorf("%w: list %s %s: %w", ErrContent, l.Kind, l.Name, err)
			if !errors.Is(err, trust.ErrUnknown) {
				return nil, last
			}
			later = append(later, l)
		}
		if len(later) == len(waiting) {
			return nil, last
		}
		waiting = later
	}
	return t, nil
}
