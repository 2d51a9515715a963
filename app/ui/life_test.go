package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// secondPerson proves who gives a second word, by the same PIN as everybody's.
type secondPerson struct{}

func (secondPerson) Supervisors() []desk.Clerk { return []desk.Clerk{flowtest.Supervisor()} }
func (secondPerson) Auditors() []desk.Clerk {
	return []desk.Clerk{flowtest.Supervisor(), {ID: "07", Name: "SPECIMEN 审计", Roles: []desk.Role{desk.RoleAuditor}}}
}

func (secondPerson) Approve(_ context.Context, id string, proof Proof) (desk.Clerk, error) {
	if proof.PIN+proof.CardPIN != "246810" {
		return desk.Clerk{}, &desk.Error{Code: "login-wrong-pin", Args: map[string]string{"Left": "4"}}
	}
	return flowtest.Supervisor(), nil
}

func (p secondPerson) Audit(ctx context.Context, id string, proof Proof) (desk.Clerk, error) {
	if _, err := p.Approve(ctx, id, proof); err != nil {
		return desk.Clerk{}, err
	}
	return p.Auditors()[1], nil
}

// acts is a journal of 23 leaves.
type acts struct{ broken bool }

func (acts) Acts(_ context.Context, offset, limit int) (all []flow.Act, total int, err error) {
	kinds := []string{"signed", "marked", "ended", "receipt", "login"}
	for n := 23 - offset; n > 0 && len(all) < limit; n-- {
		all = append(all, flow.Act{N: n, Kind: kinds[n%5], Day: "2027-03-01", Serial: fmt.Sprintf("T01-%06d", n), Clerk: "01", Parcel: uint64(n), Code: "handed-over"})
	}
	return all, 23, nil
}

func (a acts) Prove(context.Context) (flow.Proof, error) {
	if a.broken {
		return flow.Proof{}, &desk.Error{Code: "journal-broken"}
	}
	return flow.Proof{Acts: 23, Parcels: 17}, nil
}

// carrying is a queue that can be sent and carried.
type carrying struct {
	q    *fakeQueue
	dirs []string
}

func (c *carrying) SendNow(context.Context) (int, error) { return 3, nil }

func (c *carrying) Carry(_ context.Context, dir string) (int, error) {
	c.dirs = append(c.dirs, dir)
	if dir == "/bad" {
		return 0, &desk.Error{Code: "file-unwritable", Args: map[string]string{"File": dir}, Err: errors.New("read-only")}
	}
	return 12, nil
}

func (c *carrying) TakeIn(context.Context, string) (flow.TakenIn, error) {
	return flow.TakenIn{Receipts: 5, Void: 1}, nil
}

func (c *carrying) ParcelsIn(_ context.Context, state string, offset, limit int) (rows []desk.ParcelRow, err error) {
	var all []desk.ParcelRow
	for _, r := range c.q.rows {
		if state == "" || r.State == state {
			all = append(all, r)
		}
	}
	if offset >= len(all) {
		return nil, nil
	}
	return all[offset:min(offset+limit, len(all))], nil
}

// life gives a rig everything about papers of before, the day, the journal and the queue.
func (r *rig) life(d *Deps, f *flowtest.Fakes) {
	r.days = flowtest.NewDays()
	at := func(fn func()) { fn() }
	d.Approver, d.Journal, d.Carry = secondPerson{}, acts{}, &carrying{q: r.queue}
	d.Purposes = func() []desk.Purpose { return flowtest.Purposes() }
	d.Take = flow.NewTakeback(context.Background(), f.Papers, f.Clock.Now, at, nil)
	d.Day = flow.NewDayEnd(context.Background(), r.days, at, nil)
}

// approve enters a second person's PIN.
func (r *rig) approve() {
	r.t.Helper()
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy })
	r.pass(time.Second)
}

// handOut gives a paper out and is ready again.
func (r *rig) handOut() (text string) {
	r.t.Helper()
	r.toHandOver()
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	r.f.Cards.Lift(flowtest.Reader)
	r.key(fyne.KeyReturn)
	r.step(flow.Ready)
	all := r.f.Signer.Signed()
	v := all[len(all)-1]
	return fmt.Sprintf("FLOWTEST %d %X", v.Terms.Serial, v.ID)
}

func (r *rig) toTakeReason() {
	r.t.Helper()
	text := r.handOut()
	r.key(fyne.KeyF8)
	r.until(func() bool { return r.c.take.Step == flow.TakeFind })
	r.pass(time.Second)
	r.scan(text)
	r.until(func() bool { return r.c.take.Step == flow.TakeReason })
	r.pass(time.Second)
}

func (r *rig) toTakeApprove() {
	r.t.Helper()
	r.toTakeReason()
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.take.Step == flow.TakeApprove })
	r.pass(time.Second)
}

func (r *rig) toTakeDone() {
	r.t.Helper()
	r.toTakeApprove()
	r.approve()
	r.until(func() bool { return r.c.take.Printed })
}

