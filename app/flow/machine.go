package flow

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"bangban/app/desk"
	"bangban/cardreader"
)

// Options are what a counter wants of its visits.
type Options struct {
	Lang          string // of the hall: each person starts with it; second language on the paper
	Second        string // second language of the paper for a person who speaks Lang; empty: none
	App           string // program and version, for the record
	LastPurpose   string // remembered from before; empty: none
	LastRecipient string
	Remember      func(purpose, recipient string) // called after each voucher, on a goroutine of its own; may be nil
	// Portrait makes the portrait of a voucher (claim 62) of a document's picture; nil: there are none here.
	Portrait func(photo []byte) ([]byte, error)
	Paper    string            // "a5", "a4"; empty: the station's default
	Citizen  string            // the reader that was named as the person's; empty: any
	Reader   func(name string) // told when another one is named; may be nil
	Log      *slog.Logger      // steps and codes only; nil: none
}

// Machine is one counter's visits, one after the other. Its methods are safe for concurrent use; none of them waits for
// an effect.
type Machine struct {
	p   Ports
	o   Options
	log *slog.Logger

	mu     sync.Mutex
	in     State // what is so behind the lock
	locked bool
	clerk  desk.Clerk
	visit  *visit
	seats  []*seat              // readers in the order they came
	none   cardreader.EventKind // why there are none
	reads  uint64               // number of the newest reading
	busy   chan struct{}        // closed when the newest reading has returned
	visits uint64
	last   [2]string // purpose and recipient used last

	citizen string // reader of the person's cards; empty: any

	changes uint64 // grows when a voucher begins or ends

	ctx     context.Context // of Run; nil before and after
	started bool
	effects sync.WaitGroup

	dirty   bool
	trash   []func() // wipes that wait for the next delivery
	pending []delivery
	wake    chan struct{}
	subs    []*subscriber
}

type delivery struct {
	state *State // nil: only wipes
	after []func()
}

type subscriber struct{ fn func(State) }

// New makes a machine that is locked. Nothing happens before Run.
func New(p Ports, o Options) *Machine {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	m := &Machine{p: p, o: o, log: log, locked: true, none: cardreader.NoReader, wake: make(chan struct{}, 1),
		last: [2]string{o.LastPurpose, o.LastRecipient}, citizen: o.Citizen}
	m.in = State{Step: Ready, Lang: o.Lang}
	m.refresh()
	return m
}

// Run watches the readers until ctx ends. Then it waits for running effects, wipes the visit, locks, and returns nil.
// It returns an error where the readers cannot be watched. A machine runs once.
func (m *Machine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	if m.started {
		m.mu.Unlock()
		return ErrRunning
	}
	m.started, m.ctx = true, ctx
	m.loadUnfinished()
	m.mu.Unlock()
	defer m.end(cancel)

	events, err := m.p.Cards.Watch(ctx)
	if err != nil {
		return fmt.Errorf("flow: watch the readers: %w", err)
	}
	for {
		m.deliver()
		select {
		case <-ctx.Done():
			return nil
		case <-m.wake:
		case ev, open := <-events:
			if !open {
				events = nil // the watcher ends only with ctx; if it broke, the keys still work
				continue
			}
			m.do(func() { m.event(ev) })
		}
	}
}

// end is the last thing that Run does.
func (m *Machine) end(cancel context.CancelFunc) {
	m.mu.Lock()
	m.ctx = nil
	m.mu.Unlock()
	cancel()
	m.effects.Wait()
	m.do(func() {
		m.locked, m.clerk = true, desk.Clerk{}
		m.close(Ready, "")
	})
	m.deliver()
}

// State is what is so now.
func (m *Machine) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.view()
}

// Subscribe has fn called with every change, in order and never twice at once, on Run's goroutine. fn may call inputs;
// it must not wait for their effects. Photo and Preview are to be read inside fn only (see the package comment).
func (m *Machine) Subscribe(fn func(State)) (cancel func()) {
	s := &subscriber{fn}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = append(m.subs[:len(m.subs):len(m.subs)], s)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		var left []*subscriber
		for _, other := range m.subs {
			if other != s {
				left = append(left, other)
			}
		}
		m.subs = left
	}
}

// view makes the State to show. Behind the lock nothing of the visit is shown.
func (m *Machine) view() State {
	s := m.in
	if m.locked {
		s = State{Step: Locked, Lang: m.o.Lang, Training: s.Training, Station: s.Station, Unfinished: s.Unfinished, Fates: s.Fates}
	}
	s.Clerk = m.clerk
	s.Cause, s.Readers = m.cause()
	s.Places, s.Citizen = m.places(), m.citizen
	if m.locked {
		return s
	}
	if s.Step == Ready && s.Problem == nil {
		s.Problem = causeProblem(s.Cause)
	}
	s.OnReader = m.onReader()
	return s
}

// do runs fn under the mutex and hands out the new State if fn changed something.
func (m *Machine) do(fn func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fn()
	m.publish()
}

func (m *Machine) publish() {
	if !m.dirty && len(m.trash) == 0 {
		return
	}
	d := delivery{after: m.trash}
	if m.dirty {
		s := m.view()
		d.state = &s
	}
	m.dirty, m.trash = false, nil
	m.pending = append(m.pending, d)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// deliver empties the list of States to hand out. Only Run's goroutine calls it.
func (m *Machine) deliver() {
	for {
		m.mu.Lock()
		list, subs := m.pending, m.subs
		m.pending = nil
		m.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for _, d := range list {
			if d.state != nil {
				for _, s := range subs {
					s.fn(*d.state)
				}
			}
			for _, wipe := range d.after {
				wipe()
			}
		}
	}
}

// input runs one input: refused while locked, its outcome handed out.
func (m *Machine) input(op string, fn func() *desk.Error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	refused := problem(CodeLocked)
	if !m.locked {
		refused = fn()
	}
	m.publish()
	if refused == nil {
		return nil
	}
	e := *refused
	e.Op = "visit." + op
	return &e
}

// effect runs fn beside the machine. It tells whether it could be started: after Run's end nothing is.
func (m *Machine) effect(fn func(ctx context.Context)) bool {
	ctx := m.ctx
	if ctx == nil || ctx.Err() != nil {
		return false
	}
	m.effects.Go(func() { fn(ctx) })
	return true
}

// step moves the visit on. Problem and Note belong to the step that is left.
func (m *Machine) step(s Step) {
	if m.in.Step != s {
		m.log.Info("visit", "step", s.String())
	}
	m.in.Step, m.in.Problem, m.in.Note, m.in.NoteArgs = s, nil, "", nil
	m.dirty = true
}

// tell puts a problem into the message slot. Its cause goes to the log; causes carry no personal data.
func (m *Machine) tell(e *desk.Error) {
	m.log.Warn("visit", "step", m.in.Step.String(), "code", e.Code, "cause", e.Err)
	m.in.Problem = e
	m.dirty = true
}

func (m *Machine) note(key string) {
	m.in.Note = key
	m.dirty = true
}

// refresh takes the rules in force into the State.
func (m *Machine) refresh() {
	m.in.Station = m.p.Rules.Station()
	m.in.Training = m.in.Station.Training
	m.dirty = true
}
