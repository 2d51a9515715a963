package inbox

import (
	"context"

	"bangban/app/queue"
)

// Event is one accepted parcel for the institution's own consumers: sealed as it came.
type Event struct {
	Ref
	Kind   string
	Day    string
	Hash   [32]byte
	Sealed []byte
}

// Replies keeps answers to what people asked at the counters for 180 days, so that the counters can fetch them. They are sealed to the code
// that the person took home.
type Replies interface {
	// PutAnswer keeps an answer for a station and gives its number, which is larger than that of all before it. The same
	// file again gives the number that it has.
	PutAnswer(ctx context.Context, station string, file []byte) (n int64, err error)
	// Answers gives a station's answers behind a number, oldest first.
	Answers(ctx context.Context, station string, after int64, limit int) ([]queue.Answered, error)
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
