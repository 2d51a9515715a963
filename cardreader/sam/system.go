package sam

import (
	"context"
	"io"
	"sync"
	"time"

	"bangban/cardreader"
)

// Port is one place where a reader may be.
type Port struct {
	Name string // of the reader, too
	// Dial opens the line. It returns within its context.
	Dial func(ctx context.Context) (io.ReadWriteCloser, error)
	// Guessed ports are readers only once something answered there; until then they are not shown.
	Guessed bool
	// Label, where set, stands in the record "sam" instead of the module's number: the simulator's.
	Label string
}

// Options say where readers are.
type Options struct {
	Ports       []Port
	Fingerprint bool             // ask for fingerprints, too
	Every       time.Duration    // how often to look for a card; 0: 300 ms
	Now         func() time.Time // nil: time.Now
}

// System is the set of SAM readers at the given ports.
type System struct {
	o      Options
	places []*place
}

var (
	_ cardreader.System       = (*System)(nil)
	_ cardreader.Reader       = (*place)(nil)
	_ cardreader.Conn         = (*conn)(nil)
	_ cardreader.RecordReader = (*conn)(nil)
)

// New makes the system. It touches no port.
func New(o Options) *System {
	if o.Every <= 0 {
		o.Every = 300 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &System{o: o}
	for _, p := range o.Ports {
		s.places = append(s.places, newPlace(s, p))
	}
	return s
}

// Name is "sam".
func (s *System) Name() string { return "sam" }

// Close closes the lines that are open and not in use; Connect and Watch open them again.
func (s *System) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, p := range s.places {
		if p.lock(ctx) == nil {
			p.hangUp()
			p.unlock()
		}
	}
	return nil
}

// Readers implements cardreader.System: the ports that were named, and those guessed ones where a module answers.
func (s *System) Readers(ctx context.Context) ([]cardreader.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, explain(err)
	}
	there := s.lookAll(ctx)
	var list []cardreader.Reader
	for i, p := range s.places {
		if !p.port.Guessed || there[i].Kind != cardreader.Removed {
			list = append(list, p)
		}
	}
	return list, nil
}

// lookAll looks at every place at the same time: a dead address must not keep the others waiting.
func (s *System) lookAll(ctx context.Context) []cardreader.Event {
	events := make([]cardreader.Event, len(s.places))
	var wg sync.WaitGroup
	for i, p := range s.places {
		wg.Go(func() { events[i] = p.look(ctx) })
	}
	wg.Wait()
	return events
}

// Watch implements cardreader.System.
func (s *System) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return s.watch(ctx, s.places)
}

// watch tells what is so at places, and then what is new, as often as Options say.
func (s *System) watch(ctx context.Context, places []*place) (<-chan cardreader.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, explain(err)
	}
	events := make(chan cardreader.Event)
	w := &watcher{ctx: ctx, out: events, every: s.o.Every}
	go func() {
		defer close(events)
		first := (&System{o: s.o, places: places}).lookAll(ctx)
		shown := false
		for i, p := range places {
			if hidden := p.port.Guessed && first[i].Kind == cardreader.Removed; !hidden {
				shown = true
				w.send(first[i])
			}
		}
		if !shown {
			w.send(cardreader.Event{Kind: cardreader.NoReader, At: s.o.Now()})
		}
		var wg sync.WaitGroup
		for i, p := range places {
			wg.Go(func() { w.follow(p, first[i]) })
		}
		wg.Wait()
	}()
	return events, nil
}

// watcher is one receiver of events.
type watcher struct {
	ctx   context.Context
	out   chan<- cardreader.Event
	every time.Duration
}

func (w *watcher) send(e cardreader.Event) {
	select {
	case w.out <- e:
	case <-w.ctx.Done():
	}
}

func (w *watcher) follow(p *place, told cardreader.Event) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-tick.C:
		}
		if e := p.look(w.ctx); w.ctx.Err() == nil && (e.Kind != told.Kind || e.Count != told.Count) {
			w.send(e)
			told = e
		}
	}
}
