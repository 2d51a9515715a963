package station

import (
	"context"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/app/store"
)

// ballast is what lies beside the database for a full disk, see package store.
const ballast = 16 << 20

// narrowLife is how long a paper of a narrowed counter may live.
const narrowLife = 24 * time.Hour

// Degree is how far a counter that goes without its back office is frozen.
type Degree uint8

// The degrees, each with what it does.
const (
	Free     Degree = iota
	Warned          // the screen says so
	Narrowed        // papers live a day at most
	Stopped         // nothing new is issued; what is open ends, everything else goes on
)

// Freeze says how far, and why: a desk code with its arguments. Code is empty where the counter is free.
type Freeze struct {
	Degree Degree
	Code   string
	Args   map[string]string
}

// Frozen judges the freeze limits of policy: how many parcels have no receipt, how old the oldest is, how much room is on
// the disk. The worst of the three counts. Between warning and stopping, half way, lies narrowing.
func (s *Station) Frozen(ctx context.Context) Freeze {
	l := s.bundle.Policy.Limits
	n, oldest, err := s.Unsent(ctx)
	if err != nil {
		return Freeze{Stopped, "data-unreadable", map[string]string{"Dir": s.o.Dir}}
	}
	count := map[string]string{"Count": strconv.Itoa(n)}
	worst := Freeze{}
	for _, f := range []Freeze{
		{over(int64(n), int64(l.WarnUnsent), int64(l.StopUnsent)), "unsent-stop", count},
		{over(int64(oldest), int64(l.WarnUnsentAge), int64(l.StopUnsentAge)), "unsent-stop", count},
		s.room(l),
	} {
		if f.Degree > worst.Degree {
			worst = f
		}
	}
	if worst.Code == "unsent-stop" && worst.Degree < Stopped {
		worst.Code = "unsent-many"
	}
	return worst
}

// over compares a number with a limit to warn at and one to stop at; a limit of zero is off.
func over(n, warn, stop int64) Degree {
	switch {
	case stop > 0 && n >= stop:
		return Stopped
	case stop > 0 && warn > 0 && warn < stop && n >= warn+(stop-warn)/2:
		return Narrowed
	case warn > 0 && n >= warn:
		return Warned
	}
	return Free
}

// room judges the disk. What the store needs to be able to end its work is a limit whatever policy says.
func (s *Station) room(l desk.Limits) Freeze {
	free, err := diskFree(s.o.Dir)
	if err != nil {
		return Freeze{}
	}
	least := max(l.MinFreeBytes, store.LowDisk)
	f := Freeze{Code: "disk-low", Args: map[string]string{"MB": strconv.FormatUint(free>>20, 10)}}
	switch {
	case free < least:
		f.Degree = Stopped
	case free < least+least/2:
		f.Degree = Narrowed
	case free < 2*least:
		f.Degree = Warned
	}
	return f
}

// kept says what became of the database, where there is anything to say, and what the limits are near to.
func (s *Station) kept(ctx context.Context) (all []desk.Probe) {
	if f := s.Frozen(ctx); f.Degree > Free {
		level := desk.LevelWarn
		if f.Degree == Stopped {
			level = desk.LevelStop
		}
		all = append(all, desk.Probe{Name: "limits", Level: level, Code: f.Code, Args: f.Args})
	}
	if err := s.store.Sound(); err != nil {
		all = append(all, desk.Probe{Name: "data", Level: desk.LevelStop, Code: "data-restart"})
	}
	rep, err := s.store.Salvaged(ctx)
	if err != nil || rep == nil {
		return all
	}
	if day, err := time.Parse(time.DateOnly, rep.Day); err == nil && s.clock.Time().Sub(day) < salvageShown {
		all = append(all, desk.Probe{Name: "data", Level: desk.LevelWarn, Code: "data-salvaged",
			Args: map[string]string{"Count": strconv.Itoa(rep.Missing), "Folder": rep.Quarantine}})
	}
	return all
}

// salvageShown is how long the screen tells of a damaged database.
const salvageShown = 14 * 24 * time.Hour

// sealDay signs a checkpoint when somebody leaves the counter: what was done until then can no longer be rewritten
// unseen. Without a signer, before the institution has answered, there is none.
func (s *Station) sealDay() {
	if s.store == nil || s.o.ReadOnly {
		return
	}
	if _, err := s.store.Checkpoint(context.Background()); err != nil {
		s.o.Log.Warn("station", "op", "checkpoint", "err", err)
	}
}
