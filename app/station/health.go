package station

import (
	"context"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/trust"
)

// endsSoon is how long before its end a key or a bundle is named on the screen.
const endsSoon = 24 * time.Hour

// Health asks every part of the counter but the readers, which the visit itself watches. It waits for no
// longer than a printer may take.
func (s *Station) Health(ctx context.Context) desk.Health {
	now, _, sure := s.clock.Now()
	h := desk.Health{At: now}
	clock := desk.Probe{Name: "clock", Level: desk.LevelGood}
	if !sure {
		clock = desk.Probe{Name: "clock", Level: desk.LevelStop, Code: "clock"}
	}
	h.Probes = append(h.Probes, s.printer(ctx), s.network(), clock, s.lists(now), s.keys(now))
	h.Probes = append(h.Probes, s.kept(ctx)...)
	h.Probes = append(h.Probes, s.program(now)...)
	return h
}

// printerAnswers is how long a printer may take to say how it feels.
const printerAnswers = 2 * time.Second

func (s *Station) printer(ctx context.Context) desk.Probe {
	ctx, cancel := context.WithTimeout(ctx, printerAnswers)
	defer cancel()
	if err := s.printers.Ready(ctx); err != nil {
		return desk.Probe{Name: "printer", Level: desk.LevelStop, Code: "printer-off"}
	}
	return desk.Probe{Name: "printer", Level: desk.LevelGood}
}

// lists names the state of the lists that verdicts rest on.
func (s *Station) lists(now time.Time) desk.Probe {
	for _, snap := range s.trust.Snapshots() {
		if snap.Kind != trust.KindStatus && snap.Kind != trust.KindDelegations && snap.Kind != trust.KindCRL {
			continue
		}
		if snap.TooOld(now, s.bundle.Policy.MaxListAge[snap.Kind]) {
			return desk.Probe{Name: "lists", Level: desk.LevelStop, Code: "lists-old"}
		}
	}
	if s.bundle.Standing(now) != bundle.Full {
		return desk.Probe{Name: "lists", Level: desk.LevelWarn, Code: "lists-old"}
	}
	return desk.Probe{Name: "lists", Level: desk.LevelGood, Code: "lists-today"}
}

func (s *Station) keys(now time.Time) desk.Probe {
	s.mu.Lock()
	locked := s.key == nil
	s.mu.Unlock()
	switch {
	case s.delegated.Expires.Sub(now) < endsSoon:
		return desk.Probe{Name: "keys", Level: desk.LevelWarn, Code: "keys-ending"}
	case s.wantsSM2() && !s.smReady():
		return desk.Probe{Name: "keys", Level: desk.LevelWarn, Code: "keys-no-sm2"}
	case locked:
		return desk.Probe{Name: "keys", Level: desk.LevelGood, Code: "keys-locked"}
	}
	return desk.Probe{Name: "keys", Level: desk.LevelGood, Code: "keys-soft"}
}

// Unsent is how many parcels have no receipt, and how many days the oldest has waited.
func (s *Station) Unsent(ctx context.Context) (n int, oldest time.Duration, err error) {
	st, err := s.store.Stats(ctx)
	if err != nil || st.Oldest == "" {
		return st.Unsent, 0, err
	}
	day, err := time.ParseInLocation(time.DateOnly, st.Oldest, time.Local)
	if err != nil {
		return st.Unsent, 0, nil
	}
	if wait := s.clock.Time().Sub(day); wait >= 24*time.Hour {
		oldest = wait.Truncate(24 * time.Hour)
	}
	return st.Unsent, oldest, nil
}

// Policy is what the institution decided about its counters.
func (s *Station) Policy() desk.Policy { return s.bundle.Policy }

// Hotline is the route by which a person takes a paper back.
func (s *Station) Hotline() string { return s.bundle.Policy.Hotline }

// Setting and SetSetting keep what the clerk changed: language, text size, what was chosen last.
func (s *Station) Setting(ctx context.Context, key string) string {
	b, err := s.store.Get(ctx, "ui/"+key)
	if err != nil {
		s.o.Log.Warn("station", "op", "setting", "err", err)
	}
	return string(b)
}

// SetSetting keeps one.
func (s *Station) SetSetting(ctx context.Context, key, value string) {
	if err := s.store.Set(ctx, "ui/"+key, []byte(value)); err != nil {
		s.o.Log.Warn("station", "op", "setting", "err", err)
	}
}

// Cards are the readers of this station.
func (s *Station) Cards() *Cards { return s.cards }
