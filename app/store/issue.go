package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/queue"
)

// Issue implements flow.Commit: T1.
func (s *Store) Issue(ctx context.Context, draft func(flow.Slot) (flow.Signed, error)) (parcel string, err error) {
	err = s.write(ctx, func(t *txn) error {
		if err := s.roomForWork(); err != nil {
			return err
		}
		slot, err := t.slot()
		if err != nil {
			return err
		}
		signed, err := draft(slot)
		if err != nil {
			return err
		}
		if err := t.insertVoucher(slot, signed); err != nil {
			return err
		}
		body, err := queue.VoucherBody{Serial: signed.Row.Serial, Before: signed.Before, COSE: signed.COSE}.Encode()
		if err != nil {
			return err
		}
		defer clear(body)
		kind := queue.KindVoucher
		if signed.Mandate {
			kind = queue.KindMandate
		}
		p, commitment, err := t.enqueue(kind, &slot.Serial, body)
		if err != nil {
			return err
		}
		parcel = p.ID.String()
		return t.note(journal.Event{Kind: journal.KindSigned, Day: t.day(), Serial: signed.Row.Serial, Parcel: p.Seq,
			Clerk: signed.Row.Clerk, Commitment: commitment, Hash: p.Hash[:]})
	})
	if err != nil {
		return "", err
	}
	return parcel, nil
}

// slot takes the next serial of the block and a random status index. Nothing is written: the transaction is the
// reservation.
func (t *txn) slot() (flow.Slot, error) {
	t.s.mu.Lock()
	b, uri := t.s.block, t.s.uri
	t.s.mu.Unlock()
	if b.First == 0 || b.Last < b.First || b.Last > 1<<62 {
		return flow.Slot{}, fail("voucher.issue", "serials-used-up", nil)
	}
	var last uint64
	if err := t.row(`SELECT coalesce(max(serial), 0) FROM ledger WHERE serial BETWEEN ? AND ?`,
		[]any{int64(b.First), int64(b.Last)}, &last); err != nil {
		return flow.Slot{}, err
	}
	floor, err := t.floor()
	if err != nil {
		return flow.Slot{}, err
	}
	next := max(last+1, floor, b.First)
	if next > b.Last {
		return flow.Slot{}, fail("voucher.issue", "serials-used-up", nil)
	}
	if err := t.set(keyBlock+strconv.FormatUint(b.First, 10), []byte(strconv.FormatUint(b.Last, 10))); err != nil {
		return flow.Slot{}, err
	}
	index, err := t.statusIndex(b)
	return flow.Slot{Serial: next, StatusURI: uri, Index: index, Now: t.now}, err
}

// statusIndex draws an index from the block that no other voucher has. It is random so that the place in a public list
// tells nothing of the order in which people came.
func (t *txn) statusIndex(b Block) (uint64, error) {
	src, err := newRandom(t.s.c.Rand)
	if err != nil {
		return 0, err
	}
	size := b.Last - b.First + 1
	for range 32 {
		i := b.First + src.Uint64N(size)
		var n int
		if err := t.row(`SELECT count(*) FROM ledger WHERE status_index = ?`, []any{int64(i)}, &n); err != nil {
			return 0, err
		}
		if n == 0 {
			return i, nil
		}
	}
	return t.freeIndex(b, src)
}

// freeIndex draws from what is left of a nearly full block.
func (t *txn) freeIndex(b Block, src *rand.Rand) (uint64, error) {
	var used []uint64
	err := t.each(`SELECT status_index FROM ledger WHERE status_index BETWEEN ? AND ? ORDER BY status_index`,
		[]any{int64(b.First), int64(b.Last)}, func(scan func(...any) error) error {
			var i uint64
			err := scan(&i)
			used = append(used, i)
			return err
		})
	if err != nil {
		return 0, err
	}
	free := b.Last - b.First + 1 - uint64(len(used))
	if free == 0 {
		return 0, ErrIndexes
	}
	i := b.First + src.Uint64N(free)
	for _, u := range used { // the k-th free one lies behind every used one that is not above it
		if u > i {
			break
		}
		i++
	}
	return i, nil
}

// newRandom seeds ChaCha8 (a cryptographic generator) from the store's source.
func newRandom(r io.Reader) (*rand.Rand, error) {
	var seed [32]byte
	if _, err := io.ReadFull(r, seed[:]); err != nil {
		return nil, err
	}
	return rand.New(rand.NewChaCha8(seed)), nil
}

