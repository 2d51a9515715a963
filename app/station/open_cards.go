package station

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/trust"
	"bangban/assets"
	"bangban/cardreader"
	"bangban/cardreader/cms"
	"bangban/cardreader/kinds"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// TrayReader is the simulated reader of the window in training: specimens are laid on it and lifted by a key.
const TrayReader = sim.Prefix + "tray"

// OpenCards gives the readers without the rest of the counter: for commands that only read. Issuers known are those of
// the bundle where there is one; in training the training CSCA.
func OpenCards(_ context.Context, o Options) (*Cards, error) {
	o.fill()
	s := &Station{o: o, dir: dataDir(o.Dir), clock: NewClock(o.Now)}
	fresh, err := s.dir.settle(o.Training)
	if err != nil {
		return nil, err
	}
	if !fresh {
		if err := s.openTrust(); err != nil {
			return nil, err
		}
	}
	if s.trust == nil {
		s.trust = trust.New(nil)
		if o.Training {
			if err := s.trust.Add(assets.TrainingCSCA(), "training", s.o.Now()); err != nil {
				return nil, err
			}
		}
	}
	return s.openCards()
}

// openCards lists the ways to readers: PC/SC where this build has it, readers with a security module at the ports that
// were named, and in training folders only the simulator.
func (s *Station) openCards() (*Cards, error) {
	now := s.clock.Time
	if !s.o.At.IsZero() {
		now = func() time.Time { return s.o.At }
	}
	c := &Cards{training: s.o.Training, kinds: kinds.All(kinds.Deps{
		Anchors: func() []*cms.Certificate { return s.trust.CSCA() }, Lists: s.withdrawn(now), Now: now, Rand: s.o.Rand,
	})}
	c.decoder = s.photoDecoder()
	if pcsc.Available() {
		sys, err := pcsc.Open(pcsc.Options{Now: s.o.Now})
		if err != nil {
			return nil, err
		}
		c.systems = append(c.systems, sys)
	}
	if err := c.addSAM(s.o.SAM); err != nil {
		return nil, err
	}
	if !s.o.Training {
		if len(c.systems) == 0 {
			return c, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
		}
		return c, nil
	}
	return c, s.addSimulator(c)
}

// withdrawn gives what is held of lists of withdrawn document signers: those of the bundle, and in training the one that
// is shipped beside them.
func (s *Station) withdrawn(now func() time.Time) func() cms.Revocations {
	var shipped []*cms.CRL
	if s.o.Training {
		if list, err := cms.ParseCRL(assets.TrainingCRL()); err == nil { // as shipped: tests see it
			shipped = append(shipped, list)
		}
	}
	return func() cms.Revocations {
		r := s.trust.Revocations(now)
		r.Held = append(r.Held, shipped...)
		return r
	}
}

// addSimulator adds the specimens: for the window one tray, for the command line a reader each.
func (s *Station) addSimulator(c *Cards) error {
	if s.o.Tray {
		sys, err := sim.NewSystem()
		if err != nil {
			return err
		}
		c.tray = sys.Attach(TrayReader)
		c.systems = append(c.systems, tray{sys})
		c.offer = func(reader string) cardreader.Secrets {
			if card := c.tray.Card(); card != nil && reader == TrayReader {
				return sim.Secrets(card.Specimen().Name)
			}
			return nil
		}
		return nil
	}
	list, err := sim.Specimens()
	if err != nil {
		return err
	}
	names := make([]string, 0, len(list))
	var ports []sam.Port
	for _, sp := range list {
		if sp.OfSAM() {
			ports = append(ports, simulatedPort(sim.Prefix+sp.Name, sp))
			continue
		}
		names = append(names, sp.Name)
	}
	sys, err := sim.NewSystem(names...)
	if err != nil {
		return err
	}
	c.systems = append(c.systems, sys, sam.New(sam.Options{Ports: ports}))
	c.offer = func(reader string) cardreader.Secrets {
		if name, ok := strings.CutPrefix(reader, sim.Prefix); ok {
			return sim.Secrets(name)
		}
		return nil
	}
	return nil
}

// HasTray tells whether cards can be laid by key: on a training station. Specimens takes some 15 ms to say so.
func (c *Cards) HasTray() bool { return c.tray != nil }

// Specimens lists the cards that can be laid on the tray; none on a real station.
func (c *Cards) Specimens() []string {
	if c.tray == nil {
		return nil
	}
	list, err := sim.Specimens()
	if err != nil {
		return nil
	}
	// Those that name a person come first, the cards that most people carry before others: what a newcomer lays first is an
	// ordinary one.
	slices.SortStableFunc(list, func(a, b sim.Specimen) int { return cmp.Compare(rank(a), rank(b)) })
	names := make([]string, 0, len(list))
	for _, sp := range list {
		names = append(names, sp.Name)
	}
	return names
}

func rank(s sim.Specimen) int {
	if s.Truth == (cardreader.Subject{}) {
		return 1
	}
	return 0
}

// Lay lays a specimen on the tray in place of what lies there; an empty name lifts it.
func (c *Cards) Lay(name string) error {
	if c.tray == nil {
		return &desk.Error{Op: "card.lay", Code: "reader-simulated", Args: map[string]string{"Reader": name}}
	}
	if name == "" {
		c.tray.Remove()
		return nil
	}
	card, err := sim.Open(name)
	if err != nil {
		return &desk.Error{Op: "card.lay", Code: "reader-unknown", Args: map[string]string{"Reader": name}, Err: err}
	}
	c.tray.Insert(card)
	return nil
}
