package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/journal"
)

// sampleOf is how many of the papers that nothing is special about stand for one that is looked at.
const sampleOf = 10

// Days reconciles each day: issued = printed + spoiled + void, as long as none is open.
func (s *Store) Days(ctx context.Context) (rows []desk.DayRow, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT day, count(*), sum(state = 'handed-over'), sum(state = 'spoiled'), sum(state = 'void'),
			sum(state NOT IN ('handed-over', 'spoiled', 'void')) FROM ledger GROUP BY day ORDER BY day`, nil,
			func(scan func(...any) error) error {
				var r desk.DayRow
				err := scan(&r.Day, &r.Issued, &r.Printed, &r.Spoiled, &r.Void, &r.Open)
				rows = append(rows, r)
				return err
			})
	})
	return rows, err
}

// OpenDays lists the days that have papers and are not closed, oldest first. A day on which papers were issued after it was
// closed is open again: what its rows tell of their purpose is erased by the next closing only.
func (s *Store) OpenDays(ctx context.Context) (days []string, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT DISTINCT day FROM ledger WHERE day NOT IN (SELECT day FROM closed) OR aud <> '' ORDER BY day`, nil,
			func(scan func(...any) error) error {
				var day string
				err := scan(&day)
				days = append(days, day)
				return err
			})
	})
	return days, err
}

// BeginDay draws the papers of an open day that are looked at once more: every risky one, and by lot one in ten of the
// others. What was drawn stays drawn, so that nobody draws until the lot pleases.
func (s *Store) BeginDay(ctx context.Context, day string) (r *flow.DayReport, err error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, err
	}
	err = s.write(ctx, func(t *txn) error {
		closed, err := t.closer(day)
		if err != nil {
			return err
		}
		if closed == "" {
			if err := t.draw(day); err != nil {
				return err
			}
		}
		r, err = t.report(day)
		return err
	})
	return r, err
}

// Day is the report of a day as it stands. Nothing is drawn.
func (s *Store) Day(ctx context.Context, day string) (r *flow.DayReport, err error) {
	err = s.read(ctx, func(t *txn) error {
		r, err = t.report(day)
		return err
	})
	return r, err
}

func (t *txn) closer(day string) (clerk string, err error) {
	err = t.row(`SELECT clerk FROM closed WHERE day = ? AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.day = closed.day AND aud <> '')`, []any{day}, &clerk)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return clerk, err
}

