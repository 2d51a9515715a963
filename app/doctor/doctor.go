package doctor

import (
	"context"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/queue"
	"bangban/app/trust"
	"bangban/cardreader"
	"bangban/print"
)

// Readers lists what a card can be laid on; cardreader.System is one.
type Readers interface {
	Readers(ctx context.Context) ([]cardreader.Reader, error)
}

// Printer says why it could not print; print.Device is one.
type Printer interface {
	Ready(ctx context.Context) error
}

// Clock gives station time, the computer's own, and whether that one can be relied on.
type Clock interface {
	Now() (station, os time.Time, sure bool)
}

var (
	_ Readers = cardreader.System(nil)
	_ Printer = print.Device(nil)
)

// Keys is what is left of the right to sign.
type Keys struct {
	Kind    string // keys.Software: in a file
	Ends    time.Time
	Serials uint64 // left in the block
}

// Lists are the dated lists on which verdicts rest.
type Lists struct {
	Held   []trust.Snapshot
	MaxAge map[string]time.Duration // by kind
	Ends   time.Time                // of the bundle
}

// Queue is what waits for the back office.
type Queue struct {
	States map[queue.State]int
	Unsent int
	Oldest time.Duration // how long the oldest has waited
}

// Parts is what is looked at. A nil part is not asked.
type Parts struct {
	Training bool
	Limits   desk.Limits

	Service  Readers                        // the computer's card service
	Readers  Readers                        // all readers
	Plugged  func() (int, error)            // readers that hang on the USB, whether or not a driver serves them
	Hardware func(context.Context) Hardware // what the system itself says about readers
	Printer  Printer                        // the one that is chosen
	Clock    Clock                          // station time
	Disk     func() (free uint64, _ error)  // bytes where the data folder lies
	Keys     func(context.Context) (Keys, error)
	Lists    func() Lists
	Queue    func(context.Context) (Queue, error)
	Data     error // why the data folder cannot be opened; nil: it can
}

// Names of the probes, in the order in which they are looked at.
const (
	ProbeData    = "data"
	ProbeService = "service"
	ProbeReader  = "reader"
	ProbeDriver  = "driver"
	ProbePrinter = "printer"
	ProbeClock   = "clock"
	ProbeDisk    = "disk"
	ProbeKeys    = "keys"
	ProbeLists   = "lists"
	ProbeUnsent  = "unsent"
)

// Bounds.
const (
	diskStop    = 100 << 20 // bytes below which a transaction may fail; policy may ask for more
	diskWarn    = 1 << 30
	serialsFew  = 50
	keysEnd     = 24 * time.Hour
	printerWait = 3 * time.Second
)

// Examine looks at every part.
func Examine(ctx context.Context, p Parts) desk.Health {
	now := time.Time{}
	if p.Clock != nil {
		now, _, _ = p.Clock.Now()
	}
	h := desk.Health{At: now}
	h.Probes = append(h.Probes, p.data())
	h.Probes = append(h.Probes, p.readers(ctx)...)
	h.Probes = append(h.Probes, p.printer(ctx), p.clock(), p.disk(), p.keys(ctx, now), p.lists(now), p.unsent(ctx))
	return h
}

// Worst is the level of the part that feels worst.
func Worst(h desk.Health) desk.Level {
	worst := desk.LevelUnknown
	for _, p := range h.Probes {
		worst = max(worst, p.Level)
	}
	return worst
}

func good(name string) desk.Probe { return desk.Probe{Name: name, Level: desk.LevelGood} }

func bad(name string, level desk.Level, code string, args ...string) desk.Probe {
	p := desk.Probe{Name: name, Level: level, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args[args[i]] = args[i+1]
	}
	return p
}

// ails is a part that said itself what ails it.
func ails(name string, level desk.Level, code string, err error) desk.Probe {
	d := desk.Explain("doctor", err)
	p := desk.Probe{Name: name, Level: level, Code: code, Args: map[string]string{"Cause": d.Code}}
	for k, v := range d.Args {
		p.Args[k] = v
	}
	return p
}

func (p Parts) data() desk.Probe {
	if p.Data == nil {
		return good(ProbeData)
	}
	return ails(ProbeData, desk.LevelStop, "data", p.Data)
}

// needed is how bad it is to be without what a training counter can do without.
func (p Parts) needed() desk.Level {
	if p.Training {
		return desk.LevelWarn
	}
	return desk.LevelStop
}

