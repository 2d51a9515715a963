package store_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/queue"
	"bangban/app/store"
)

// answered makes a request at the counter and its signed answer.
func answered(t *testing.T, r *rig, c *store.Store, at time.Time) (id string, a *queue.SubjectAnswer) {
	t.Helper()
	code, err := queue.NewReplyCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := code.Public()
	if err != nil {
		t.Fatal(err)
	}
	body := queue.SubjectBody{Ask: queue.AskHold, Name: "SPECIMEN", Reply: public}
	b, err := body.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if id, err = c.Put(t.Context(), queue.KindSubject, "01", b); err != nil {
		t.Fatal(err)
	}
	var last queue.Parcel
	if _, err := queue.Deliver(t.Context(), c, sink(func(b queue.Batch) ([]queue.Outcome, error) {
		last = b.Parcels[len(b.Parcels)-1]
		return nil, nil
	}), queue.Options{Now: true}); err != nil {
		t.Fatal(err)
	}
	e, err := queue.OpenEnvelope(last.Sealed, r.identify)
	if err != nil || e.Header.ID.String() != id {
		t.Fatal(e, err)
	}
	file, err := queue.SealAnswer(e, body, queue.AnswerText{Result: queue.SubjectDone, Text: "SPECIMEN"}, at, r.gateway)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = queue.OpenAnswer(file, r.receipts); err != nil {
		t.Fatal(err)
	}
	return id, a
}

// An answer is kept once, until it is handed over or nobody came for 90 days, and does not come back with an old stick.
func TestAnswers(t *testing.T) {
	r := newRig(t)
	conf := r.conf(filepath.Join(r.data()))
	now := conf.Now()
	conf.Now = func() time.Time { return now }
	c, err := store.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, waits, err := c.AnswersAfter(t.Context()); err != nil || waits {
		t.Fatalf("nothing was asked: %v %v", waits, err)
	}
	take := func(next int64, want int, all ...*queue.SubjectAnswer) {
		t.Helper()
		if n, err := c.TakeAnswers(t.Context(), all, next); err != nil || n != want {
			t.Fatalf("%d new, want %d: %v", n, want, err)
		}
	}
	id, a := answered(t, r, c, now)
	if after, waits, err := c.AnswersAfter(t.Context()); err != nil || !waits || after != 0 {
		t.Fatal(after, waits, err)
	}
	take(5, 1, a, a)
	take(0, 0, a)
	if after, waits, err := c.AnswersAfter(t.Context()); err != nil || waits || after != 5 {
		t.Fatal(after, waits, err)
	}
	if f, err := c.Answer(t.Context(), id); err != nil || string(f) != string(a.File()) {
		t.Fatal(err)
	}
	if err := c.AnswerGiven(t.Context(), id, "01"); err != nil {
		t.Fatal(err)
	}
	take(0, 0, a)
	for _, gone := range []string{id, "x", "01a21526-e400-7ef0-8e8c-4e5f4a6b7c8d"} {
		if _, err := c.Answer(t.Context(), gone); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", gone, err)
		}
		if err := c.AnswerGiven(t.Context(), gone, "01"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", gone, err)
		}
	}
	unclaimed, b := answered(t, r, c, now)
	take(0, 1, b)
	now = now.AddDate(0, 0, 91)
	_, late := answered(t, r, c, now)
	take(0, 1, late)
	if _, err := c.Answer(t.Context(), unclaimed); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody came for it: %v", err)
	}
	take(0, 0, b)
	rows, err := c.Subjects(t.Context())
	if err != nil || len(rows) != 3 || rows[0].Answered == "" || rows[1].Answered != "" || !rows[2].Given && rows[2].Answered != "" {
		t.Fatalf("%+v %v", rows, err)
	}
}
