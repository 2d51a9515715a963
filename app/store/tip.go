package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// tip says in a file beside the database how far it has come. It is written after each commit and never flushed, so
// after a power cut it may be older than the database, never newer. One that is newer tells that the database has lost
// what it had acknowledged: its WAL was deleted, an old copy was put back. Then its numbers must not be used again.
type tip struct {
	station string
	epoch   uint64
	leaves  int64
	seq     uint64
	serial  uint64
}

const tipName = "tip"

func (s *Store) tipPath() string { return filepath.Join(filepath.Dir(s.c.Path), tipName) }

// readTip gives the zero tip where there is none, or it cannot be read.
func readTip(path string) (t tip) {
	b, err := os.ReadFile(path)
	if err != nil || len(b) > 512 {
		return tip{}
	}
	if n, err := fmt.Sscanf(string(b), "%s %d %d %d %d\n", &t.station, &t.epoch, &t.leaves, &t.seq, &t.serial); n != 5 || err != nil {
		return tip{}
	}
	return t
}

// line has one length whatever the numbers, so that it is written over the last one in one piece.
func (t tip) line() []byte {
	return fmt.Appendf(nil, "%s %020d %020d %020d %020d\n", t.station, t.epoch, t.leaves, t.seq, t.serial)
}

// advance writes the tip after a commit. That it cannot is no failure of the act, which is done.
func (s *Store) advance(next tip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if next.leaves <= s.tip.leaves && next.epoch == s.tip.epoch {
		return
	}
	next.seq, next.serial = max(next.seq, s.tip.seq), max(next.serial, s.tip.serial)
	s.tip = next
	f, err := os.OpenFile(s.tipPath(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	_, _ = f.WriteAt(next.line(), 0)
	_ = f.Close()
}

// behind tells whether the database has less than the tip says it had.
func (t *txn) behind(was tip) error {
	if was.station != t.s.c.Station || was.epoch < t.epoch {
		return nil
	}
	n, err := t.Size()
	if err != nil {
		return err
	}
	seq, err := t.lastSeq()
	if err != nil {
		return err
	}
	if was.epoch > t.epoch || n < was.leaves || seq < was.seq {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %d acts of %d", ErrBehind, n, was.leaves))
	}
	return nil
}
