package inbox

import "context"

// Event is one accepted parcel for the institution's own consumers: sealed as it came.
type Event struct {
	Ref
	Kind   string
	Day    string
	Hash   [32]byte
	Sealed []byte
}

// Outbox notes what was accepted until it has been published: at least once, never zero times. Not every store has it.
type Outbox interface {
	// Subscribe makes every Take from now on note its parcels in the transaction that stores them.
	Subscribe(ctx context.Context, name string) error
	// Drain hands the oldest notes to publish, at most limit, and forgets them once it returns without an error.
	Drain(ctx context.Context, limit int, publish func(context.Context, []Event) error) (int, error)
	// Waiting counts what is noted.
	Waiting(ctx context.Context) (int, error)
}
