package doctor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/doctor"
	"bangban/app/keys"
	"bangban/app/queue"
	"bangban/app/trust"
	"bangban/cardreader"
	"bangban/locales"
	"bangban/print"
)

type readers struct {
	n   int
	err error
}

func (r readers) Readers(context.Context) ([]cardreader.Reader, error) {
	return make([]cardreader.Reader, r.n), r.err
}

type printer struct{ err error }

func (p printer) Ready(context.Context) error { return p.err }

type clock struct {
	at   time.Time
	sure bool
}

func (c clock) Now() (time.Time, time.Time, bool) { return c.at, c.at, c.sure }

func noon() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

// well is a counter at which nothing ails.
func well() doctor.Parts {
	return doctor.Parts{
		Service: readers{n: 1}, Readers: readers{n: 1}, Plugged: func() (int, error) { return 1, nil },
		Printer: printer{}, Clock: clock{noon(), true}, Disk: func() (uint64, error) { return 50 << 30, nil },
		Keys:  keyed("PKCS#11", 72*time.Hour, 500),
		Lists: func() doctor.Lists { return doctor.Lists{Ends: noon().Add(time.Hour)} },
		Queue: queued(doctor.Queue{}),
	}
}

func keyed(kind string, life time.Duration, serials uint64) func(context.Context) (doctor.Keys, error) {
	return func(context.Context) (doctor.Keys, error) {
		return doctor.Keys{Kind: kind, Ends: noon().Add(life), Serials: serials}, nil
	}
}

func queued(q doctor.Queue) func(context.Context) (doctor.Queue, error) {
	return func(context.Context) (doctor.Queue, error) { return q, nil }
}

func listed(kind string, age, end time.Duration) func() doctor.Lists {
	return func() doctor.Lists {
		return doctor.Lists{Ends: noon().Add(end), MaxAge: map[string]time.Duration{kind: 24 * time.Hour},
			Held: []trust.Snapshot{{Kind: kind, Name: "urn:example:list", MadeAt: noon().Add(-age)}}}
	}
}

func TestWell(t *testing.T) {
	h := doctor.Examine(t.Context(), well())
	if len(h.Probes) != 12 || !h.At.Equal(noon()) {
		t.Fatalf("%d probes at %v", len(h.Probes), h.At)
	}
	for _, p := range h.Probes {
		if p.Name == doctor.ProbeSAM || p.Name == doctor.ProbeSession { // nobody gathered what they look at
			continue
		}
		if p.Level != desk.LevelGood || p.Code != "" {
			t.Errorf("%+v", p)
		}
	}
	if doctor.Worst(h) != desk.LevelGood {
		t.Error("worst of a well counter is not good")
	}
}

func TestNotAsked(t *testing.T) {
	h := doctor.Examine(t.Context(), doctor.Parts{})
	for _, name := range []string{doctor.ProbeDriver, doctor.ProbePrinter, doctor.ProbeClock, doctor.ProbeDisk, doctor.ProbeKeys, doctor.ProbeLists, doctor.ProbeUnsent} {
		if p := h.Probe(name); p.Level != desk.LevelUnknown || p.Code != "" {
			t.Errorf("%+v", p)
		}
	}
}