func (t *txn) draw(day string) error {
	var risky, plain []uint64
	drawn := 0
	err := t.each(`SELECT `+ledgerColumns+`, EXISTS (SELECT 1 FROM review WHERE review.serial = ledger.serial AND why = 'sample'),
		EXISTS (SELECT 1 FROM review WHERE review.serial = ledger.serial) FROM ledger
		WHERE day = ? AND state IN ('handed-over', 'spoiled') ORDER BY serial`, []any{day}, func(scan func(...any) error) error {
		var sample, known bool
		r, err := scanLedger(func(into ...any) error { return scan(append(into, &sample, &known)...) })
		switch {
		case sample:
			drawn++
		case known:
		case flow.Risky(r.LedgerRow):
			risky = append(risky, r.number)
		default:
			plain = append(plain, r.number)
		}
		return err
	})
	if err != nil {
		return err
	}
	src, err := newRandom(t.s.c.Rand)
	if err != nil {
		return err
	}
	want := (len(plain) + drawn + sampleOf - 1) / sampleOf
	src.Shuffle(len(plain), func(i, j int) { plain[i], plain[j] = plain[j], plain[i] })
	for _, n := range plain[:min(max(want-drawn, 0), len(plain))] {
		if _, err := t.exec(`INSERT INTO review(serial, why) VALUES (?, ?)`, int64(n), flow.WhySample); err != nil {
			return err
		}
	}
	for _, n := range risky {
		if _, err := t.exec(`INSERT INTO review(serial, why) VALUES (?, ?)`, int64(n), flow.WhyRisk); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) report(day string) (*flow.DayReport, error) {
	r := &flow.DayReport{Day: day, Station: t.s.c.Station}
	var err error
	if r.Closed, err = t.closer(day); err != nil {
		return nil, err
	}
	if err := t.blocks(r); err != nil {
		return nil, err
	}
	err = t.each(`SELECT purpose, count(*) FROM ledger WHERE day = ? GROUP BY purpose ORDER BY count(*) DESC, purpose`, []any{day},
		func(scan func(...any) error) error {
			var one flow.DayTotal
			err := scan(&one.Purpose, &one.N)
			r.Totals = append(r.Totals, one)
			return err
		})
	if err != nil {
		return nil, err
	}
	if err := t.row(`SELECT coalesce(sum(max(copies - 1, 0)), 0) FROM ledger WHERE day = ?`, []any{day}, &r.Copies); err != nil {
		return nil, err
	}
	if err := t.row(`SELECT count(*) FROM ledger WHERE void_day = ? AND day < ?`, []any{day, day}, &r.Earlier); err != nil {
		return nil, err
	}
	return r, t.items(r)
}

// keyBlock and its first serial name a setting that holds a block's last one, written when serials are taken from it.
const keyBlock = "block."

// blocks counts the day by the blocks that its serials came from. A renewed delegation begins a new block: what is left of
// the old one is no gap, for a gap lies below the highest serial that a block has given.
func (t *txn) blocks(r *flow.DayReport) error {
	err := t.each(`SELECT coalesce(b.first, 0), coalesce(b.last, 0), min(l.serial), max(l.serial), count(*), sum(state = 'handed-over'),
		sum(state = 'spoiled'), sum(state = 'void'), sum(state NOT IN ('handed-over', 'spoiled', 'void'))
		FROM ledger l LEFT JOIN (SELECT CAST(substr(key, 7) AS INTEGER) AS first, CAST(CAST(value AS TEXT) AS INTEGER) AS last
			FROM setting WHERE key LIKE 'block.%') b ON l.serial BETWEEN b.first AND b.last
		WHERE day = ? GROUP BY b.first ORDER BY min(l.serial)`,
		[]any{r.Day}, func(scan func(...any) error) error {
			var b flow.DayBlock
			err := scan(&b.First, &b.Last, &b.From, &b.To, &b.Issued, &b.Printed, &b.Spoiled, &b.Void, &b.Open)
			r.Blocks = append(r.Blocks, b)
			return err
		})
	for i := range r.Blocks {
		b := &r.Blocks[i]
		first := b.First
		if first == 0 {
			first = b.From
		}
		var rows int
		if err := errors.Join(err, t.row(`SELECT count(*) FROM ledger WHERE serial BETWEEN ? AND ?`, []any{int64(first), int64(b.To)}, &rows)); err != nil {
			return err
		}
		b.Gaps = int(b.To-first) + 1 - rows
	}
	return err
}

func (t *txn) items(r *flow.DayReport) error {
	return t.each(`SELECT ledger.serial, name, state, day, expiry_day, aud, purpose, ledger.clerk, flags, copies, printed, hash,
		why, word, review.reason, review.clerk FROM review JOIN ledger USING (serial) WHERE day = ? ORDER BY why, ledger.serial`, []any{r.Day},
		func(scan func(...any) error) error {
			var it flow.DayItem
			row, err := scanLedger(func(into ...any) error {
				return scan(append(into, &it.Why, &it.Word, &it.Reason, &it.By)...)
			})
			it.LedgerRow = row.LedgerRow
			r.Items = append(r.Items, it)
			return err
		})
}

// Judge keeps a supervisor's word on a paper of an open day, with its leaf. Nobody approves what they issued
// ("own-work").
func (s *Store) Judge(ctx context.Context, it flow.DayItem) error {
	return s.write(ctx, func(t *txn) error {
		r, err := t.voucher(it.Serial)
		if err != nil {
			return err
		}
		closed, err := t.closer(r.Day)
		switch {
		case err != nil:
			return err
		case closed != "":
			return fail("day.judge", "day-closed", nil, "Day", r.Day)
		case it.Word == flow.Approved && it.By == r.Clerk:
			return fail("day.judge", "own-work", nil, "Serial", it.Serial)
		}
		n, err := t.exec(`UPDATE review SET word = ?, reason = ?, clerk = ? WHERE serial = ?`, string(it.Word), it.Reason, it.By, int64(r.number))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: review", ErrNotFound)
		}
		return t.note(journal.Event{Kind: journal.KindReviewed, Day: r.Day, Serial: it.Serial, Clerk: it.By, Code: string(it.Word)})
	})
}

