package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/queue"
)

const ledgerColumns = `serial, name, state, day, expiry_day, aud, purpose, clerk, flags, copies, printed, hash`

type ledgerRow struct {
	desk.LedgerRow
	number  uint64
	printed bool
}

func scanLedger(scan func(...any) error) (r ledgerRow, err error) {
	var flags string
	var hash []byte
	err = scan(&r.number, &r.Serial, &r.State, &r.Day, &r.ExpiryDay, &r.Audience, &r.Purpose, &r.Clerk, &flags, &r.Copies, &r.printed, &hash)
	if flags != "" {
		r.Flags = strings.Split(flags, ",")
	}
	copy(r.Hash[:], hash)
	return r, err
}

func (t *txn) voucher(serial string) (r ledgerRow, err error) {
	found := false
	err = t.each(`SELECT `+ledgerColumns+` FROM ledger WHERE name = ?`, []any{serial}, func(scan func(...any) error) error {
		found = true
		r, err = scanLedger(scan)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("%w: serial", ErrNotFound)
	}
	return r, err
}

// Mark implements flow.Commit. On a paper that has ended only the copies change: a reprint from the person's own paper.
func (s *Store) Mark(ctx context.Context, serial string, state desk.State, copies int) error {
	if !slices.Contains([]desk.State{desk.StatePrinting, desk.StatePrinted, desk.StateProved}, state) {
		return fmt.Errorf("%w: %s is no mark", ErrState, state)
	}
	return s.write(ctx, func(t *txn) error {
		r, err := t.voucher(serial)
		if err != nil {
			return err
		}
		next := state
		if r.State.Ended() {
			next = r.State
		}
		printed := r.printed || state != desk.StatePrinting
		if _, err := t.exec(`UPDATE ledger SET state = ?, copies = max(copies, ?), printed = ? WHERE serial = ?`,
			string(next), copies, printed, int64(r.number)); err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindMarked, Day: t.day(), Serial: serial, Code: string(state), Number: uint64(max(copies, 0))})
	})
}

// Finish implements flow.Commit: T2. A paper that was handed over or spoiled may still be voided; any other second end
// is refused with the desk code "already-ended".
func (s *Store) Finish(ctx context.Context, a desk.After) error {
	if !a.State.Ended() {
		return fmt.Errorf("%w: %s is no end", ErrState, a.State)
	}
	return s.write(ctx, func(t *txn) error {
		r, err := t.voucher(a.Serial)
		if err != nil {
			return err
		}
		if r.State == a.State {
			return nil
		}
		kind := queue.KindAfter
		if r.State.Ended() {
			if a.State != desk.StateVoid {
				return fail("voucher.finish", "already-ended", ErrState, "Serial", a.Serial, "State", string(r.State))
			}
			kind = queue.KindVoid
		}
		voided := ""
		if a.State == desk.StateVoid {
			voided = t.day()
		}
		if _, err := t.exec(`UPDATE ledger SET state = ?, copies = max(copies, ?), printed = max(printed, ?), reason = ?, void_day = ?
			WHERE serial = ?`, string(a.State), a.Copies, a.Printed, a.Reason, voided, int64(r.number)); err != nil {
			return err
		}
		return t.queueAfter(kind, r.number, a)
	})
}

func (t *txn) queueAfter(kind string, number uint64, a desk.After) error {
	enc, err := a.Encode()
	if err != nil {
		return err
	}
	body, err := queue.AfterBody{Serial: a.Serial, After: enc}.Encode()
	if err != nil {
		return err
	}
	p, commitment, err := t.enqueue(kind, &number, body)
	if err != nil {
		return err
	}
	if a.Approver != "" {
		if err := t.note(journal.Event{Kind: journal.KindApproved, Day: t.day(), Serial: a.Serial, Clerk: a.Approver, Code: kind}); err != nil {
			return err
		}
	}
	return t.note(journal.Event{Kind: journal.KindEnded, Day: t.day(), Serial: a.Serial, Parcel: p.Seq, Clerk: a.Clerk,
		Code: string(a.State), Number: uint64(max(a.Copies, 0)), Commitment: commitment, Hash: p.Hash[:]})
}

// Unfinished implements flow.Commit.
func (s *Store) Unfinished(ctx context.Context) ([]desk.LedgerRow, error) {
	return s.ledger(ctx, `WHERE state NOT IN ('handed-over', 'spoiled', 'void') ORDER BY serial`)
}

// Ledger gives all rows, oldest first.
func (s *Store) Ledger(ctx context.Context) ([]desk.LedgerRow, error) {
	return s.ledger(ctx, `ORDER BY serial`)
}

// Voucher gives one row.
func (s *Store) Voucher(ctx context.Context, serial string) (row desk.LedgerRow, err error) {
	err = s.read(ctx, func(t *txn) error {
		r, err := t.voucher(serial)
		row = r.LedgerRow
		return err
	})
	return row, err
}

func (s *Store) ledger(ctx context.Context, where string, args ...any) (rows []desk.LedgerRow, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT `+ledgerColumns+` FROM ledger `+where, args, func(scan func(...any) error) error {
			r, err := scanLedger(scan)
			rows = append(rows, r.LedgerRow)
			return err
		})
	})
	return rows, err
}

// Put queues a record of another kind: verification, mandate, redeem, request. Body is CBOR, see queue.EncodeBody.
func (s *Store) Put(ctx context.Context, kind, clerk string, body []byte) (parcel string, err error) {
	if kind == queue.KindVoucher || kind == queue.KindAfter || kind == queue.KindVoid {
		return "", errors.New("store: vouchers are queued by Issue and Finish")
	}
	err = s.write(ctx, func(t *txn) error {
		p, commitment, err := t.enqueue(kind, nil, body)
		if err != nil {
			return err
		}
		parcel = p.ID.String()
		return t.note(journal.Event{Kind: journal.KindQueued, Day: t.day(), Parcel: p.Seq, Clerk: clerk, Code: kind, Commitment: commitment, Hash: p.Hash[:]})
	})
	return parcel, err
}