func (p Parts) printer(ctx context.Context) desk.Probe {
	if p.Printer == nil {
		return desk.Probe{Name: ProbePrinter}
	}
	ctx, cancel := context.WithTimeout(ctx, printerWait)
	defer cancel()
	if err := p.Printer.Ready(ctx); err != nil {
		return ails(ProbePrinter, desk.LevelStop, "printer-off", err)
	}
	return good(ProbePrinter)
}

func (p Parts) clock() desk.Probe {
	if p.Clock == nil {
		return desk.Probe{Name: ProbeClock}
	}
	if _, _, sure := p.Clock.Now(); !sure {
		return bad(ProbeClock, desk.LevelStop, "clock")
	}
	return good(ProbeClock)
}

func (p Parts) disk() desk.Probe {
	if p.Disk == nil {
		return desk.Probe{Name: ProbeDisk}
	}
	free, err := p.Disk()
	mb := strconv.FormatUint(free>>20, 10)
	switch {
	case err != nil:
		return desk.Probe{Name: ProbeDisk}
	case free < max(diskStop, p.Limits.MinFreeBytes):
		return bad(ProbeDisk, desk.LevelStop, "disk-full", "MB", mb)
	case free < diskWarn:
		return bad(ProbeDisk, desk.LevelWarn, "disk", "MB", mb)
	}
	return good(ProbeDisk)
}

func (p Parts) keys(ctx context.Context, now time.Time) desk.Probe {
	if p.Keys == nil {
		return desk.Probe{Name: ProbeKeys}
	}
	k, err := p.Keys(ctx)
	switch {
	case err != nil:
		return ails(ProbeKeys, desk.LevelStop, "keys-unreadable", err)
	case !now.Before(k.Ends):
		return bad(ProbeKeys, desk.LevelStop, "keys-ended")
	case k.Serials == 0:
		return bad(ProbeKeys, desk.LevelStop, "serials-out")
	case k.Ends.Sub(now) < keysEnd:
		return bad(ProbeKeys, desk.LevelWarn, "keys-ending")
	case k.Serials < serialsFew:
		return bad(ProbeKeys, desk.LevelWarn, "serials-few", "Count", strconv.FormatUint(k.Serials, 10))
	case k.Kind == keys.Software:
		return desk.Probe{Name: ProbeKeys, Level: desk.LevelGood, Code: "keys-soft"}
	}
	return good(ProbeKeys)
}

func (p Parts) lists(now time.Time) desk.Probe {
	if p.Lists == nil {
		return desk.Probe{Name: ProbeLists}
	}
	l := p.Lists()
	probe := good(ProbeLists)
	if !now.Before(l.Ends) {
		probe = bad(ProbeLists, desk.LevelWarn, "lists-old", "List", "bundle")
	}
	for _, s := range l.Held {
		switch {
		case !s.TooOld(now, l.MaxAge[s.Kind]):
		case s.Kind == trust.KindStatus || s.Kind == trust.KindDelegations: // vouchers rest on these
			return bad(ProbeLists, desk.LevelStop, "lists-old", "List", s.Label())
		default:
			probe = bad(ProbeLists, desk.LevelWarn, "lists-old", "List", s.Label())
		}
	}
	return probe
}

func (p Parts) unsent(ctx context.Context) desk.Probe {
	if p.Queue == nil {
		return desk.Probe{Name: ProbeUnsent}
	}
	q, err := p.Queue(ctx)
	if err != nil {
		return ails(ProbeUnsent, desk.LevelStop, "data", err)
	}
	over := func(n int, age time.Duration) bool { return n > 0 && q.Unsent >= n || age > 0 && q.Oldest >= age }
	count := strconv.Itoa(q.Unsent)
	switch {
	case over(p.Limits.StopUnsent, p.Limits.StopUnsentAge):
		return bad(ProbeUnsent, desk.LevelStop, "unsent-stop", "Count", count)
	case q.States[queue.StateHeld]+q.States[queue.StateRefused] > 0:
		return bad(ProbeUnsent, desk.LevelWarn, "unsent-aside", "Count", strconv.Itoa(q.States[queue.StateHeld]+q.States[queue.StateRefused]))
	case over(p.Limits.WarnUnsent, p.Limits.WarnUnsentAge):
		return bad(ProbeUnsent, desk.LevelWarn, "unsent-many", "Count", count)
	case q.Unsent > 0:
		return desk.Probe{Name: ProbeUnsent, Level: desk.LevelGood, Code: "unsent-some", Args: map[string]string{"Count": count}}
	}
	return good(ProbeUnsent)
}
