package station

import (
	"context"
	"maps"
	"slices"
	"sync"

	"bangban/cardreader"
)

// Watch merges the events of all systems. A system that never had a reader is not reported while another one has: a
// training counter without a reader works with its tray. One that had a reader and lost it, or its service, is reported
// at once, whatever the others have: the clerk must know why the reader on the desk is dead.
func (c *Cards) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	ctx, cancel := context.WithCancel(ctx)
	m := &merger{out: make(chan cardreader.Event, 64), systems: len(c.systems), empty: map[int]cardreader.Event{}, readers: map[string]int{}, had: map[int]bool{}}
	var wg sync.WaitGroup
	for i, s := range c.systems {
		events, err := s.Watch(ctx)
		if err != nil {
			cancel()
			return nil, err
		}
		wg.Go(func() {
			for ev := range events {
				m.take(ctx, i, ev)
			}
		})
	}
	go func() {
		wg.Wait()
		cancel()
		close(m.out)
	}()
	return m.out, nil
}

// merger keeps apart which system has readers.
type merger struct {
	out     chan cardreader.Event
	systems int

	mu      sync.Mutex
	empty   map[int]cardreader.Event // systems that have no reader, and why
	readers map[string]int
	had     map[int]bool // systems that had a reader in this run
}

func (m *merger) take(ctx context.Context, system int, ev cardreader.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.told(system, ev) {
		select {
		case m.out <- e:
		case <-ctx.Done():
			return
		}
	}
}

// told says what is to be told of an event of one system.
func (m *merger) told(system int, ev cardreader.Event) []cardreader.Event {
	if ev.Reader != "" {
		delete(m.empty, system)
		m.readers[ev.Reader], m.had[system] = system, true
		if ev.Kind == cardreader.Removed {
			delete(m.readers, ev.Reader)
		}
		return []cardreader.Event{ev}
	}
	m.empty[system] = ev
	var news []cardreader.Event
	for _, name := range slices.Sorted(maps.Keys(m.readers)) {
		if m.readers[name] == system {
			delete(m.readers, name)
			news = append(news, cardreader.Event{Reader: name, Kind: cardreader.Removed, At: ev.At})
		}
	}
	if !m.had[system] && (len(m.readers) > 0 || len(m.empty) < m.systems) {
		return news
	}
	// Where all are without, what can be remedied first is told: a service that is off hides readers that are there.
	for i := range m.systems {
		if len(m.readers) == 0 && m.empty[i].Kind == cardreader.ServiceOff {
			ev = m.empty[i]
			break
		}
	}
	return append(news, ev) // it says of every reader that it has gone; the tray is back with its next card
}
