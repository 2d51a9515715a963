package station_test

import (
	"path/filepath"
	"testing"

	parcels "bangban/app/queue"
)

// intake gives the keys that open the outside of sticks.
func (f *realOffice) intake() (all []*parcels.HolderKey) {
	f.t.Helper()
	held, err := f.inst.IntakeKeys()
	f.must(err)
	for _, h := range held {
		k, err := parcels.NewHolderKey(h.Private())
		f.must(err)
		all = append(all, k)
	}
	return all
}

// A stick is brought to the gateway by a counter; its receipts lie on the stick then and purge what was carried.
func TestCarryStick(t *testing.T) {
	ctx := t.Context()
	f := newRealOffice(t)
	address, box, _ := f.serve("127.0.0.1:0", "", nil)
	s := f.online(address)
	f.hire(s)
	f.must(s.Close())
	s = open(t, f.options())
	f.begin(t, s).issue()
	stick := filepath.Join(t.TempDir(), "stick")
	_, err := s.Export(ctx, stick)
	f.must(err)
	for range 2 { // twice is once
		sum, err := s.CarryStick(ctx, stick)
		f.must(err)
		if sum.Files == 0 || sum.Taken < 2 || sum.Refused != 0 || len(sum.Unsealed) != 0 {
			t.Fatalf("%+v", sum)
		}
	}
	got, err := s.Receipts(ctx, stick)
	f.must(err)
	stats, err := s.QueueStats(ctx)
	f.must(err)
	rows, err := box.Stations(ctx)
	f.must(err)
	if got.Purged != 2 || got.Refused+got.Forks != 0 || stats.Unsent != 0 || rows[0].Parcels != 2 || rows[0].Forks != 0 {
		t.Fatalf("%+v, %d unsent, %+v", got, stats.Unsent, rows)
	}
	if _, err := s.CarryStick(ctx, filepath.Join(stick, "no-such")); codeOf(err) != "file-unreadable" {
		t.Fatalf("no stick: %v", err)
	}
}
