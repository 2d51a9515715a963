package store

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"

	"github.com/google/uuid"
)

const (
	keyAnswers  = "answers.after"     // number of the newest answer that the gateway gave out
	answersKept = 90 * 24 * time.Hour // nobody came for it
	answerCame  = "came"              // codes of the journal
	answerGiven = "given"
)

// TakeAnswers keeps verified answers to requests of this station and forgets those that nobody came for. next is the
// number after which the gateway is to be asked the next time; 0: they came another way. It says how many are new.
func (s *Store) TakeAnswers(ctx context.Context, all []*queue.SubjectAnswer, next int64) (fresh int, err error) {
	err = s.write(ctx, func(t *txn) error {
		for _, a := range all {
			if a.Station != s.c.Station || a.Time.Before(t.now.Add(-answersKept)) {
				continue
			}
			n, err := t.exec(`INSERT INTO answer(id, day, file) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, a.ID[:], t.day(), a.File())
			if err != nil {
				return err
			}
			if n > 0 {
				fresh++
				if err := t.note(journal.Event{Kind: journal.KindAnswered, Day: t.day(), Parcel: a.Seq, Code: answerCame}); err != nil {
					return err
				}
			}
		}
		if _, err := t.exec(`DELETE FROM answer WHERE day < ?`, t.now.Add(-answersKept).Format(time.DateOnly)); err != nil || next == 0 {
			return err
		}
		return t.set(keyAnswers, binary.BigEndian.AppendUint64(nil, uint64(next)))
	})
	return fresh, err
}

// AnswersAfter says after which number the gateway is to be asked, and whether a request waits for its answer at all.
func (s *Store) AnswersAfter(ctx context.Context) (after int64, waits bool, err error) {
	err = s.read(ctx, func(t *txn) error {
		b, err := t.get(keyAnswers)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if len(b) == 8 {
			after = int64(binary.BigEndian.Uint64(b))
		}
		var n int
		err = t.row(`SELECT count(*) FROM job INDEXED BY job_subject WHERE kind = 'subject-request' AND day >= ? AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.id = job.id)`,
			[]any{t.now.Add(-answersKept).Format(time.DateOnly)}, &n)
		waits = n > 0
		return err
	})
	return after, waits, err
}

// SubjectRow is one request as the counter knows it: nobody's name.
type SubjectRow struct {
	ID       string `json:"id"`
	Day      string `json:"day"`
	State    string `json:"state"`              // of its parcel
	Answered string `json:"answered,omitempty"` // day on which the answer came; empty: not yet
	Given    bool   `json:"given,omitempty"`
}

// Subjects lists the requests, the newest first.
func (s *Store) Subjects(ctx context.Context) (rows []SubjectRow, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT job.id, job.day, job.state, coalesce(answer.day, ''), answer.id IS NOT NULL AND answer.file IS NULL FROM job INDEXED BY job_subject LEFT JOIN answer ON answer.id = job.id
			WHERE kind = 'subject-request' ORDER BY seq DESC LIMIT 1000`, nil, func(scan func(...any) error) error {
			var id []byte
			var state int
			var r SubjectRow
			if err := scan(&id, &r.Day, &state, &r.Answered, &r.Given); err != nil {
				return err
			}
			u, err := uuid.FromBytes(id)
			r.ID, r.State = u.String(), queue.State(state).String()
			rows = append(rows, r)
			return err
		})
	})
	return rows, err
}

// Answer gives the answer to a request as it came, or ErrNotFound.
func (s *Store) Answer(ctx context.Context, id string) (file []byte, err error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return nil, ErrNotFound
	}
	err = s.read(ctx, func(t *txn) error {
		return t.row(`SELECT file FROM answer WHERE id = ? AND file IS NOT NULL`, []any{u[:]}, &file)
	})
	return file, err
}

// AnswerGiven notes that a person has their answer, and forgets what it says.
func (s *Store) AnswerGiven(ctx context.Context, id, clerk string) error {
	u, err := uuid.Parse(id)
	if err != nil {
		return ErrNotFound
	}
	return s.write(ctx, func(t *txn) error {
		n, err := t.exec(`UPDATE answer SET file = NULL WHERE id = ? AND file IS NOT NULL`, u[:])
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		return t.note(journal.Event{Kind: journal.KindAnswered, Day: t.day(), Clerk: clerk, Code: answerGiven})
	})
}
