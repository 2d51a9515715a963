package station

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"bangban/app/desk"
	"bangban/app/doctor"
	"bangban/app/trust"
	"bangban/cardreader/pcsc"
)

// usbInterfaces is where Linux lists what is plugged in.
const usbInterfaces = "/sys/bus/usb/devices"

// Examine looks at everything that this counter needs, also where the folder cannot be opened or no counter is set up
// yet; then it says so, and looks at the rest. It changes nothing and makes no station.
func Examine(ctx context.Context, o Options) (_ desk.Health, err error) {
	o.fill()
	o.ReadOnly = true
	s, why := lookAt(ctx, o)
	defer func() { err = errors.Join(err, s.Close()) }()
	p := doctor.Parts{Training: o.Training, Clock: s.clock, Data: why, Disk: func() (uint64, error) { return diskFree(existing(o.Dir)) }}
	if cards, cerr := s.openCards(); cerr == nil {
		p.Readers = cards
		if pcsc.Available() {
			p.Service = cards.systems[0]
		}
	}
	if runtime.GOOS == "linux" {
		p.Plugged = func() (int, error) { return plugged(os.DirFS(usbInterfaces)) }
	}
	cards, _ := p.Readers.(*Cards) // nil where they cannot be opened
	p.Hardware = func(ctx context.Context) doctor.Hardware { return thisMachine().hardware(ctx, o.SAM, cards) }
	if s.bundle != nil { // the folder is open
		s.examined(&p)
	}
	h := doctor.Examine(ctx, p)
	if s.bundle != nil {
		h.Probes = append(h.Probes, s.program(h.At)...)
	}
	return h, nil
}

// lookAt opens the folder for looking where it can; else it gives a counter without one, and why.
func lookAt(ctx context.Context, o Options) (*Station, error) {
	bare := &Station{o: o, dir: dataDir(o.Dir), clock: NewClock(o.Now), trust: trust.New(nil)}
	fresh, err := bare.dir.settle(o.Training)
	switch {
	case err != nil:
		return bare, err
	case fresh && o.Training: // the first start makes it
		return bare, nil
	case fresh:
		return bare, &desk.Error{Op: "doctor", Code: "station-not-set-up", Args: map[string]string{"Dir": o.Dir}}
	}
	s, err := Open(ctx, o)
	if err != nil {
		return bare, err
	}
	return s, nil
}

// examined hands over what an open folder knows.
func (s *Station) examined(p *doctor.Parts) {
	p.Limits, p.Printer = s.bundle.Policy.Limits, s.printers
	p.Keys = func(ctx context.Context) (doctor.Keys, error) {
		left, err := s.store.SerialsLeft(ctx)
		return doctor.Keys{Kind: s.vault.Kind(), Ends: s.delegated.Expires, Serials: left}, err
	}
	p.Lists = func() doctor.Lists {
		return doctor.Lists{Held: s.trust.Snapshots(), MaxAge: s.bundle.Policy.MaxListAge, Ends: s.bundle.NotAfter}
	}
	p.Queue = func(ctx context.Context) (doctor.Queue, error) {
		st, err := s.store.Stats(ctx)
		if err != nil {
			return doctor.Queue{}, err
		}
		n, oldest, err := s.Unsent(ctx)
		return doctor.Queue{States: st.States, Unsent: n, Oldest: oldest}, err
	}
}

// existing is the folder itself or the nearest one above it that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}

// plugged counts USB interfaces of smart card readers (USB Device Class Specification for CCID §4.3: class 0Bh).
func plugged(sys fs.FS) (n int, err error) {
	entries, err := fs.ReadDir(sys, ".")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		b, err := fs.ReadFile(sys, e.Name()+"/bInterfaceClass")
		if err == nil && strings.TrimSpace(string(b)) == "0b" {
			n++
		}
	}
	return n, nil
}
