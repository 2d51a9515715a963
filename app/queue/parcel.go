package queue

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// UUID is a parcel's id; people know it as the receipt number. Version 7 (RFC 9562 §5.7).
type UUID = uuid.UUID

// Kind of a parcel.
const (
	KindVoucher      = "voucher" // T1: exactly one a serial
	KindAfter        = "after"   // T2 and recovery
	KindVerification = "verification"
	KindMandate      = "mandate"
	KindVoid         = "void"
	KindRedeem       = "redeem"
	KindRequest      = "request"
)

// State of a parcel at the counter. The zero value is StateWaiting.
type State uint8

// The states of design §6. StateRefused and StateHeld are side states; StateCarried lies on a stick and is still sent online.
const (
	StateWaiting State = iota
	StateInFlight
	StateDelivered
	StateReceipted
	StatePurged
	StateCarried
	StateRefused
	StateHeld
)

var stateNames = [...]string{"waiting", "in-flight", "delivered", "receipted", "purged", "carried", "refused", "held"}

// String gives the name used in `queue stats`.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// States lists all states in order.
func States() []State {
	return []State{StateWaiting, StateInFlight, StateDelivered, StateReceipted, StatePurged, StateCarried, StateRefused, StateHeld}
}

// Parcel is one sealed record and what the counter may know of it in the clear.
type Parcel struct {
	ID         UUID
	Station    string
	Epoch, Seq uint64
	Hash       [32]byte // SHA-256 of Sealed
	Kind       string
	Day        string // YYYY-MM-DD; never an exact time
	Sealed     []byte // the signed envelope; nil once purged
	Size       int
	State      State
	Attempts   int
	Reason     string // of StateRefused or StateHeld
	NextAt     time.Time
	Receipt    []byte

	compared bool // DecodeBatch has compared Hash with Sealed
}

// Result is the receiver's verdict on one parcel. The zero value is Retry: nothing is purged by mistake.
type Result uint8

// The verdicts.
const (
	Retry     Result = iota
	Accepted         // stored for ever; Receipt proves it
	Duplicate        // was stored before, same hash; Receipt proves it
	Refused          // will never be accepted; a person must look
	Carried          // taken away on a stick, no receipt yet
)

// Outcome is what became of one parcel of a batch.
type Outcome struct {
	Seq     uint64
	Result  Result
	Receipt []byte
	Reason  string
}

// Batch is what goes out at once: parcels, the journal's checkpoint and the proof that it continues the last one sent.
type Batch struct {
	Station     string
	Epoch       uint64
	Parcels     []Parcel
	Checkpoint  []byte   // signed note
	Proof       [][]byte // consistency proof (RFC 6962 §2.1.2) from Since
	Since       int64    // size of the tree in the newest checkpoint that the receiver is known to hold; 0: none
	Certificate []byte   // of the identity that signed the checkpoint, DER
	Day         string   // on which it was made
	Earlier     []Proof  // from other checkpoints that the receiver may hold: sent, but never confirmed
}

// Sink is one way out of the counter. Deliver may be called again with the same parcels: it must be idempotent. It
// returns one Outcome a parcel, in any order; a parcel without an outcome is to be retried. An error means that
// nothing is known of any of them.
type Sink interface {
	Name() string
	Deliver(ctx context.Context, b Batch) ([]Outcome, error)
}
