package flow

import (
	"slices"
	"time"
)

// Exercise is one scripted visit of a training counter: the card that is laid, and how a good clerk ends it.
type Exercise struct {
	ID   string
	Card string // name of the specimen
	Want Ending
	Seen Step // a step that belongs to it; Locked: any way will do
}

// Ending is how a visit ended.
type Ending uint8

// The endings.
const (
	EndOpen  Ending = iota // it has not ended
	EndPaper               // a paper was handed over
	EndNone                // nobody got a paper
)

// Exercises are what a trainee goes through: a straight visit, and the awkward cards.
func Exercises() []Exercise {
	return []Exercise{
		{"first", "emrtd", EndPaper, Locked},
		{"tampered", "emrtd-tampered", EndNone, Trouble},
		{"expired", "emrtd-expired", EndNone, Trouble},
		{"bank", "bank-card", EndNone, Trouble},
		{"rare", "emrtd-rare", EndPaper, Locked},
		{"unproven", "sscard", EndPaper, Second},
		{"no", "emrtd-wang", EndNone, Agree},
		{"again", "emrtd", EndPaper, PrintFault}, // PrintFault stands for a paper that was spoiled
	}
}

// exercisePoints is what one exercise is worth.
const exercisePoints = 10

// Result is how an exercise went.
type Result struct {
	ID      string
	Right   bool
	Refused int           // keys that did nothing
	Took    time.Duration // of which no point depends
}

// Points are full where it ended well, one less for each key that did nothing, never below half; none where it did not.
func (r Result) Points() int {
	if !r.Right {
		return 0
	}
	return max(exercisePoints-r.Refused, exercisePoints/2)
}

// Course follows a trainee through the exercises. The zero value is that nobody is on one. It is not safe for concurrent use.
type Course struct {
	At      int // of Exercises, from 0
	On      bool
	Results []Result

	now     func() time.Time
	began   time.Time
	seen    []Step
	serials []string
	refused int
}

// Begin starts at the first exercise.
func (c *Course) Begin(now func() time.Time) {
	*c = Course{On: true, now: now}
	c.next()
}

// Stop leaves; what was done stays to be looked at.
func (c *Course) Stop() { c.On = false }

func (c *Course) next() {
	c.began, c.seen, c.serials, c.refused = c.now(), nil, nil, 0
}

// Exercise is the one that is due.
func (c *Course) Exercise() (Exercise, bool) {
	all := Exercises()
	if !c.On || c.At >= len(all) {
		return Exercise{}, false
	}
	return all[c.At], true
}

// Done tells whether all are through.
func (c *Course) Done() bool { return len(c.Results) == len(Exercises()) }

// Refused counts a key that did nothing.
func (c *Course) Refused() {
	if c.On && len(c.seen) > 0 {
		c.refused++
	}
}

// Watch follows the visit. It gives the result of the exercise that has just ended.
func (c *Course) Watch(s State) (r Result, ended bool) {
	e, due := c.Exercise()
	if !due {
		return r, false
	}
	if s.Serial != "" && !slices.Contains(c.serials, s.Serial) {
		c.serials = append(c.serials, s.Serial)
	}
	out := EndOpen
	switch s.Step {
	case Locked:
		return r, false // whoever locks goes on there
	case Farewell:
		out = EndPaper
	case NotToday, Ready:
		if len(c.seen) > 0 {
			out = EndNone
		}
	default:
		if !slices.Contains(c.seen, s.Step) {
			c.seen = append(c.seen, s.Step)
		}
	}
	if out == EndOpen {
		return r, false
	}
	r = Result{ID: e.ID, Right: out == e.Want && c.belongs(e.Seen), Refused: c.refused, Took: c.now().Sub(c.began)}
	c.Results = append(c.Results, r)
	c.At++
	c.next()
	if c.Done() {
		c.On = false
	}
	return r, true
}

// belongs tells whether the step that belongs to the exercise was seen.
func (c *Course) belongs(s Step) bool {
	switch s {
	case Locked:
		return true
	case PrintFault:
		return len(c.serials) > 1
	}
	return slices.Contains(c.seen, s)
}

// Score adds up: points, and of how many.
func (c *Course) Score() (points, of int) {
	for _, r := range c.Results {
		points += r.Points()
	}
	return points, exercisePoints * len(Exercises())
}
