package store

import (
	"context"
	"time"
)

// PrintJob is one job that was, or was about to be, handed to a printer.
type PrintJob struct {
	ID      int64
	Printer string // its URI
	Serial  string
	Hash    [32]byte // SHA-256 of the document
	Job     int      // the number that the printer gave it; 0: none yet
	Ended   string   // how it ended; empty: it has not
}

// printJobDays is how long an ended job is remembered: longer than any printer keeps its own list.
const printJobDays = 90

// IntendPrint notes a job before anything of it reaches the printer and gives its id.
func (s *Store) IntendPrint(ctx context.Context, j PrintJob) (id int64, err error) {
	err = s.write(ctx, func(t *txn) error {
		old := t.now.AddDate(0, 0, -printJobDays).Format(time.DateOnly)
		if _, err := t.exec(`DELETE FROM print_job WHERE ended <> '' AND submitted < ?`, old); err != nil {
			return err
		}
		return t.row(`INSERT INTO print_job(printer, serial, sha256, submitted) VALUES (?, ?, ?, ?) RETURNING id`,
			[]any{j.Printer, j.Serial, j.Hash[:], t.day()}, &id)
	})
	return id, err
}

// PrintMade notes the number that the printer gave a job.
func (s *Store) PrintMade(ctx context.Context, id int64, job int) error {
	return s.write(ctx, func(t *txn) error {
		return one(t.exec(`UPDATE print_job SET job = ? WHERE id = ?`, job, id))
	})
}

// PrintEnded notes how a job ended.
func (s *Store) PrintEnded(ctx context.Context, id int64, end string) error {
	return s.write(ctx, func(t *txn) error {
		return one(t.exec(`UPDATE print_job SET ended = ? WHERE id = ?`, end, id))
	})
}

// one is ErrNotFound where no row was changed.
func one(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// PrintJobs gives the jobs of a printer and serial, oldest first.
func (s *Store) PrintJobs(ctx context.Context, printer, serial string) (all []PrintJob, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT id, sha256, job, ended FROM print_job WHERE printer = ? AND serial = ? ORDER BY id`,
			[]any{printer, serial}, func(scan func(...any) error) error {
				j := PrintJob{Printer: printer, Serial: serial}
				var hash []byte
				if err := scan(&j.ID, &hash, &j.Job, &j.Ended); err != nil {
					return err
				}
				copy(j.Hash[:], hash)
				all = append(all, j)
				return nil
			})
	})
	return all, err
}
