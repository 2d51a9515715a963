package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"bangban/app/journal"
	"bangban/app/queue"

	"golang.org/x/mod/sumdb/note"
)

// Note writes an act that changes nothing else: a login, a bundle.
func (s *Store) Note(ctx context.Context, e journal.Event) error {
	return s.write(ctx, func(t *txn) error {
		if e.Day == "" {
			e.Day = t.day()
		}
		return t.note(e)
	})
}

// Checkpoint signs what the journal looks like now, for the day-end sheet.
func (s *Store) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = s.write(ctx, func(t *txn) error {
		_, signed, err = t.checkpoint()
		return err
	})
	return signed, err
}

// checkpoint signs the tree as it is, or takes the note that this key signed at this size before.
func (t *txn) checkpoint() (c journal.Checkpoint, signed []byte, err error) {
	t.s.mu.Lock()
	signer := t.s.signer
	t.s.mu.Unlock()
	if signer == nil {
		return c, nil, ErrNoSigner
	}
	parcels, err := t.lastSeq()
	if err != nil {
		return c, nil, err
	}
	if c, err = journal.Current(t, t.s.Origin(), parcels); err != nil {
		return c, nil, err
	}
	err = t.row(`SELECT note FROM checkpoint WHERE size = ?`, []any{c.Size}, &signed)
	if err == nil && signedBy(signed, signer) {
		return c, signed, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return c, nil, err
	}
	if signed, err = c.Sign(signer); err != nil {
		return c, nil, err
	}
	_, err = t.exec(`INSERT INTO checkpoint(size, note) VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note`, c.Size, signed)
	return c, signed, err
}

// signedBy tells whether a note names the signer's key: after the identity was renewed a checkpoint of the same size is
// signed again, because the batch carries the new certificate.
func signedBy(signed []byte, s note.Signer) bool {
	_, err := note.Open(signed, note.VerifierList())
	var u *note.UnverifiedNoteError
	return errors.As(err, &u) && slices.ContainsFunc(u.Note.UnverifiedSigs, func(sig note.Signature) bool {
		return sig.Name == s.Name() && sig.Hash == s.KeyHash()
	})
}

// checkpointFor adds to a batch the checkpoint and proofs that it continues the one the receiver is known to hold and
// every other one that it may hold: one that was sent, whose receipt never came.
func (t *txn) checkpointFor(b *queue.Batch) (size int64, err error) {
	c, signed, err := t.checkpoint()
	if err != nil {
		return 0, err
	}
	b.Checkpoint, b.Day = signed, t.day()
	t.s.mu.Lock()
	if t.s.sealer != nil {
		b.Certificate = t.s.sealer.IdentityCert
	}
	t.s.mu.Unlock()
	var since []int64
	collect := func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		since = append(since, n)
		return err
	}
	if err := t.each(`SELECT size FROM checkpoint WHERE held = 1 AND size < ? ORDER BY size DESC LIMIT 1`, []any{c.Size}, collect); err != nil {
		return 0, err
	}
	if err := t.each(`SELECT size FROM checkpoint WHERE sent > 0 AND size < ? ORDER BY size DESC LIMIT ?`,
		[]any{c.Size, queue.MaxProofs - 1}, collect); err != nil {
		return 0, err
	}
	for i, n := range since {
		if slices.Contains(since[:i], n) {
			continue
		}
		p, err := journal.ProveConsistency(t, n, c.Size)
		if err != nil {
			return 0, err
		}
		if i == 0 {
			b.Since, b.Proof = n, p
		} else {
			b.Earlier = append(b.Earlier, queue.Proof{Since: n, Hashes: p})
		}
	}
	_, err = t.exec(`UPDATE checkpoint SET sent = sent + 1 WHERE size = ?`, c.Size)
	return c.Size, err
}

// checkTree compares the stored tree with the newest checkpoint at start. It recomputes the root from stored hashes;
// Export and journal.Verify recompute it from the leaves.
func (t *txn) checkTree() error {
	var size int64
	var signed []byte
	err := t.row(`SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1`, nil, &size, &signed)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := t.Size()
	if err != nil {
		return err
	}
	if n < size {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %d leaves of %d", ErrRolled, n, size))
	}
	root, err := journal.Root(t, size)
	if err != nil {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %w", ErrRolled, err))
	}
	if !journal.Names(signed, size, root) {
		return fail("store.open", "data-damaged", ErrRolled)
	}
	return nil
}

// ExportJournal writes the whole journal with its newest checkpoint, see package journal. On a read-only store it goes
// as far as the newest signed checkpoint.
func (s *Store) ExportJournal(ctx context.Context, w io.Writer, known note.Verifiers) error {
	if s.w != nil {
		if _, err := s.Checkpoint(ctx); err != nil {
			return err
		}
	}
	return s.read(ctx, func(t *txn) error {
		var signed []byte
		err := t.row(`SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`, nil, &signed)
		if errors.Is(err, ErrNotFound) {
			return ErrNoCheckpoint
		}
		if err != nil {
			return err
		}
		c, err := journal.OpenCheckpoint(signed, known)
		if err != nil {
			return err
		}
		return journal.Export(w, t, c, signed)
	})
}

// VerifyJournal computes the root again from every leaf and compares it with the newest checkpoint and with older, one
// that was kept elsewhere; nil: none.
func (s *Store) VerifyJournal(ctx context.Context, older []byte, known note.Verifiers) (*journal.Report, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.ExportJournal(ctx, w, known)) }()
	defer r.Close()
	return journal.Verify(r, older, known, nil)
}
