package flow_test

import (
	"testing"
	"time"

	"bangban/app/flow"
)

// A course from end to end by steps: each exercise is judged by how it ended, keys that did nothing cost a point.
func TestCourse(t *testing.T) {
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	var c flow.Course
	if _, ended := c.Watch(flow.State{Step: flow.Farewell}); ended {
		t.Fatal("nobody is on a course")
	}
	c.Begin(func() time.Time { return now })
	walk := func(_ int, steps ...flow.Step) flow.Result {
		t.Helper()
		for i, s := range steps {
			st := flow.State{Step: s}
			if s == flow.HandOver {
				st.Serial = "T01-000001"
			}
			if r, ended := c.Watch(st); ended {
				if i != len(steps)-1 {
					t.Fatalf("ended at %v", s)
				}
				return r
			}
		}
		t.Fatalf("not ended after %v", steps)
		return flow.Result{}
	}
	paper := []flow.Step{flow.Ready, flow.Reading, flow.Compare, flow.Choose, flow.Agree, flow.Issuing, flow.HandOver, flow.Farewell}
	none := []flow.Step{flow.Ready, flow.Reading, flow.Trouble, flow.Ready}
	c.Refused() // before anything was begun
	if r := walk(1, paper...); !r.Right || r.Points() != 10 {
		t.Fatalf("first: %+v", r)
	}
	c.Watch(flow.State{Step: flow.Reading})
	c.Refused()
	c.Refused()
	if r := walk(0, none[1:]...); !r.Right || r.Points() != 8 {
		t.Fatalf("tampered: %+v", r)
	}
	if r := walk(0, paper...); r.Right || r.Points() != 0 { // a paper on an expired passport
		t.Fatalf("expired: %+v", r)
	}
	walk(0, none...)
	walk(1, paper...)
	if r := walk(1, paper...); r.Right { // without the colleague
		t.Fatalf("unproven: %+v", r)
	}
	if r := walk(0, flow.Reading, flow.Compare, flow.Agree, flow.NotToday); !r.Right {
		t.Fatalf("no: %+v", r)
	}
	if r := walk(1, paper...); r.Right { // nothing was made again
		t.Fatalf("again: %+v", r)
	}
	if points, of := c.Score(); !c.Done() || c.On || points != 48 || of != 80 {
		t.Fatalf("%d of %d, done %v", points, of, c.Done())
	}
	c.Begin(func() time.Time { return now })
	for range 7 {
		walk(0, none...)
	}
	for _, st := range []flow.State{{Step: flow.Issuing}, {Step: flow.HandOver, Serial: "T01-000007"}, {Step: flow.Locked}, {Step: flow.HandOver, Serial: "T01-000008"}} {
		c.Watch(st)
	}
	if r, ended := c.Watch(flow.State{Step: flow.Farewell, Serial: "T01-000008"}); !ended || !r.Right {
		t.Fatalf("again: %+v", r)
	}
}
