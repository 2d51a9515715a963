package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/people"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
	"bangban/app/store"

	"golang.org/x/mod/sumdb/note"
)

// counter is one open store with everything around it.
type counter struct {
	*store.Store
	*queuetest.World
	path  string
	now   time.Time
	known note.Verifiers // of checkpoints
	conf  store.Config
}

func newCounter(t testing.TB) *counter {
	t.Helper()
	w := queuetest.NewWorld(t)
	c := &counter{World: w, path: filepath.Join(t.TempDir(), "bangban.db"), now: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)}
	signer, err := journal.NewSigner(queuetest.Station, w.Identity)
	if err != nil {
		t.Fatal(err)
	}
	v, err := journal.NewVerifier(queuetest.Station, &w.Identity.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c.known = note.VerifierList(v)
	c.conf = store.Config{Path: c.path, Station: queuetest.Station, Now: func() time.Time { return c.now }, Sealer: w.Sealer,
		Signer: signer, Block: store.Block{First: 1, Last: 50}, StatusURI: "urn:specimen:status"}
	c.open(t)
	return c
}

func (c *counter) open(t testing.TB) {
	t.Helper()
	s, err := store.Open(t.Context(), c.conf)
	if err != nil {
		t.Fatal(err)
	}
	c.Store = s
	t.Cleanup(func() { s.Close() })
}

func verifiers(v note.Verifier) note.Verifiers { return note.VerifierList(v) }

const specimenName = "SPECIMEN QINGLAN"

// draft makes what a visit would: the name is in the record only.
func draft(slot flow.Slot) (flow.Signed, error) {
	b := desk.Before{Schema: 1, Station: queuetest.Station, At: slot.Now, OSTime: slot.Now, Clerk: "01", Purpose: "housing-fund",
		Recipient: "demo-bank", Person: desk.Person{Name: specimenName, Number: "SPECIMEN330106195003124417"}}
	if _, err := rand.Read(b.Salt[:]); err != nil {
		return flow.Signed{}, err
	}
	enc, err := b.Encode()
	if err != nil {
		return flow.Signed{}, err
	}
	cose := append([]byte("COSE of "), b.Salt[:]...)
	s := flow.Signed{Before: enc, COSE: cose, Row: desk.LedgerRow{Serial: serial(slot.Serial), State: desk.StateSigned,
		Day: slot.Now.Format(time.DateOnly), ExpiryDay: "2026-11-27", Audience: "demo-bank", Purpose: "housing-fund",
		Clerk: "01", Flags: []string{"software-key"}, Hash: sha256.Sum256(cose)}}
	copy(s.CTI[:], b.Salt[:])
	return s, nil
}

func serial(n uint64) string { return "T01-" + strings.Repeat("0", 5-len(itoa(n))+1) + itoa(n) }