func (r *rig) toDay() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF10)
	r.until(func() bool { return r.c.day.Report != nil })
	r.pass(time.Second)
}

func (r *rig) toReview() {
	r.t.Helper()
	r.toDay()
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.day.Step == flow.DayApprove })
	r.pass(time.Second)
	r.approve()
	r.until(func() bool { return r.c.day.Step == flow.DayReview })
	r.pass(time.Second)
}

// say types one letter by hand.
func (r *rig) say(letter string, ok func() bool) {
	r.t.Helper()
	r.write(letter, 120*time.Millisecond)
	r.until(ok)
	r.pass(time.Second)
}

func (r *rig) toReprint() (text string) {
	r.t.Helper()
	text = r.handOut()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Step == flow.Choose || r.c.s.Step == flow.Agree })
	r.pass(time.Second)
	r.key(fyne.KeyF8)
	r.step(flow.Reprint)
	return text
}

func (r *rig) toJournal() {
	r.t.Helper()
	r.key(fyne.KeyF9)
	r.approve()
	r.until(func() bool { return len(r.c.frame.journal().acts) > 0 })
}

// lifeScenes are the screens of this file.
func lifeScenes() []scene {
	return []scene{
		{"40-take-find", nil, func(r *rig) {
			r.login()
			r.key(fyne.KeyF8)
			r.until(func() bool { return r.c.take.Step == flow.TakeFind })
		}},
		{"40-take-unknown", nil, func(r *rig) {
			r.login()
			r.key(fyne.KeyF8)
			r.until(func() bool { return r.c.take.Step == flow.TakeFind })
			r.pass(time.Second)
			r.write("T01-000999", 120*time.Millisecond)
			r.key(fyne.KeyReturn)
			r.until(func() bool { return r.c.take.Problem != nil })
		}},
		{"41-take-reason", nil, (*rig).toTakeReason},
		{"42-take-approve", nil, (*rig).toTakeApprove},
		{"43-take-done", nil, (*rig).toTakeDone},
		{"44-day", nil, (*rig).toDay},
		{"45-day-gap", nil, func(r *rig) {
			b := &r.days.Reports["2027-03-01"].Blocks[0]
			b.Gaps, b.Open = 1, 1
			r.toDay()
		}},
		{"46-day-review", nil, (*rig).toReview},
		{"47-day-reason", nil, func(r *rig) {
			r.toReview()
			r.say("r", func() bool { return r.c.day.Step == flow.DayReason })
		}},
		{"48-day-close", nil, func(r *rig) {
			for i := range r.days.Reports["2027-03-01"].Items {
				r.days.Reports["2027-03-01"].Items[i].Word = flow.Approved
			}
			r.toDay()
			r.key(fyne.KeyReturn)
			r.until(func() bool { return r.c.day.Step == flow.DayApprove })
			r.pass(time.Second)
			r.approve()
			r.until(func() bool { return r.c.day.Step == flow.DayClose })
		}},
		{"50-reprint", nil, func(r *rig) { r.toReprint() }},
		{"51-reprint-approve", nil, func(r *rig) {
			r.scan(r.toReprint())
			r.step(flow.Sanction)
		}},
		{"52-journal-who", nil, func(r *rig) { r.key(fyne.KeyF9) }},
		{"53-journal", nil, func(r *rig) {
			r.toJournal()
			r.key(fyne.KeyReturn)
			r.until(func() bool { return r.c.frame.journal().proved != nil })
		}},
		{"54-queue-carry", nil, func(r *rig) {
			r.login()
			r.key(fyne.KeyF9)
			r.until(func() bool { return len(r.c.frame.queue().rows) > 0 })
			r.key(fyne.KeyF8)
		}},
	}
}

// TestTakeBackByKeys: F8, scan, reason, PIN, slip. Nothing is void before the PIN; Return alone never does it.
func TestTakeBackByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toTakeApprove()
	r.key(fyne.KeyReturn) // an empty PIN
	r.until(func() bool { return !r.c.busy })
	if len(r.f.Papers.Taken()) != 0 {
		t.Fatal("void without a supervisor's PIN")
	}
	r.approve()
	r.until(func() bool { return r.c.take.Step == flow.TakeDone && r.c.take.Printed })
	if all := r.f.Papers.Taken(); len(all) != 1 || all[0].Reason != "asked" || all[0].Approver != "02" {
		t.Errorf("%+v", all)
	}
	if s := r.words(r.c.citizen.root); strings.Contains(s, "T01-") || !strings.Contains(s, "收回") {
		t.Errorf("the person's screen:\n%s", s)
	}
	r.key(fyne.KeyReturn)
	if r.c.layer != layerNone {
		t.Error("not closed")
	}
	r.key(fyne.KeyF8)
	r.key(fyne.KeyF12)
	r.step(flow.Locked)
	if r.c.layer != layerNone || r.c.d.Take.State().Step != flow.TakeNothing {
		t.Error("the lock leaves it open")
	}
}

