//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"slices"

	"bangban/cardreader"
)

// Watch implements cardreader.System.
func (s *system) Watch(ctx context.Context) (<-chan cardreader.Event, error) { return s.watch(ctx, "") }

// Watch implements cardreader.Reader.
func (r *reader) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return r.system.watch(ctx, r.name)
}

// watch compares the hub's state with what it told last, so a slow receiver misses what came and went and never how it is.
func (s *system) watch(ctx context.Context, only string) (<-chan cardreader.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, wrap("watch", err)
	}
	leave := s.join()
	events := make(chan cardreader.Event)
	go func() {
		defer close(events)
		defer leave()
		var told []cardreader.Event
		for {
			state, changed := s.hub.snapshot()
			if state != nil {
				state = narrow(state, only)
				for _, e := range difference(told, state) {
					select {
					case events <- e:
					case <-ctx.Done():
						return
					}
				}
				told = state
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events, nil
}

// narrow keeps what concerns one reader; only "" keeps all.
func narrow(state []cardreader.Event, only string) []cardreader.Event {
	if only == "" {
		return state
	}
	i := slices.IndexFunc(state, func(e cardreader.Event) bool { return e.Reader == only || e.Kind == cardreader.ServiceOff })
	if i >= 0 {
		return state[i : i+1]
	}
	return []cardreader.Event{{Reader: only, Kind: cardreader.Removed, At: state[0].At}}
}

// same tells that there is nothing new between two events of one reader.
func same(a, b cardreader.Event) bool {
	return a.Reader == b.Reader && a.Kind == b.Kind && a.Count == b.Count && bytes.Equal(a.ATR, b.ATR)
}

// difference lists what is new in state, which is not empty: readers that have gone first, then every other change.
func difference(told, state []cardreader.Event) []cardreader.Event {
	var news []cardreader.Event
	find := func(list []cardreader.Event, name string) int {
		return slices.IndexFunc(list, func(e cardreader.Event) bool { return e.Reader == name })
	}
	for _, e := range told {
		if e.Reader != "" && e.Kind != cardreader.Removed && find(state, e.Reader) < 0 && state[0].Kind != cardreader.ServiceOff {
			news = append(news, cardreader.Event{Reader: e.Reader, Kind: cardreader.Removed, Count: e.Count + 1, At: state[0].At})
		}
	}
	for _, e := range state {
		if i := find(told, e.Reader); i < 0 || !same(told[i], e) {
			news = append(news, e)
		}
	}
	return news
}