func itoa(n uint64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func (c *counter) issue(t testing.TB) string {
	t.Helper()
	id, err := c.Issue(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func code(err error) string {
	var d *desk.Error
	if errors.As(err, &d) {
		return d.Code
	}
	return ""
}

func TestIssueWritesRowParcelAndLeaf(t *testing.T) {
	c := newCounter(t)
	id := c.issue(t)
	rows, err := c.Ledger(t.Context())
	if err != nil || len(rows) != 1 || rows[0].Serial != "T01-000001" || rows[0].State != desk.StateSigned || rows[0].Flags[0] != "software-key" {
		t.Fatalf("%+v %v", rows, err)
	}
	parcels, err := c.Parcels(t.Context(), store.Filter{Kind: queue.KindVoucher}, store.Page{})
	if err != nil || len(parcels) != 1 || parcels[0].ID != id || parcels[0].Seq != 1 || parcels[0].State != "waiting" {
		t.Fatalf("%+v %v", parcels, err)
	}
	rep, err := c.VerifyJournal(t.Context(), nil, c.known)
	if err != nil || rep.Acts[journal.KindSigned] != 1 || rep.Checkpoint.Parcels != 1 {
		t.Fatalf("%+v %v", rep, err)
	}
}

func TestFailedDraftUsesNothing(t *testing.T) {
	c := newCounter(t)
	own := &desk.Error{Op: "test", Code: "glyph-missing"}
	if _, err := c.Issue(t.Context(), func(flow.Slot) (flow.Signed, error) { return flow.Signed{}, own }); !errors.Is(err, own) {
		t.Fatalf("the draft's error is lost: %v", err)
	}
	for name, change := range map[string]func(*flow.Signed){
		"another serial": func(s *flow.Signed) { s.Row.Serial = "T01-000009" }, "no hash": func(s *flow.Signed) { s.Row.Hash = [32]byte{} },
		"no cose": func(s *flow.Signed) { s.COSE = nil }, "no before": func(s *flow.Signed) { s.Before = nil },
	} {
		_, err := c.Issue(t.Context(), func(slot flow.Slot) (flow.Signed, error) {
			s, err := draft(slot)
			change(&s)
			return s, err
		})
		if !errors.Is(err, store.ErrDraft) {
			t.Errorf("%s: %v", name, err)
		}
	}
	func() {
		defer func() { recover() }()
		c.Issue(t.Context(), func(flow.Slot) (flow.Signed, error) { panic("draft") })
	}()
	c.issue(t)
	rows, _ := c.Ledger(t.Context())
	st, _ := c.Stats(t.Context())
	if len(rows) != 1 || rows[0].Serial != "T01-000001" || st.Total != 1 {
		t.Fatalf("%+v %+v", rows, st)
	}
}

func TestSerialsEnd(t *testing.T) {
	c := newCounter(t)
	seen := map[uint64]bool{}
	inOrder := true
	for i := range 50 {
		if _, err := c.Issue(t.Context(), func(s flow.Slot) (flow.Signed, error) {
			if s.Index < 1 || s.Index > 50 || seen[s.Index] {
				t.Fatalf("index %d", s.Index)
			}
			seen[s.Index] = true
			inOrder = inOrder && s.Index == uint64(i+1)
			return draft(s)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if inOrder {
		t.Error("indexes are in the order of serials")
	}
	if left, err := c.SerialsLeft(t.Context()); left != 0 || err != nil {
		t.Fatalf("%d %v", left, err)
	}
	if _, err := c.Issue(t.Context(), draft); code(err) != "serials-used-up" {
		t.Fatalf("got %v", err)
	}
	c.SetBlock(store.Block{First: 101, Last: 110}, "urn:specimen:status")
	c.issue(t)
	rows, _ := c.Ledger(t.Context())
	if got := rows[len(rows)-1].Serial; got != "T01-000101" {
		t.Fatalf("first of the new block is %s", got)
	}
}

func TestFinish(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	if open, err := c.Unfinished(t.Context()); err != nil || len(open) != 1 {
		t.Fatalf("%v %v", open, err)
	}
	for _, s := range []desk.State{desk.StatePrinting, desk.StatePrinted, desk.StateProved} {
		if err := c.Mark(t.Context(), "T01-000001", s, 1); err != nil {
			t.Fatal(err)
		}
	}
	after := desk.After{Serial: "T01-000001", State: desk.StateHandedOver, Printed: true, Copies: 1, Clerk: "01", At: c.now}
	for range 3 {
		if err := c.Finish(t.Context(), after); err != nil {
			t.Fatal(err)
		}
	}
	if st, _ := c.Stats(t.Context()); st.Kinds[queue.KindAfter] != 1 {
		t.Fatalf("%+v", st)
	}
	spoiled := after
	spoiled.State = desk.StateSpoiled
	if err := c.Finish(t.Context(), spoiled); code(err) != "already-ended" {
		t.Fatalf("got %v", err)
	}
	void := after
	void.State = desk.StateVoid
	if err := c.Finish(t.Context(), void); err != nil {
		t.Fatal(err)
	}
	if st, _ := c.Stats(t.Context()); st.Kinds[queue.KindVoid] != 1 {
		t.Fatalf("%+v", st)
	}
	if err := c.Finish(t.Context(), desk.After{Serial: "T01-000009", State: desk.StateVoid}); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	if err := c.Mark(t.Context(), "T01-000001", desk.StateHandedOver, 1); !errors.Is(err, store.ErrState) {
		t.Fatalf("got %v", err)
	}
}

func TestCloseDayErasesAudienceAndPurpose(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	if err := closeDay(c, t, "2026-11-26", "02"); code(err) != "day-open" {
		t.Fatalf("got %v", err)
	}
	if err := c.Finish(t.Context(), desk.After{Serial: "T01-000001", State: desk.StateSpoiled, At: c.now}); err != nil {
		t.Fatal(err)
	}
	if err := closeDay(c, t, "2026-11-26", "02"); err != nil {
		t.Fatal(err)
	}
	row, err := c.Voucher(t.Context(), "T01-000001")
	if err != nil || row.Audience != "" || row.Purpose != "" || row.Serial == "" {
		t.Fatalf("%+v %v", row, err)
	}
	if days, _ := c.Days(t.Context()); len(days) != 1 || days[0] != (desk.DayRow{Day: "2026-11-26", Issued: 1, Spoiled: 1}) {
		t.Fatalf("%+v", days)
	}
}

func TestUses(t *testing.T) {
	c := newCounter(t)
	ctx := context.Background()
	a, b := [16]byte{1}, [16]byte{2}
	if err := c.See(ctx, "urn:x", 7, a, "demo-bank"); err != nil {
		t.Fatal(err)
	}
	if err := c.See(ctx, "urn:x", 7, b, "demo-bank"); !errors.Is(err, store.ErrReused) {
		t.Fatalf("got %v", err)
	}
	r := store.Redemption{Issuer: "urn:x", Serial: 7, ID: a, Audience: "demo-bank", Max: 2}
	for want := uint64(1); want <= 2; want++ {
		if n, err := c.Redeem(ctx, r); n != want || err != nil {
			t.Fatalf("%d %v", n, err)
		}
	}
	if _, err := c.Redeem(ctx, r); !errors.Is(err, store.ErrUsedUp) {
		t.Fatalf("got %v", err)
	}
	r.ID = b
	if _, err := c.Redeem(ctx, r); !errors.Is(err, store.ErrReused) {
		t.Fatalf("got %v", err)
	}
	if u, err := c.Used(ctx, "urn:x", 7); err != nil || u != (store.Use{Seen: true, ID: a, Count: 2}) {
		t.Fatalf("%+v %v", u, err)
	}
	if u, err := c.Used(ctx, "urn:y", 7); err != nil || u.Seen {
		t.Fatalf("%+v %v", u, err)
	}
}

func TestAttemptsSettingsTime(t *testing.T) {
	c := newCounter(t)
	ctx := context.Background()
	at := c.Attempts()
	one, two := people.Tally{Failed: 1, Event: 1}, people.Tally{Failed: 2, Event: 2, Until: c.now.Add(time.Minute)}
	if got, err := at.Load(ctx, "01"); err != nil || got != (people.Tally{}) {
		t.Fatalf("%+v %v", got, err)
	}
	if err := errors.Join(at.Save(ctx, "01", people.Tally{}, one), at.Save(ctx, "01", one, two)); err != nil {
		t.Fatal(err)
	}
	if err := at.Save(ctx, "01", one, two); !errors.Is(err, people.ErrRaced) {
		t.Fatalf("got %v", err)
	}
	if got, err := at.Load(ctx, "01"); err != nil || got.Failed != 2 || !got.Until.Equal(two.Until) {
		t.Fatalf("%+v %v", got, err)
	}
	if v, err := c.Get(ctx, "lang"); v != nil || err != nil {
		t.Fatalf("%s %v", v, err)
	}
	if err := c.Set(ctx, "lang", []byte("zh-Hans")); err != nil {
		t.Fatal(err)
	}
	if v, _ := c.Get(ctx, "lang"); !bytes.Equal(v, []byte("zh-Hans")) {
		t.Fatalf("%s", v)
	}
	if at, err := c.MaxTime(ctx); err != nil || !at.IsZero() {
		t.Fatalf("%v %v", at, err)
	}
	later := c.now.Add(48 * time.Hour)
	if err := errors.Join(c.Saw(ctx, later), c.Saw(ctx, c.now)); err != nil {
		t.Fatal(err)
	}
	if at, err := c.MaxTime(ctx); err != nil || !at.Equal(later) {
		t.Fatalf("%v %v", at, err)
	}
}
