package station

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/store"
)

func (f dataDir) nextBundle() string     { return f.path("bundle", "next.bundle") }
func (f dataDir) previousBundle() string { return f.path("bundle", "previous.bundle") }

// codeReturned marks the leaf of a return to the bundle before.
const codeReturned = "returned"

// AcceptBundle puts a newer bundle of the same institution into force. Nothing changes where it is refused, with the
// reason as code. It is atomic: the transaction that writes mark and leaf decides, the files follow, at the next start
// if need be.
func (s *Station) AcceptBundle(ctx context.Context, file []byte) (*bundle.Opened, error) {
	if s.o.Training {
		return nil, &desk.Error{Op: "bundle.import", Code: bundle.CodeTraining}
	}
	highest, err := s.store.HighestBundle(ctx)
	if err != nil {
		return nil, err
	}
	c := bundle.Conditions{At: s.clock.Time(), Highest: highest}
	next, err := bundle.Accept(s.bundle, file, c)
	if err != nil {
		return nil, bundleError("bundle.import", err)
	}
	return next, s.exchange(ctx, next, file, journal.Event{Kind: journal.KindBundle, Number: next.Version})
}

// ReturnBundle puts the previous bundle into force again on the word of a supervisor, who proves who they are. The highest
// version seen stays what it is: what comes next must be newer than both.
func (s *Station) ReturnBundle(ctx context.Context, supervisor string, proof Proof) (*bundle.Opened, error) {
	if s.o.Training {
		return nil, &desk.Error{Op: "bundle.return", Code: bundle.CodeTraining}
	}
	file, err := os.ReadFile(s.dir.previousBundle())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &desk.Error{Op: "bundle.return", Code: "bundle-no-previous"}
	}
	if err != nil {
		return nil, s.unreadable(err)
	}
	before, err := bundle.Open(file, bundle.Anchor{Root: s.bundle.Root.Raw})
	if err != nil {
		return nil, bundleError("bundle.return", err)
	}
	if before.Standing(s.clock.Time()) == bundle.Stopped {
		return nil, &desk.Error{Op: "bundle.return", Code: bundle.CodeExpired}
	}
	who, u, err := s.door.Supervisor(ctx, supervisor, proof.way(ctx, s))
	if err != nil {
		return nil, err
	}
	u.Lock()
	return before, s.exchange(ctx, before, file,
		journal.Event{Kind: journal.KindBundle, Number: before.Version, Clerk: who.ID, Code: codeReturned})
}

// exchange puts a bundle that has been checked into force: file beside, transaction, files, memory.
func (s *Station) exchange(ctx context.Context, next *bundle.Opened, file []byte, e journal.Event) error {
	if _, err := trustOf(next); err != nil {
		return err
	}
	if err := s.at("next"); err != nil {
		return err
	}
	if err := writeFile(s.dir.nextBundle(), file, 0o600); err != nil {
		return s.unreadable(err)
	}
	if err := s.at("mark"); err != nil {
		return err
	}
	mark := store.BundleMark{Version: next.Version, Hash: sha256.Sum256(file)}
	if err := s.store.TakeBundle(ctx, mark, next.MadeAt, e); err != nil {
		return err
	}
	if err := s.settleBundle(ctx); err != nil {
		return err
	}
	if err := s.use(next); err != nil {
		return err
	}
	s.door.Follow(next.Bundle)
	if s.identityCert != nil {
		return s.armReal()
	}
	return nil
}

// settleBundle finishes or undoes an exchange: where a bundle lies beside the one in force, the mark in the database
// says which of the two it is. It may be cut off anywhere and called again.
func (s *Station) settleBundle(ctx context.Context) error {
	next, err := os.ReadFile(s.dir.nextBundle())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.unreadable(err)
	}
	mark, err := s.store.Bundle(ctx)
	if err != nil {
		return err
	}
	if mark.Hash != sha256.Sum256(next) { // never came into force
		if err := s.at("undo"); err != nil {
			return err
		}
		if err := os.Remove(s.dir.nextBundle()); err != nil {
			return s.unreadable(err)
		}
		return syncDir(s.dir.path("bundle"))
	}
	current, err := os.ReadFile(s.dir.bundle())
	if err != nil {
		return s.unreadable(err)
	}
	if err := s.at("previous"); err != nil {
		return err
	}
	if err := writeFile(s.dir.previousBundle(), current, 0o600); err != nil {
		return s.unreadable(err)
	}
	if err := s.at("rename"); err != nil {
		return err
	}
	if err := os.Rename(s.dir.nextBundle(), s.dir.bundle()); err != nil {
		return s.unreadable(err)
	}
	return syncDir(s.dir.path("bundle"))
}

// at lets a test cut an exchange off before a write.
func (s *Station) at(step string) error {
	if s.o.cut == nil {
		return nil
	}
	return s.o.cut(step)
}