// Each thing that can ail, alone: the level, the code, and that no other part feels it.
func TestAils(t *testing.T) {
	boom := errors.New("SPECIMEN: boom")
	disk := func(free uint64) func() (uint64, error) { return func() (uint64, error) { return free, nil } }
	for _, tc := range []struct {
		name, probe, code string
		level             desk.Level
		ail               func(*doctor.Parts)
	}{
		{"folder", doctor.ProbeData, "data", desk.LevelStop, func(p *doctor.Parts) { p.Data = &desk.Error{Code: "data-locked"} }},
		{"no service in this build", doctor.ProbeService, "service-none", desk.LevelStop, func(p *doctor.Parts) { p.Service, p.Plugged = nil, nil }},
		{"service off", doctor.ProbeService, "service-off", desk.LevelStop, func(p *doctor.Parts) { p.Service, p.Plugged = readers{err: cardreader.ErrServiceOff}, nil }},
		{"no service, training", doctor.ProbeService, "service-none", desk.LevelWarn, func(p *doctor.Parts) { p.Service, p.Plugged, p.Training = nil, nil, true }},
		{"no reader", doctor.ProbeReader, "reader-off", desk.LevelStop, func(p *doctor.Parts) { p.Readers = readers{} }},
		{"no readers at all", doctor.ProbeReader, "reader-off", desk.LevelStop, func(p *doctor.Parts) { p.Readers = nil }},
		{"no reader, training", doctor.ProbeReader, "reader-off", desk.LevelWarn, func(p *doctor.Parts) { p.Readers, p.Training = readers{}, true }},
		{"driver", doctor.ProbeDriver, "driver-missing", desk.LevelStop, func(p *doctor.Parts) { p.Plugged = func() (int, error) { return 3, nil } }},
		{"printer", doctor.ProbePrinter, "printer-off", desk.LevelStop, func(p *doctor.Parts) { p.Printer = printer{print.NewError(print.CodePaperOut, nil, nil)} }},
		{"clock", doctor.ProbeClock, "clock", desk.LevelStop, func(p *doctor.Parts) { p.Clock = clock{noon(), false} }},
		{"disk low", doctor.ProbeDisk, "disk", desk.LevelWarn, func(p *doctor.Parts) { p.Disk = disk(1<<30 - 1) }},
		{"disk full", doctor.ProbeDisk, "disk-full", desk.LevelStop, func(p *doctor.Parts) { p.Disk = disk(100<<20 - 1) }},
		{"disk below policy", doctor.ProbeDisk, "disk-full", desk.LevelStop, func(p *doctor.Parts) { p.Disk, p.Limits.MinFreeBytes = disk(5<<30), 6<<30 }},
		{"key ended", doctor.ProbeKeys, "keys-ended", desk.LevelStop, func(p *doctor.Parts) { p.Keys = keyed("x", 0, 500) }},
		{"key ending", doctor.ProbeKeys, "keys-ending", desk.LevelWarn, func(p *doctor.Parts) { p.Keys = keyed("x", 23*time.Hour, 500) }},
		{"no serials", doctor.ProbeKeys, "serials-out", desk.LevelStop, func(p *doctor.Parts) { p.Keys = keyed("x", 72*time.Hour, 0) }},
		{"few serials", doctor.ProbeKeys, "serials-few", desk.LevelWarn, func(p *doctor.Parts) { p.Keys = keyed("x", 72*time.Hour, 49) }},
		{"software key", doctor.ProbeKeys, "keys-soft", desk.LevelGood, func(p *doctor.Parts) { p.Keys = keyed(keys.Software, 72*time.Hour, 500) }},
		{"keys unreadable", doctor.ProbeKeys, "keys-unreadable", desk.LevelStop, func(p *doctor.Parts) {
			p.Keys = func(context.Context) (doctor.Keys, error) { return doctor.Keys{}, boom }
		}},
		{"status list old", doctor.ProbeLists, "lists-old", desk.LevelStop, func(p *doctor.Parts) { p.Lists = listed(trust.KindStatus, 25*time.Hour, time.Hour) }},
		{"state list old", doctor.ProbeLists, "lists-old", desk.LevelWarn, func(p *doctor.Parts) { p.Lists = listed(trust.KindCSCA, 25*time.Hour, time.Hour) }},
		{"bundle ended", doctor.ProbeLists, "lists-old", desk.LevelWarn, func(p *doctor.Parts) { p.Lists = listed(trust.KindStatus, time.Hour, 0) }},
		{"some wait", doctor.ProbeUnsent, "unsent-some", desk.LevelGood, func(p *doctor.Parts) { p.Queue = queued(doctor.Queue{Unsent: 3}) }},
		{"many wait", doctor.ProbeUnsent, "unsent-many", desk.LevelWarn, func(p *doctor.Parts) {
			p.Queue, p.Limits = queued(doctor.Queue{Unsent: 3}), desk.Limits{WarnUnsent: 3, StopUnsent: 4}
		}},
		{"too many wait", doctor.ProbeUnsent, "unsent-stop", desk.LevelStop, func(p *doctor.Parts) {
			p.Queue, p.Limits = queued(doctor.Queue{Unsent: 4}), desk.Limits{WarnUnsent: 3, StopUnsent: 4}
		}},
		{"too old", doctor.ProbeUnsent, "unsent-stop", desk.LevelStop, func(p *doctor.Parts) {
			p.Queue, p.Limits = queued(doctor.Queue{Unsent: 1, Oldest: 48 * time.Hour}), desk.Limits{StopUnsentAge: 48 * time.Hour}
		}},
		{"set aside", doctor.ProbeUnsent, "unsent-aside", desk.LevelWarn, func(p *doctor.Parts) {
			p.Queue = queued(doctor.Queue{States: map[queue.State]int{queue.StateHeld: 1, queue.StateRefused: 2}})
		}},
		{"queue unreadable", doctor.ProbeUnsent, "data", desk.LevelStop, func(p *doctor.Parts) {
			p.Queue = func(context.Context) (doctor.Queue, error) { return doctor.Queue{}, boom }
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, tag := range []string{"zh-Hans", "en"} {
				words, err := locales.Open(tag)
				if err != nil {
					t.Fatal(err)
				}
				if !words.Has("health."+tc.code) || !words.Has("hint."+tc.code) {
					t.Errorf("%s has no words for %s", tag, tc.code)
				}
			}
			parts := well()
			tc.ail(&parts)
			for _, p := range doctor.Examine(t.Context(), parts).Probes {
				switch {
				case p.Name == tc.probe && (p.Level != tc.level || p.Code != tc.code):
					t.Errorf("%+v", p)
				case p.Name != tc.probe && p.Level > desk.LevelGood:
					t.Errorf("%s feels what ails %s: %+v", p.Name, tc.probe, p)
				}
			}
		})
	}
}

// What a part says itself is handed on with its arguments.
func TestCause(t *testing.T) {
	p := well()
	p.Data = &desk.Error{Code: "data-locked", Args: map[string]string{"Holder": "bangban (1)"}}
	p.Printer = printer{print.NewError(print.CodePaperOut, nil, nil)}
	h := doctor.Examine(t.Context(), p)
	if a := h.Probe(doctor.ProbeData).Args; a["Cause"] != "data-locked" || a["Holder"] != "bangban (1)" {
		t.Errorf("data: %v", a)
	}
	if a := h.Probe(doctor.ProbePrinter).Args; a["Cause"] != print.CodePaperOut {
		t.Errorf("printer: %v", a)
	}
}