// TestDayEndByKeys is journey f by keyboard only: 01 issued, 02 looks; a scanner's letters are no words.
func TestDayEndByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toReview()
	r.write("ARH000123", 8*time.Millisecond) // a burst
	r.key(fyne.KeyReturn)
	if s := r.c.d.Day.State(); s.Step != flow.DayReview || s.Left() != 3 {
		t.Fatalf("a scan reviewed: %+v", s)
	}
	r.say("a", func() bool { return r.c.day.Left() == 2 })
	r.say("A", func() bool { return r.c.fault != nil && r.c.fault.Code == flow.CodeOwnWork })
	r.say("h", func() bool { return r.c.day.Step == flow.DayReason })
	r.key(fyne.KeyEscape)
	r.until(func() bool { return r.c.day.Step == flow.DayReview })
	r.say("h", func() bool { return r.c.day.Step == flow.DayReason })
	r.key(fyne.KeyDown)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.day.Step == flow.DayReview && r.c.day.Left() == 1 })
	r.pass(time.Second)
	r.key(fyne.KeyEscape) // leave, and come back: nothing is lost
	r.until(func() bool { return r.c.day.Step == flow.DayCount })
	r.pass(time.Second)
	r.key(fyne.KeyEscape)
	r.until(func() bool { return r.c.layer == layerNone })
	r.key(fyne.KeyF10)
	r.until(func() bool { return r.c.day.Report != nil })
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.day.Step == flow.DayApprove })
	r.pass(time.Second)
	r.approve()
	r.until(func() bool { return r.c.day.Step == flow.DayReview && r.c.day.Item().Serial == "T01-000009" })
	r.pass(time.Second)
	r.say("r", func() bool { return r.c.day.Step == flow.DayReason })
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.day.Step == flow.DayClose })
	r.pass(time.Second)
	if len(r.days.Closed) != 0 {
		t.Fatal("closed before the signature")
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.day.Step == flow.DayDone })
	r.audit()
	if len(r.days.Closed) != 1 || r.days.Closed[0] != "2027-03-01 02" {
		t.Errorf("%v", r.days.Closed)
	}
}

// TestReprintByKeys: the card, F8, the old paper, PIN, the copy.
func TestReprintByKeys(t *testing.T) {
	r := newRig(t, nil)
	text := r.toReprint()
	r.key(fyne.KeyF3)
	r.until(func() bool { return r.c.s.Reason == "print-bad" })
	r.scan(text)
	r.step(flow.Sanction)
	r.approve()
	r.step(flow.HandOver)
	r.scan(text)
	r.step(flow.Farewell)
	if all := r.f.Papers.Reprints(); len(all) != 1 || all[0].Reason != "print-bad" || all[0].Copies != 2 {
		t.Errorf("%+v", all)
	}
}

// TestJournalByKeys: an auditor reads and proves from the locked counter, and nobody is logged in by it.
func TestJournalByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toJournal()
	r.key(fyne.KeyPageDown)
	r.until(func() bool { return r.c.frame.journal().offset == journalRows && r.c.frame.journal().acts[0].N == 13 })
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.frame.journal().proved != nil })
	if s := r.words(r.c.frame.root); !strings.Contains(s, "23") || !strings.Contains(s, "已核对") {
		t.Errorf("%s", s)
	}
	r.key(fyne.KeyEscape)
	if r.c.layer != layerNone || r.c.s.Step != flow.Locked || r.c.frame.journal().who.ID != "" {
		t.Error("the journal stays open")
	}
	broken := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Journal = acts{broken: true} })
	broken.toJournal()
	broken.key(fyne.KeyReturn)
	broken.until(func() bool { return broken.c.fault != nil && broken.c.fault.Code == "journal-broken" })
}

// TestQueueByKeys: filter, send, carry to a folder that is named, receipts; a folder that cannot be written says so.
func TestQueueByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.queue.rows[2].State, r.queue.rows[2].Reason = "refused", "damaged"
	r.login()
	r.key(fyne.KeyF9)
	q := r.c.frame.queue()
	r.until(func() bool { return len(q.rows) == queueRows })
	for q.state != "refused" {
		r.key(fyne.KeyF3)
	}
	r.until(func() bool { return len(q.rows) == 1 })
	if s := r.words(r.c.frame.root); !strings.Contains(s, "对方不收") {
		t.Errorf("the story of a refused parcel:\n%s", s)
	}
	r.key(fyne.KeyF4)
	r.until(func() bool { return strings.Contains(r.c.note, "3") })
	carry := r.c.d.Carry.(*carrying)
	for _, dir := range []string{"/bad", "/media/stick"} {
		r.key(fyne.KeyF8)
		q.dir.SetText("")
		r.write(dir, 120*time.Millisecond)
		r.key(fyne.KeyReturn)
		r.until(func() bool { return !r.c.busy && len(carry.dirs) > 0 && carry.dirs[len(carry.dirs)-1] == dir })
		if bad := r.c.fault != nil; bad != (dir == "/bad") {
			t.Errorf("%s: %v", dir, r.c.fault)
		}
	}
	r.key(fyne.KeyF5)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy && strings.Contains(r.c.note, "5") })
}
