package store

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"bangban/app/journal"
)

// BundleMark names the bundle in force: the database decides which one it is, the files follow.
type BundleMark struct {
	Version uint64
	Hash    [32]byte // SHA-256 of the file
}

const (
	keyBundle  = "bundle.force"
	keyHighest = "bundle.highest"
)

// TakeBundle makes a bundle the one in force: the mark, the highest version ever, the signed time and the leaf, in one
// transaction.
func (s *Store) TakeBundle(ctx context.Context, m BundleMark, madeAt time.Time, e journal.Event) error {
	return s.write(ctx, func(t *txn) error {
		if err := t.set(keyBundle, append(binary.BigEndian.AppendUint64(nil, m.Version), m.Hash[:]...)); err != nil {
			return err
		}
		highest, err := t.highest()
		if err != nil {
			return err
		}
		if err := t.set(keyHighest, binary.BigEndian.AppendUint64(nil, max(highest, m.Version))); err != nil {
			return err
		}
		if err := t.saw(madeAt); err != nil {
			return err
		}
		if e.Day == "" {
			e.Day = t.day()
		}
		return t.note(e)
	})
}

// Bundle tells which bundle is in force; ErrNotFound where none ever was.
func (s *Store) Bundle(ctx context.Context) (m BundleMark, err error) {
	err = s.read(ctx, func(t *txn) error {
		v, err := t.get(keyBundle)
		if err != nil {
			return err
		}
		if len(v) != 8+len(m.Hash) {
			return ErrNotFound
		}
		m.Version = binary.BigEndian.Uint64(v)
		copy(m.Hash[:], v[8:])
		return nil
	})
	return m, err
}

// HighestBundle is the highest version that was ever in force here, by the database and by the leaves of the journal,
// whichever knows of a higher one.
func (s *Store) HighestBundle(ctx context.Context) (highest uint64, err error) {
	err = s.read(ctx, func(t *txn) error {
		if highest, err = t.highest(); err != nil {
			return err
		}
		return t.each(`SELECT data FROM leaf`, nil, func(scan func(...any) error) error {
			var leaf []byte
			if err := scan(&leaf); err != nil {
				return err
			}
			e, err := journal.OpenEvent(leaf)
			if err == nil && e.Kind == journal.KindBundle {
				highest = max(highest, e.Number)
			}
			return nil // a leaf that cannot be read is for journal verify to report
		})
	})
	return highest, err
}

func (t *txn) highest() (uint64, error) {
	v, err := t.get(keyHighest)
	if errors.Is(err, ErrNotFound) || err == nil && len(v) != 8 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(v), nil
}
