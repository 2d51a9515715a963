package station

import (
	"testing"

	"bangban/app/flow"
	"bangban/app/store"
)

// OpenVoids opens a note as a neighbour of the same institution would.
func OpenVoids(s *Station, data []byte) ([]store.Withdrawn, error) {
	n, err := openVoids(data, s.bundle.Institution, s.bundle.Issuer, s.clock.Time())
	if err != nil {
		return nil, err
	}
	return n.list, nil
}

// TotalsOf reads the purposes of a signed report.
func TotalsOf(report string) []flow.DayTotal { return totalsOf(report) }

// ClosedDay is the report of a day and its checkpoint.
func ClosedDay(t testing.TB, s *Station, day string) (report, checkpoint []byte) {
	t.Helper()
	r, err := s.store.ClosedDay(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	return r.Text, r.Checkpoint
}
