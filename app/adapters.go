package app

import (
	"context"
	"runtime"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/speech"
	"bangban/app/station"
	"bangban/app/ui"
)

// staff lets people in at the station and at the machine together.
type staff struct {
	st *station.Station
	m  *flow.Machine
}

func (s staff) Clerks() []desk.Clerk { return s.st.Staff() }

// Login opens the voucher key, then the machine. Where the machine refuses, the key is locked again.
func (s staff) Login(ctx context.Context, id string, p ui.Proof) error {
	proof, wipe := s.proof(p)
	defer wipe()
	c, err := s.st.Login(ctx, id, proof)
	if err != nil {
		return err
	}
	if err := s.m.Login(c); err != nil {
		s.st.Lock()
		return err
	}
	return nil
}

// Awaits tells whether this clerk comes with the code of a letter.
func (s staff) Awaits(id string) bool { return s.st.Awaits(id) }

// Enrol is a first login: the code of the letter, and the PIN or the card from then on.
func (s staff) Enrol(ctx context.Context, id, code string, p ui.Proof) error {
	proof, wipe := s.proof(p)
	defer wipe()
	_, err := s.st.Enrol(ctx, id, code, proof)
	return err
}

// Lock locks the machine first: nothing is asked of a key that has gone.
func (s staff) Lock() error {
	if err := s.m.Lock(); err != nil {
		return err
	}
	s.st.Lock()
	return nil
}

// parcels is the queue as the screens see it.
type parcels struct{ *station.Station }

// Parcels lists the newest first.
func (p parcels) Parcels(ctx context.Context, offset, limit int) ([]desk.ParcelRow, error) {
	return p.NewestParcels(ctx, offset, limit)
}

// health asks the station again after each step of a visit and every half minute.
type health struct {
	st  *station.Station
	ctx context.Context

	voice bool // there is a program that reads aloud

	mu   sync.Mutex
	subs map[int]func(desk.Health)
	next int
}

// probeEvery is how often the parts are asked without a cause.
const probeEvery = 30 * time.Second

func newHealth(ctx context.Context, st *station.Station, m *flow.Machine) *health {
	_, err := speech.Open(runtime.GOOS, nil)
	h := &health{st: st, ctx: ctx, voice: err == nil, subs: map[int]func(desk.Health){}}
	kick := make(chan struct{}, 1)
	m.Subscribe(func(flow.State) {
		select {
		case kick <- struct{}{}:
		default:
		}
	})
	go h.run(kick)
	return h
}

func (h *health) run(kick <-chan struct{}) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
		case <-kick:
		}
		now := h.Health()
		h.mu.Lock()
		for _, fn := range h.subs {
			fn(now)
		}
		h.mu.Unlock()
	}
}

func (h *health) Health() desk.Health {
	all := h.st.Health(h.ctx)
	return desk.Health{At: all.At, Probes: append(all.Probes, voiceProbe(h.voice))}
}

// voiceProbe says that nothing reads the question to the person; then the clerk does.
func voiceProbe(there bool) desk.Probe {
	if there {
		return desk.Probe{Name: "voice", Level: desk.LevelGood}
	}
	return desk.Probe{Name: "voice", Level: desk.LevelWarn, Code: "voice-none"}
}

func (h *health) Subscribe(fn func(desk.Health)) (cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.next
	h.next++
	h.subs[id] = fn
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subs, id)
	}
}

var (
	_ ui.Staff  = staff{}
	_ ui.Carded = staff{}
	_ ui.Queue  = parcels{}
	_ ui.Health = (*health)(nil)
	_ ui.Visit  = (*flow.Machine)(nil)
)
