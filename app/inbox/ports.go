package inbox

import (
	"context"
	"time"
)

// Codes keeps one-time enrolment codes, hashed. Not every store has it.
type Codes interface {
	// AddCode keeps a code for a station until a moment.
	AddCode(ctx context.Context, hash [32]byte, station string, until time.Time) error
	// UseCode spends a code on a key and says for which station. The same key may come again, because an answer may be
	// lost; any other gets ErrCode.
	UseCode(ctx context.Context, hash, key [32]byte, now time.Time) (station string, err error)
}

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