// Report is the signed report of a closed day and the checkpoint that was signed with it.
type Report struct {
	Day, Clerk       string
	Text, Checkpoint []byte
}

// CloseDay closes a day: a leaf with the SHA-256 of the signed report, a checkpoint over it, and audience and purpose,
// which are kept only until now, erased. text gives the signed report. A day with open papers stays open ("day-open"), and
// so does one with papers that nobody has looked at ("day-unreviewed").
func (s *Store) CloseDay(ctx context.Context, day, clerk string, text func(*flow.DayReport) ([]byte, error)) (out Report, err error) {
	err = s.write(ctx, func(t *txn) error {
		r, err := t.report(day)
		if err != nil {
			return err
		}
		open, left := r.Sum().Open, r.Count(flow.Unreviewed)
		switch {
		case r.Closed != "":
			return fail("day.close", "day-closed", nil, "Day", day)
		case open > 0:
			return fail("day.close", "day-open", nil, "Day", day, "Open", fmt.Sprint(open))
		case left > 0:
			return fail("day.close", "day-unreviewed", nil, "Day", day, "Left", fmt.Sprint(left))
		}
		out = Report{Day: day, Clerk: clerk}
		if out.Text, err = text(r); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE ledger SET aud = '', purpose = '' WHERE day = ?`, day); err != nil {
			return err
		}
		sum := sha256.Sum256(out.Text)
		if err := t.note(journal.Event{Kind: journal.KindClosed, Day: day, Clerk: clerk, Number: uint64(r.Sum().Issued), Hash: sum[:]}); err != nil {
			return err
		}
		if _, out.Checkpoint, err = t.checkpoint(); err != nil {
			return err
		}
		_, err = t.exec(`INSERT OR REPLACE INTO closed(day, clerk, report, checkpoint) VALUES (?, ?, ?, ?)`, day, clerk, out.Text, out.Checkpoint)
		return err
	})
	if err != nil {
		return Report{}, err
	}
	return out, s.truncate(ctx)
}

// ClosedDay gives the report of a closed day; ErrNotFound where it is open.
func (s *Store) ClosedDay(ctx context.Context, day string) (r Report, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.row(`SELECT day, clerk, report, checkpoint FROM closed WHERE day = ?`, []any{day}, &r.Day, &r.Clerk, &r.Text, &r.Checkpoint)
	})
	return r, err
}

// Reprinted keeps that a copy was printed on a later visit from the person's own paper: its number, the flag that has it
// looked at, the record and the leaf. The paper's state stays.
func (s *Store) Reprinted(ctx context.Context, a desk.After) error {
	return s.write(ctx, func(t *txn) error {
		r, err := t.voucher(a.Serial)
		if err != nil {
			return err
		}
		if r.State != desk.StateHandedOver {
			return fail("voucher.reprint", "reprint-state", ErrState, "Serial", a.Serial)
		}
		a.State = r.State
		flags := r.Flags
		if !strings.Contains(strings.Join(flags, ","), flow.FlagReprint) {
			flags = append(flags, flow.FlagReprint)
		}
		if _, err := t.exec(`UPDATE ledger SET copies = max(copies, ?), flags = ? WHERE serial = ?`, a.Copies, strings.Join(flags, ","),
			int64(r.number)); err != nil {
			return err
		}
		return t.queueAfter("after", r.number, a)
	})
}
