package store

import "context"

// PrintsOf gives the jobs of a serial on all printers, oldest first.
func (s *Store) PrintsOf(ctx context.Context, serial string) (all []PrintJob, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT id, printer, sha256, job, ended FROM print_job WHERE serial = ? ORDER BY id`,
			[]any{serial}, func(scan func(...any) error) error {
				j := PrintJob{Serial: serial}
				var hash []byte
				if err := scan(&j.ID, &j.Printer, &hash, &j.Job, &j.Ended); err != nil {
					return err
				}
				copy(j.Hash[:], hash)
				all = append(all, j)
				return nil
			})
	})
	return all, err
}