func (t *txn) insertVoucher(slot flow.Slot, v flow.Signed) error {
	r := v.Row
	if !endsIn(r.Serial, slot.Serial) {
		return fmt.Errorf("%w: %w", ErrDraft, ErrInTheName)
	}
	if len(v.COSE) == 0 || len(v.Before) == 0 || r.Hash == ([32]byte{}) || v.CTI == ([16]byte{}) {
		return ErrDraft
	}
	if r.Day == "" {
		r.Day = t.day()
	}
	t.tip.serial = slot.Serial
	_, err := t.exec(`INSERT INTO ledger(serial, name, cti, status_index, day, expiry_day, aud, purpose, clerk, flags, hash, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, int64(slot.Serial), r.Serial, v.CTI[:], int64(slot.Index), r.Day,
		r.ExpiryDay, r.Audience, r.Purpose, r.Clerk, strings.Join(r.Flags, ","), r.Hash[:], string(desk.StateSigned))
	return err
}

// keyFloor is the first serial that may be used after a database was lost: some below it may have been signed.
const keyFloor = "serial.floor"

func (t *txn) floor() (uint64, error) {
	v, err := t.get(keyFloor)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(string(v), 10, 64)
}

// endsIn tells whether a serial as people read it, "T01-000123", ends in the number.
func endsIn(name string, n uint64) bool {
	i := strings.LastIndexByte(name, '-')
	got, err := strconv.ParseUint(name[i+1:], 10, 64)
	return err == nil && i > 0 && got == n && len(name) <= 40
}

// enqueue takes the next seq and writes the sealed parcel. Serial is nil for parcels that are about no voucher.
func (t *txn) enqueue(kind string, serial *uint64, body []byte) (*queue.Parcel, []byte, error) {
	t.s.mu.Lock()
	sealer := t.s.sealer
	t.s.mu.Unlock()
	if sealer == nil {
		return nil, nil, ErrNoSealer
	}
	seq, err := t.lastSeq()
	if err != nil {
		return nil, nil, err
	}
	id, err := queue.NewID(t.s.c.Rand, t.day())
	if err != nil {
		return nil, nil, err
	}
	p, commitment, err := sealer.Seal(queue.Place{ID: id, Station: t.s.c.Station, Epoch: t.epoch, Seq: seq + 1, Kind: kind, Day: t.day()}, body)
	if err != nil {
		return nil, nil, err
	}
	var about any
	if serial != nil {
		about = int64(*serial)
	}
	if _, err := t.exec(`INSERT INTO job(seq, id, kind, serial, day, hash, size) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(p.Seq), p.ID[:], p.Kind, about, p.Day, p.Hash[:], p.Size); err != nil {
		return nil, nil, err
	}
	t.tip.seq = p.Seq
	_, err = t.exec(`INSERT INTO body(seq, sealed) VALUES (?, ?)`, int64(p.Seq), p.Sealed)
	return p, commitment, err
}

// lastSeq is the newest seq ever used, also of parcels whose tombstone is gone.
func (t *txn) lastSeq() (n uint64, err error) {
	err = t.row(`SELECT seq FROM sqlite_sequence WHERE name = 'job'`, nil, &n)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// SerialsLeft is how many serials the block still holds.
func (s *Store) SerialsLeft(ctx context.Context) (left uint64, err error) {
	s.mu.Lock()
	b := s.block
	s.mu.Unlock()
	if b.First == 0 || b.Last < b.First {
		return 0, nil
	}
	err = s.read(ctx, func(t *txn) error {
		var last uint64
		err := t.row(`SELECT coalesce(max(serial), 0) FROM ledger WHERE serial BETWEEN ? AND ?`, []any{int64(b.First), int64(b.Last)}, &last)
		if err != nil {
			return err
		}
		floor, err := t.floor()
		if used := max(last, b.First-1, max(floor, 1)-1); used < b.Last {
			left = b.Last - used
		}
		return err
	})
	return left, err
}

// jitter gives one second and a random part of min(15 min, 2 s · 2ⁿ): full jitter, so that counters that lost the
// network together do not come back together.
func (t *txn) jitter(attempts int) (time.Duration, error) {
	ceiling := 15 * time.Minute
	if attempts < 9 {
		ceiling = min(ceiling, 2*time.Second<<attempts)
	}
	var b [8]byte
	if _, err := io.ReadFull(t.s.c.Rand, b[:]); err != nil {
		return 0, err
	}
	return time.Second + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(ceiling)), nil
}
