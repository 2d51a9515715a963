package inbox_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/queue/queuetest"
	"bangban/app/store"
)

// line is a counter on one side and an inbox on the other.
type line struct {
	*queuetest.World
	box   *store.Store
	inbox *lite.Store
	stick string
}

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{World: queuetest.NewWorld(t), stick: filepath.Join(t.TempDir(), "stick")}
	l.box = l.counter(t)
	var err error
	if l.inbox, err = lite.Open(t.Context(), filepath.Join(t.TempDir(), "inbox.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.inbox.Close() })
	return l
}

func (l *line) counter(t *testing.T) *store.Store {
	t.Helper()
	signer, err := journal.NewSigner(queuetest.Station, l.Identity)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "bangban.db"), Station: queuetest.Station,
		Now: func() time.Time { return now }, Sealer: l.Sealer, Signer: signer, Block: store.Block{First: 1, Last: 100}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func issue(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.Issue(t.Context(), func(slot flow.Slot) (flow.Signed, error) {
		b := desk.Before{Schema: 1, Station: "T01", At: now, OSTime: now, Expires: now.Add(24 * time.Hour), Clerk: "01", Purpose: "housing-fund",
			Person: desk.Person{Name: "SPECIMEN QINGLAN"}, Consent: desk.Consent{Answer: desk.YesOwn, At: now}}
		if _, err := rand.Read(b.Salt[:]); err != nil {
			return flow.Signed{}, err
		}
		enc, err := b.Encode()
		cose := append([]byte("COSE "), b.Salt[:]...)
		return flow.Signed{Before: enc, COSE: cose, CTI: b.Salt, Row: desk.LedgerRow{Serial: fmt.Sprintf("T01-%06d", slot.Serial),
			Day: "2026-11-26", Clerk: "01", Hash: sha256.Sum256(cose)}}, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (l *line) export(t *testing.T, s *store.Store, carried bool) {
	t.Helper()
	if _, err := queue.Deliver(t.Context(), s, folder.New(l.stick), queue.Options{Receipts: l.Receipts, Carried: carried}); err != nil {
		t.Fatal(err)
	}
}

func (l *line) take(t *testing.T) *inbox.Report {
	t.Helper()
	rep, err := inbox.TakeExport(t.Context(), l.stick, inbox.Deps{Store: l.inbox, Identify: l.Identify, Receipts: l.Gateway, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (l *line) receipts(t *testing.T, s *store.Store) (queue.Settled, int) {
	t.Helper()
	raw, err := queue.Receipts(l.stick)
	if err != nil {
		t.Fatal(err)
	}
	done, bad, err := queue.TakeReceipts(t.Context(), s, raw, l.Receipts)
	if err != nil {
		t.Fatal(err)
	}
	return done, bad
}

// T1 → export → inbox → record → receipt → purge, and a second round with what came after.
func TestWholeLine(t *testing.T) {
	l := newLine(t)
	issue(t, l.box)
	issue(t, l.box)
	if err := l.box.Finish(t.Context(), desk.After{Serial: "T01-000001", State: desk.StateHandedOver, Printed: true, Copies: 1, Clerk: "01", At: now}); err != nil {
		t.Fatal(err)
	}
	l.export(t, l.box, false)
	rep := l.take(t)
	if rep.Accepted != 3 || len(rep.Refs) != 3 || len(rep.Unproven) != 0 || rep.Checkpoint == 0 {
		t.Fatalf("%+v", rep)
	}
	var lines []inbox.Line
	if err := inbox.Records(t.Context(), l.inbox, l.Identify, []*queue.HolderKey{l.Second}, rep.Refs, func(x inbox.Line) error {
		lines = append(lines, x)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"seq":1,"kind":"voucher","serial":"T01-000001"`, `"name":"SPECIMEN QINGLAN"`, `"cose":"Q09TRS`, `"answer":"yes"`, `"purpose":"housing-fund"`} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%s is not in %s", want, first)
		}
	}
	if last := lines[2]; last.Kind != "after" || last.Serial != "T01-000001" || last.After["state"] != "handed-over" {
		t.Errorf("%v", last.After)
	}
	if s := fmt.Sprintf("%v %+v", lines[0], lines); strings.Contains(s, "QINGLAN") {
		t.Errorf("a line prints itself: %s", s)
	}
	if done, bad := l.receipts(t, l.box); done.Purged != 3 || bad != 0 {
		t.Fatalf("%+v %d", done, bad)
	}
	if st, _ := l.box.Stats(t.Context()); st.States[queue.StatePurged] != 3 || st.Unsent != 0 {
		t.Fatalf("%+v", st)
	}
	issue(t, l.box)
	l.export(t, l.box, false)
	if rep := l.take(t); rep.Accepted != 1 || rep.Duplicate != 3 || len(rep.Unproven) != 0 {
		t.Fatalf("second round: %+v", rep)
	}
	if done, _ := l.receipts(t, l.box); done.Purged != 1 || done.Again != 3 {
		t.Fatalf("second round: %+v", done)
	}
}

// A stick that was lost: the next export proves its checkpoint from what the inbox really holds.
func TestLostStick(t *testing.T) {
	l := newLine(t)
	issue(t, l.box)
	l.export(t, l.box, false)
	l.take(t)
	issue(t, l.box)
	l.export(t, l.box, false)
	if err := os.RemoveAll(l.stick); err != nil {
		t.Fatal(err)
	}
	issue(t, l.box)
	l.export(t, l.box, true)
	if rep := l.take(t); rep.Accepted != 2 || rep.Duplicate != 1 || len(rep.Unproven) != 0 {
		t.Fatalf("%+v", rep)
	}
	if done, _ := l.receipts(t, l.box); done.Purged != 3 {
		t.Fatalf("%+v", done)
	}
}

// A copied database that went on elsewhere: the numbers hold other bytes, nothing is overwritten, nothing is purged, and
// the journal that does not continue the one held is reported.
func TestForkedCounter(t *testing.T) {
	l := newLine(t)
	issue(t, l.box)
	l.export(t, l.box, false)
	l.take(t)
	clone := l.counter(t)
	issue(t, clone)
	issue(t, clone)
	l.stick = filepath.Join(t.TempDir(), "other")
	l.export(t, clone, false)
	rep := l.take(t)
	if len(rep.Forks) != 1 || rep.Forks[0] != 1 || rep.Accepted != 1 || len(rep.Unproven) != 1 {
		t.Fatalf("%+v", rep)
	}
	done, _ := l.receipts(t, clone)
	if len(done.Forks) != 1 || done.Purged != 1 {
		t.Fatalf("%+v", done)
	}
	if st, _ := clone.Stats(t.Context()); st.States[queue.StateHeld] != 1 {
		t.Fatalf("%+v", st)
	}
}

func TestRefusals(t *testing.T) {
	l := newLine(t)
	for range 3 {
		issue(t, l.box)
	}
	l.export(t, l.box, false)
	files, _ := queue.Batches(l.stick)
	b, err := queue.ReadBatch(files[0])
	if err != nil {
		t.Fatal(err)
	}
	stranger := queuetest.NewWorld(t)
	b.Parcels[1] = stranger.Parcel(t, 2, nil)
	b.Parcels[2] = l.Parcel(t, 9, nil) // signed by the station, under another number
	b.Parcels[2].Seq = 3
	data, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.stick, "T01-1-8-9.bangban"), data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	rep := l.take(t)
	want := []inbox.Refusal{{Seq: 2, Reason: "wrong-signature"}, {Seq: 3, Reason: "wrong-place"}}
	if rep.Accepted != 1 || len(rep.Damaged) != 1 || fmt.Sprint(rep.Refused) != fmt.Sprint(want) {
		t.Fatalf("%+v", rep)
	}
}

// failing is a store that cannot commit.
type failing struct{ inbox.Store }

func (failing) Take(context.Context, inbox.Intake) ([]inbox.Taken, error) {
	return nil, errors.New("test: disk full")
}

// No receipt without a commit.
func TestNoReceiptBeforeTheCommit(t *testing.T) {
	l := newLine(t)
	issue(t, l.box)
	l.export(t, l.box, false)
	_, err := inbox.TakeExport(t.Context(), l.stick, inbox.Deps{Store: failing{l.inbox}, Identify: l.Identify, Receipts: l.Gateway, Now: func() time.Time { return now }})
	if err == nil {
		t.Fatal("taken without a commit")
	}
	if raw, _ := queue.Receipts(l.stick); len(raw) != 0 {
		t.Fatalf("%d receipts without a commit", len(raw))
	}
}

func TestRecordsNeedsTheKey(t *testing.T) {
	l := newLine(t)
	issue(t, l.box)
	l.export(t, l.box, false)
	rep := l.take(t)
	stranger, err := queue.GenerateHolder(queue.SuiteXWing, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	err = inbox.Records(t.Context(), l.inbox, l.Identify, []*queue.HolderKey{stranger}, rep.Refs, func(inbox.Line) error { return nil })
	if !errors.Is(err, queue.ErrRecipient) {
		t.Fatalf("got %v", err)
	}
}
