package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/queue"

	"golang.org/x/mod/sumdb/note"
)

var (
	_ flow.Commit  = (*Store)(nil)
	_ queue.Outbox = (*Store)(nil)
)

// Block is a range of serials, both ends in it. The zero block holds none.
type Block struct{ First, Last uint64 }

// Config is all that a store needs from outside.
type Config struct {
	Path      string // of the database; the lock file "lock" lies beside it
	Station   string
	Now       func() time.Time // station time, in the hall's time zone; nil: time.Now
	Rand      io.Reader        // nil: crypto/rand
	Sealer    *queue.Sealer    // may be set later, see SetKeys
	Signer    note.Signer      // of checkpoints: journal.NewSigner(station, identity)
	Block     Block
	StatusURI string
	Holder    string // what the lock file says of us; empty: program and process id
	ReadOnly  bool   // beside a running counter: no lock, no writing

	Ballast int64                  // bytes kept free for purging on a full disk; 0: none
	Free    func() (uint64, error) // bytes that may still be written here; nil: not asked

	sync   string // of tests: another level than FULL
	upTo   int64  // of tests: an older schema
	noLock bool   // of tests: a second process that does not ask

	noSalvage bool // of tests: a damaged database is only told
}

// Store is an open database. Its methods may be called by several goroutines.
type Store struct {
	c     Config
	lock  *lock
	w, r  *sql.DB
	epoch uint64

	checking background // of a database that is too large to be looked through at start

	founding uint64 // epoch of a fresh database

	mu     sync.Mutex // guards the fields below
	tip    tip
	sealer *queue.Sealer
	signer note.Signer
	block  Block
	uri    string
}

// Open opens the database, making it where there is none. Errors that a person must see are desk errors:
// "data-locked" (Args Holder), "data-damaged", "data-newer", "data-unreadable".
func Open(ctx context.Context, c Config) (_ *Store, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Holder == "" {
		c.Holder = defaultHolder()
	}
	s := &Store{c: c, founding: 1, sealer: c.Sealer, signer: c.Signer, block: c.Block, uri: c.StatusURI}
	defer func() {
		if err != nil {
			s.shut()
		}
	}()
	if !c.ReadOnly && !c.noLock {
		if s.lock, err = takeLock(filepath.Join(filepath.Dir(c.Path), "lock"), c.Holder); err != nil {
			return nil, err
		}
	}
	return s, s.start(ctx)
}

// start opens the database, or where it is damaged sets it aside and goes on with what can be saved of it.
func (s *Store) start(ctx context.Context) error {
	err := s.finishSalvage(ctx)
	if err == nil {
		err = s.openPools(ctx)
	}
	if err == nil {
		err = s.begin(ctx)
	}
	if isDamage(err) && !s.c.ReadOnly && !s.c.noSalvage {
		if serr := s.salvage(ctx); serr != nil {
			return errors.Join(err, serr)
		}
		if err = s.openPools(ctx); err == nil {
			err = s.begin(ctx)
		}
	}
	if err == nil {
		s.fillBallast()
	}
	return err
}

// begin notes who the database belongs to, clears what a dead process left and compares the tree with the newest
// checkpoint.
func (s *Store) begin(ctx context.Context) error {
	if s.c.ReadOnly {
		return s.read(ctx, func(t *txn) (err error) { return s.readOwner(t) })
	}
	was := readTip(s.tipPath())
	return s.drain(ctx, func(t *txn) error {
		if err := s.readOwner(t); errors.Is(err, ErrNotFound) {
			if was.leaves > 0 && was.epoch >= s.founding {
				return fail("store.open", "data-damaged", fmt.Errorf("%w: all of %d acts", ErrBehind, was.leaves))
			}
			if err := t.found(s.c.Station, s.founding); err != nil {
				return err
			}
			s.epoch = s.founding
		} else if err != nil {
			return err
		}
		t.epoch = s.epoch
		if err := t.behind(was); err != nil {
			return err
		}
		if err := t.set("clean", []byte("0")); err != nil {
			return err
		}
		// The lock is ours, so every lease is of a process that is gone.
		_, err := t.exec(`UPDATE job SET state = CASE carried WHEN 1 THEN 5 ELSE 0 END, lease = NULL, lease_until = NULL WHERE state = 1`)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE estate SET state = CASE carried WHEN 1 THEN 5 ELSE 0 END, lease = NULL, lease_until = NULL WHERE state = 1`); err != nil && s.c.upTo == 0 {
			return err
		}
		return t.checkTree()
	})
}

func (s *Store) readOwner(t *txn) error {
	station, err := t.get("station")
	if err != nil {
		return err
	}
	if s.c.Station != "" && string(station) != s.c.Station {
		return fmt.Errorf("%w: %s", ErrStation, station)
	}
	s.c.Station = string(station)
	epoch, err := t.get("epoch")
	if err != nil {
		return err
	}
	s.epoch, err = strconv.ParseUint(string(epoch), 10, 64)
	return err
}

// found writes the owner of a fresh database.
func (t *txn) found(station string, epoch uint64) error {
	if station == "" {
		return ErrStation
	}
	if err := t.set("station", []byte(station)); err != nil {
		return err
	}
	if err := t.set("epoch", strconv.AppendUint(nil, epoch, 10)); err != nil {
		return err
	}
	t.epoch = epoch
	return t.note(journal.Event{Kind: journal.KindOpened, Number: epoch})
}

// SetKeys gives the store the keys that came with a bundle or a renewal.
func (s *Store) SetKeys(sealer *queue.Sealer, signer note.Signer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealer, s.signer = sealer, signer
}

// SetBlock gives the store the serials of a new delegation.
func (s *Store) SetBlock(b Block, statusURI string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.block, s.uri = b, statusURI
}

// Station is the name of the station the database belongs to.
func (s *Store) Station() string { return s.c.Station }

// Epoch counts how often the station began a new database.
func (s *Store) Epoch() uint64 { return s.epoch }

// Origin names the journal.
func (s *Store) Origin() string { return journal.Origin(s.c.Station, s.epoch) }

// Close ends cleanly: a checkpoint is signed, the WAL folded into the file, the clean mark set, the lock given back.
func (s *Store) Close() error {
	var err error
	if s.w != nil {
		ctx := context.Background()
		err = s.drain(ctx, func(t *txn) error {
			if _, _, err := t.checkpoint(); err != nil && !errors.Is(err, ErrNoSigner) {
				return err
			}
			return t.set("clean", []byte("1"))
		})
		err = errors.Join(err, s.truncate(ctx))
	}
	return errors.Join(err, s.shut())
}

func (s *Store) shut() error {
	err := s.shutPools()
	s.lock.release()
	return err
}

func (s *Store) shutPools() (err error) {
	s.checking.stop()
	if s.r != nil {
		err = s.r.Close()
	}
	if s.w != nil {
		err = errors.Join(err, s.w.Close())
	}
	s.r, s.w = nil, nil
	return err
}

// truncate gives freed pages back and empties the WAL, which would still hold what was deleted. A reader in the middle
// of a query may hold it up; then the next call does it.
func (s *Store) truncate(ctx context.Context) error {
	if _, err := s.w.ExecContext(ctx, `PRAGMA incremental_vacuum`); err != nil {
		return err
	}
	var busy, pages, done int
	return s.w.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done)
}
