package sam_test

import (
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/sam"
)

// pulledAt lays a card, lifts it in the middle of its reading and gives the event that showed it. done gives the line
// back: until then no look falls between.
func pulledAt(t *testing.T, r *rig, next func(cardreader.EventKind) cardreader.Event, when string) (seen cardreader.Event, done func()) {
	t.Helper()
	r.m.Lay(specimen(t, "cnid"))
	seen = next(cardreader.Present)
	if when == "selection" {
		r.m.Fail(0x20, 2, 0, 0, 0x81)
		if _, err := r.reader(t).Connect(context.Background()); code(err) != sam.CodeLift {
			t.Fatalf("selected: %v", err)
		}
		r.m.Fail(0x20, 2, 0, 0, 0)
		return seen, func() {}
	}
	c, err := r.reader(t).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	switch when {
	case "text":
		r.m.Lift()
	case "random number":
		r.m.Fail(0x30, 1, 0, 0, 0x47)
	case "address":
		r.m.Fail(0x30, 3, 0, 0, 0x41)
	}
	if _, err := readKind(c); code(err) != cardreader.CodePulled {
		t.Fatalf("lifted: %v", err)
	}
	r.m.Fail(0x30, 1, 0, 0, 0)
	r.m.Fail(0x30, 3, 0, 0, 0)
	return seen, func() { c.Close() }
}

// A card that is lifted while it is read and laid anew before anybody looked again is another laying-on, and the watcher
// is told: a reading that waits for it would else wait for ever.
func TestRelaidBeforeTheNextLook(t *testing.T) {
	for _, when := range []string{"selection", "random number", "text", "address"} {
		t.Run(when, func(t *testing.T) {
			r := newRig(t)
			next := watch(t, r.system.Watch)
			seen, done := pulledAt(t, r, next, when)
			r.m.Lay(specimen(t, "cnid"))
			done()
			again := next(cardreader.Present)
			for again.Count < seen.Count+2 { // one more look may have seen it lie there before it was laid anew
				again = next(cardreader.Present)
			}
			c := r.connect(t)
			if doc, err := readKind(c); err != nil || doc.Subject != specimen(t, "cnid").Truth {
				t.Errorf("laid anew: %v", err)
			}
		})
	}
}

// The control: one that is not laid down again is gone, and one that was read whole is not told anew.
func TestLiftedForGood(t *testing.T) {
	r := newRig(t)
	next := watch(t, r.system.Watch)
	seen, done := pulledAt(t, r, next, "text")
	done()
	if gone := next(cardreader.Empty); gone.Count != seen.Count+1 {
		t.Errorf("count %d after %d: not lifted once", gone.Count, seen.Count)
	}
	if _, err := r.reader(t).Connect(context.Background()); !errors.Is(err, cardreader.ErrNoCard) {
		t.Errorf("%v", err)
	}
	r.m.Lay(specimen(t, "cnid"))
	read := next(cardreader.Present)
	c := r.connect(t)
	if _, err := readKind(c); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := r.reader(t).Connect(context.Background()); code(err) != sam.CodeLift { // this looks, and so do the watchers
		t.Errorf("it lies there still: %v", err)
	}
	if e := watch(t, r.system.Watch)(cardreader.Present); e.Count != read.Count {
		t.Errorf("count %d after %d: told anew", e.Count, read.Count)
	}
}
