package station_test

import (
	"bytes"
	"context"
	"testing"

	"bangban/app/flow"
)

// TestShownAtTheCounter judges the counter's own paper as F5 does, keeps the result and prints a receipt of it: one parcel
// of the kind verification, and nothing of the person in it or on the receipt's name.
func TestShownAtTheCounter(t *testing.T) {
	s := open(t, options(t))
	defer shut(t, s)
	p := issue(t, s)
	before, err := s.NewestParcels(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	w := flow.NewShowing(context.Background(), s.Shows(), s.Now, func(fn func()) { fn() }, nil)
	for _, press := range []func() error{func() error { return w.Open("01", "zh-Hans") }, w.Ask, w.Yes,
		func() error { return w.Present(bytes.Clone(picture(t, p.text))) }} {
		if err := press(); err != nil {
			t.Fatal(err)
		}
	}
	st := w.State()
	if st.Step != flow.ShowVerdict || st.Problem != nil || st.Parcel == "" || st.Shown.Outcome != flow.Valid {
		t.Fatalf("%v, outcome %v, %v", st.Step, st.Shown, st.Problem)
	}
	if err := w.Receipt(); err != nil || !w.State().Printed {
		t.Errorf("receipt: %v, %v", err, w.State().Problem)
	}
	after, err := s.NewestParcels(context.Background(), 0, 100)
	if err != nil || len(after) != len(before)+1 || after[0].Kind != "verification" || after[0].ID != st.Parcel {
		t.Errorf("%d parcels more, %v", len(after)-len(before), err)
	}
}
