package inbox

import (
	"context"

	"bangban/app/journal"
	"bangban/app/queue"
)

// Ref is the key of a parcel, for ever.
type Ref struct {
	Station    string
	Epoch, Seq uint64
}

// Item is one verified envelope and its bytes.
type Item struct {
	Envelope *queue.Envelope
	Bytes    []byte
}

// Intake is one batch after every signature in it has been verified. All items are of one station and epoch.
type Intake struct {
	Station    string
	Epoch      uint64
	Items      []Item
	Checkpoint *journal.Checkpoint // nil: none that could be proven
	Signed     []byte              // its note
	Since      int64               // size of the checkpoint it was proven from

	Unproven bool // the checkpoint that came is the station's own and could not be proven to continue the one held
}

// Taken is what became of one item.
type Taken struct {
	Ref    Ref
	Result queue.Result // Accepted, Duplicate, or Refused: a fork
	Held   [32]byte     // hash of what is held under this number
}

// Row is what is known of one station.
type Row struct {
	Station    string   `json:"station"`
	Epoch      uint64   `json:"epoch"`
	Parcels    int      `json:"parcels"`
	Mark       uint64   `json:"mark"`              // end of the gapless prefix
	Highest    uint64   `json:"highest"`           // highest seq held
	Counted    uint64   `json:"counted"`           // parcels that the newest checkpoint counts
	Missing    []uint64 `json:"missing,omitempty"` // the first ones, at most MaxMissing
	Forks      int      `json:"forks"`
	Unproven   int      `json:"unproven,omitempty"` // checkpoints that did not continue the one held
	Checkpoint int64    `json:"checkpoint"`         // size of the newest one held
	Newest     string   `json:"newest,omitempty"`   // day of the newest parcel
}

// MaxMissing bounds a report.
const MaxMissing = 100

// Store keeps parcels. Each method is one transaction; Take returns only after a durable commit, because receipts are
// signed on its word.
type Store interface {
	// Take stores a batch: all or nothing. A number that holds other bytes puts the new ones in quarantine and refuses
	// them. The checkpoint is stored only if the newest one held is still of size Since.
	Take(ctx context.Context, in Intake) ([]Taken, error)
	// Newest gives the newest checkpoint held; one of size 0 where there is none.
	Newest(ctx context.Context, station string, epoch uint64) (journal.Checkpoint, error)
	// Envelope gives the bytes held under a key, or ErrNotFound.
	Envelope(ctx context.Context, r Ref) ([]byte, error)
	// Stations lists what is known of each.
	Stations(ctx context.Context) ([]Row, error)
}
