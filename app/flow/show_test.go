package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// checker judges as it is told and remembers what it was asked.
type checker struct {
	res     *verify.Result
	err     error
	asked   []string
	kept    []desk.Verification
	printed int
}

func (c *checker) Check(_ context.Context, data []byte) (*verify.Result, error) {
	c.asked = append(c.asked, string(data))
	return c.res, c.err
}

func (c *checker) Keep(_ context.Context, r desk.Verification) (string, error) {
	c.kept = append(c.kept, r)
	return "P-1", nil
}

func (c *checker) Receipt(context.Context, desk.Verification, string, string) error {
	c.printed++
	return nil
}

var showTime = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func passed(trust ...verify.Freshness) *verify.Result {
	r := verify.NewResult("claim169", showTime, []check.Check{check.Pass("signature", "key 1")})
	r.Claims = verify.Claims{"full_name": "SPECIMEN MEI", "birth_date": "1943-04-12", "number": "X0000001", "tel": "1"}
	r.Trust = trust
	return r
}

func showing(c *checker, now *time.Time) *flow.Showing {
	return flow.NewShowing(context.Background(), c, func() time.Time { return *now }, func(fn func()) { fn() }, nil)
}

func code(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

// TestNothingIsReadBeforeTheYes: whatever the clerk presses and however often is scanned, nothing reaches the checker
// before the person's own answer or the recorded spoken one.
func TestNothingIsReadBeforeTheYes(t *testing.T) {
	c, now := &checker{res: passed()}, showTime
	w := showing(c, &now)
	if err := w.Present([]byte("EARLY")); code(err) != flow.CodeKeyNotNow {
		t.Errorf("scan without a visit: %v", err)
	}
	if err := w.Open("01", "en"); err != nil {
		t.Fatal(err)
	}
	for _, press := range []func() error{w.Ask, w.Held, w.Aloud, w.Spoken, func() error { return w.SetLang("zh-Hans") }} {
		early := []byte("EARLY")
		if err := w.Present(early); code(err) != flow.CodeShowFirst || string(early) == "EARLY" {
			t.Errorf("scan before the Yes: %v, %q", err, early)
		}
		if err := press(); err != nil {
			t.Error(err)
		}
	}
	if err := w.ConfirmSpoken(); err != nil {
		t.Fatal(err)
	}
	if err := w.Present([]byte("CODE")); err != nil {
		t.Fatal(err)
	}
	if s := w.State(); s.Step != flow.ShowVerdict || s.Answer != desk.YesSpoken || s.ReadAloud != 1 || len(c.asked) != 1 || c.asked[0] != "CODE" {
		t.Errorf("%v, answer %s, %d scans judged", s.Step, s.Answer, len(c.asked))
	}
}

func TestNoKeepsNothing(t *testing.T) {
	c, now := &checker{res: passed()}, showTime
	w := showing(c, &now)
	w.Open("01", "en")
	if err := w.No(); err != nil || w.State().Step != flow.ShowNothing || len(c.kept) != 0 {
		t.Errorf("%v, %v, %d kept", err, w.State().Step, len(c.kept))
	}
}

// TestOutcomes is the four words and what the bearer makes of them.
func TestOutcomes(t *testing.T) {
	old := verify.Freshness{Kind: "status-list", Snapshot: "s", AgeDays: 3}
	noList := passed()
	noList.Checks = append(noList.Checks, check.Check{Name: "revocation", Verdict: check.Indeterminate, Reason: check.NoList, Optional: true})
	bound := passed()
	bound.Checks = append(bound.Checks, check.Pass("nonce", ""))
	delegated := passed()
	delegated.Claims["represented_by"] = "SPECIMEN LI"
	failed := verify.NewResult("claim169", showTime, []check.Check{check.Fail("signature", check.WrongSignature, "key 1")})
	failed.Claims = verify.Claims{"full_name": "SPECIMEN MEI"}
	unsure := verify.NewResult("unknown", showTime, []check.Check{check.Unsure("format", check.Unreadable, "")})
	for _, tc := range []struct {
		name   string
		res    *verify.Result
		want   int // how often what is asked for is changed
		held   int
		out    flow.Outcome
		why    check.Reason
		claims int
	}{
		{"valid", passed(), 0, 0, flow.Valid, "", 0},
		{"valid, who", passed(), 1, 0, flow.Valid, "", 2},
		{"valid, all", passed(), 2, 0, flow.Valid, "", 3},
		{"old lists", passed(old), 0, 0, flow.ValidOldLists, "", 0},
		{"no list", noList, 0, 0, flow.ValidNoList, "", 0},
		{"on a phone, only valid", passed(), 0, 1, flow.Valid, "", 0},
		{"on a phone, who", passed(), 1, 1, flow.CannotTell, flow.NotFresh, 2},
		{"on a phone, bound to the holder", bound, 1, 1, flow.Valid, "", 2},
		{"a helper, only valid", passed(), 0, 2, flow.Valid, "", 0},
		{"a helper, who", passed(), 1, 2, flow.NotValid, flow.WrongHolder, 0},
		{"a helper whom it names, who", delegated, 1, 2, flow.Valid, "", 3},
		{"a helper whom it names, only valid", delegated, 0, 2, flow.Valid, "", 0},
		{"its person, though it names a helper", delegated, 1, 0, flow.Valid, "", 2},
		{"failed", failed, 1, 0, flow.NotValid, check.WrongSignature, 0},
		{"unreadable", unsure, 1, 0, flow.CannotTell, check.Unreadable, 0},
	} {
		c, now := &checker{res: tc.res}, showTime
		w := showing(c, &now)
		w.Open("01", "en")
		for range tc.want {
			w.Ask()
		}
		for range tc.held {
			w.Held()
		}
		w.Yes()
		w.Present([]byte("CODE"))
		s := w.State()
		if s.Shown == nil {
			t.Fatalf("%s: %+v", tc.name, s.Step)
		}
		why := check.OK
		if s.Shown.Why != nil {
			why = s.Shown.Why.Reason
		}
		if s.Shown.Outcome != tc.out || why != tc.why || len(s.Shown.Claims) != tc.claims {
			t.Errorf("%s: %v because %q with %d claims; want %v, %q, %d", tc.name, s.Shown.Outcome, why, len(s.Shown.Claims), tc.out, tc.why, tc.claims)
		}
		if rec := fmt.Sprintf("%#v", c.kept); strings.Contains(rec, "MEI") || strings.Contains(rec, "X0000001") || c.kept[0].Outcome != tc.out.String() {
			t.Errorf("%s: the record holds more than the result", tc.name)
		}
	}
}

// TestClaimsGo: after a minute nothing of the person is left; the result and the receipt stay.
func TestClaimsGo(t *testing.T) {
	c, now := &checker{res: passed()}, showTime
	w := showing(c, &now)
	w.Open("01", "en")
	w.Ask()
	w.Yes()
	w.Present([]byte("CODE"))
	now = now.Add(flow.ShowFor - time.Second)
	w.Tick()
	if s := w.State(); s.Step != flow.ShowVerdict || len(s.Shown.Claims) != 2 {
		t.Errorf("gone too early: %v", s.Step)
	}
	now = now.Add(time.Second)
	w.Tick()
	if s := w.State(); s.Step != flow.ShowBlank || s.Shown.Claims != nil || s.Shown.Outcome != flow.Valid {
		t.Errorf("still there: %v", s.Step)
	}
	if err := w.Receipt(); err != nil || c.printed != 1 || !w.State().Printed {
		t.Errorf("receipt: %v, %d", err, c.printed)
	}
	w.Close()
	if s := w.State(); s.Shown != nil || s.Parcel != "" {
		t.Error("closed and not forgotten")
	}
}

// TestLateAnswerIsDropped: a judgement that comes after the visit was left is not kept and not shown.
func TestLateAnswerIsDropped(t *testing.T) {
	c, now := &checker{res: passed()}, showTime
	var late []func()
	w := flow.NewShowing(context.Background(), c, func() time.Time { return now }, func(fn func()) { late = append(late, fn) }, nil)
	w.Open("01", "en")
	w.Yes()
	w.Present([]byte("CODE"))
	if err := w.Present([]byte("AGAIN")); code(err) != flow.CodeShowBusy {
		t.Errorf("second scan: %v", err)
	}
	w.Close()
	late[0]()
	if s := w.State(); s.Step != flow.ShowNothing || s.Shown != nil || len(c.kept) != 0 {
		t.Errorf("%v, %d kept", s.Step, len(c.kept))
	}
}

// TestCheckerFails: the person need not be asked again.
func TestCheckerFails(t *testing.T) {
	c, now := &checker{err: &desk.Error{Code: "trust-unreadable"}}, showTime
	w := showing(c, &now)
	w.Open("01", "en")
	w.Yes()
	w.Present([]byte("CODE"))
	if s := w.State(); s.Step != flow.ShowWait || s.Problem == nil || s.Problem.Code != "trust-unreadable" {
		t.Errorf("%v, %v", s.Step, s.Problem)
	}
}
