package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"bangban/app/desk"
	"bangban/app/queue"
)

// On a full disk SQLite cannot even delete: erasing needs room in the WAL. So a file that holds nothing lies beside the
// database; when the disk is full it is given up, what has a receipt is purged parcel by parcel with the WAL emptied in
// between, and the file is filled again once there is room. New work is refused long before.
const (
	ballastName = "ballast"

	// LowDisk is how many free bytes new work needs.
	LowDisk = 200 << 20
)

func (s *Store) ballast() string { return filepath.Join(filepath.Dir(s.c.Path), ballastName) }

// fillBallast writes the file where it is missing or shorter. That there is no room for it is no failure.
func (s *Store) fillBallast() {
	if s.c.Ballast <= 0 || s.c.ReadOnly {
		return
	}
	if st, err := os.Stat(s.ballast()); err == nil && st.Size() >= s.c.Ballast {
		return
	}
	if free, err := s.free(); err == nil && free < uint64(2*s.c.Ballast) {
		return
	}
	f, err := os.OpenFile(s.ballast(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	block := make([]byte, 64<<10)
	for at := int64(0); at < s.c.Ballast && err == nil; at += int64(len(block)) {
		_, err = f.WriteAt(block[:min(int64(len(block)), s.c.Ballast-at)], at)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(s.ballast())
	}
}

func (s *Store) free() (uint64, error) {
	if s.c.Free == nil {
		return 0, errors.ErrUnsupported
	}
	return s.c.Free()
}

// roomForWork refuses new work where the disk is nearly full: what is begun must be able to end.
func (s *Store) roomForWork() error {
	free, err := s.free()
	if err != nil || free >= LowDisk {
		return nil
	}
	return &desk.Error{Op: "voucher.issue", Code: "disk-low", Args: map[string]string{"MB": strconv.FormatUint(free>>20, 10)}}
}

// isFull tells whether an act failed because the disk is full.
func isFull(err error) bool { return sqliteCode(err) == codeFull }

// Codes of SQLite (sqlite.org/rescode.html).
const (
	codePerm     = 3
	codeBusy     = 5
	codeLocked   = 6
	codeNoMemory = 7
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCannot   = 14
	codeNotADB   = 26

	codeIORead  = codeIO | 1<<8  // a sector that cannot be read
	codeIOShort = codeIO | 2<<8  // the file ends before its end
	codeIOFS    = codeIO | 33<<8 // the file system says that it is damaged
)

// sqliteCode gives the primary result code of an error; 0: it is not SQLite's.
func sqliteCode(err error) int {
	return extendedCode(err) & 0xff
}

// extendedCode gives the extended one.
func extendedCode(err error) int {
	var coded interface {
		error
		Code() int
	}
	if !errors.As(err, &coded) {
		return 0
	}
	return coded.Code()
}

// drain is write for acts that make room: where the disk is full the ballast is given up and the act tried once more.
func (s *Store) drain(ctx context.Context, f func(*txn) error) error {
	err := s.write(ctx, f)
	if !isFull(err) {
		return err
	}
	if rerr := os.Truncate(s.ballast(), 0); rerr != nil {
		return err
	}
	_ = s.truncate(ctx)
	return s.write(ctx, f)
}

// drainEach settles n things in one transaction, or where the disk is full one by one with the WAL emptied in between.
func (s *Store) drainEach(ctx context.Context, n int, f func(t *txn, i int, done *queue.Settled) error,
	end func(*txn, queue.Settled) error) (done queue.Settled, err error) {
	all := func(t *txn) error {
		done = queue.Settled{}
		for i := range n {
			if err := f(t, i, &done); err != nil {
				return err
			}
		}
		if end == nil {
			return nil
		}
		return end(t, done)
	}
	if err = s.write(ctx, all); err == nil {
		return done, nil
	}
	done = queue.Settled{}
	if !isFull(err) {
		return done, err
	}
	for i := range n {
		one := queue.Settled{}
		err := s.drain(ctx, func(t *txn) error {
			one = queue.Settled{}
			if err := f(t, i, &one); err != nil || end == nil {
				return err
			}
			return end(t, one)
		})
		if err != nil {
			return done, err
		}
		done.Add(one)
		_ = s.truncate(ctx)
	}
	s.fillBallast()
	return done, nil
}
