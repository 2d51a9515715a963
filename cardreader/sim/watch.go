package sim

import (
	"context"
	"slices"

	"bangban/cardreader"
)

// Watch implements cardreader.System.
func (s *System) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return s.watch(ctx, "")
}

// Watch implements cardreader.Reader.
func (r *Reader) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return r.system.watch(ctx, r.name)
}

// watch compares the state with what it told last, so a slow receiver misses what came and went and never how it is.
func (s *System) watch(ctx context.Context, only string) (<-chan cardreader.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	events := make(chan cardreader.Event)
	state, changed := s.state(only) // at the call, not when the goroutine comes to it
	go func() {
		defer close(events)
		var told []cardreader.Event
		for {
			for _, e := range difference(told, state) {
				select {
				case events <- e:
				case <-ctx.Done():
					return
				}
			}
			told = state
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			state, changed = s.state(only)
		}
	}()
	return events, nil
}

// state is how it is now, and a channel that closes when that changes.
func (s *System) state(only string) ([]cardreader.Event, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off != nil {
		return []cardreader.Event{{Kind: cardreader.ServiceOff, At: s.now(), Err: s.off}}, s.changed
	}
	var state []cardreader.Event
	for _, r := range s.readers {
		if only == "" || only == r.name {
			state = append(state, r.event())
		}
	}
	switch {
	case len(state) > 0:
	case only == "":
		state = append(state, cardreader.Event{Kind: cardreader.NoReader, At: s.now()})
	default:
		state = append(state, cardreader.Event{Reader: only, Kind: cardreader.Removed, At: s.now()})
	}
	return state, s.changed
}

func (r *Reader) event() cardreader.Event {
	e := cardreader.Event{Reader: r.name, Kind: cardreader.Empty, Count: r.count, At: r.at}
	switch {
	case r.card == nil:
	case r.card.Mute():
		e.Kind = cardreader.Mute
	default:
		e.Kind, e.ATR = cardreader.Present, r.card.ATR()
	}
	return e
}

// difference lists what is new in state: readers that have gone first, then every other change.
func difference(told, state []cardreader.Event) []cardreader.Event {
	var news []cardreader.Event
	index := func(list []cardreader.Event, name string) int {
		return slices.IndexFunc(list, func(e cardreader.Event) bool { return e.Reader == name })
	}
	for _, e := range told {
		if e.Reader != "" && e.Kind != cardreader.Removed && index(state, e.Reader) < 0 && state[0].Kind != cardreader.ServiceOff {
			news = append(news, cardreader.Event{Reader: e.Reader, Kind: cardreader.Removed, Count: e.Count + 1, At: state[0].At})
		}
	}
	for _, e := range state {
		i := index(told, e.Reader)
		if i < 0 || told[i].Kind != e.Kind || told[i].Count != e.Count {
			news = append(news, e)
		}
	}
	return news
}
