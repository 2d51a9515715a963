package journal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Kind is the code of an act. Codes are never given a second meaning.
type Kind uint64

// The acts. The zero value is none.
const (
	KindOpened   Kind = 1  // the station was opened; Number is the epoch
	KindSigned   Kind = 2  // T1: a voucher was signed and queued
	KindMarked   Kind = 3  // the paper moved on; Code is the state
	KindEnded    Kind = 4  // T2: Code is the state it ended in
	KindQueued   Kind = 5  // another parcel was queued; Code is its kind
	KindCarried  Kind = 6  // parcels were written to a carrier; Number says how many
	KindReceipt  Kind = 7  // a receipt was accepted and the parcel purged
	KindFork     Kind = 8  // a receipt named other bytes than were sent
	KindRefused  Kind = 9  // the receiver will never take the parcel; Code says why
	KindRedeemed Kind = 10 // a voucher was redeemed here
	KindTry      Kind = 11 // a login failed
	KindLogin    Kind = 12 // Code "card": by card; "card-added": by PIN and a card, which opens this counter from then on
	KindUnlock   Kind = 13 // a supervisor lifted a lockout
	KindBundle   Kind = 14 // a bundle came into force; Number is its version
	KindClosed   Kind = 15 // a day was closed
	KindHeld     Kind = 16 // a stored parcel was found damaged
	KindLent     Kind = 17 // a delegation came into force; Number is the first serial of its block
	KindEnrolled Kind = 18 // somebody set their PIN with an enrolment code, or with Code "card" brought a card

	KindReviewed  Kind = 19 // a paper was looked at once more at day-end; Code is the word
	KindApproved  Kind = 20 // a supervisor gave the word that an act took; Code is the act
	KindNeighbour Kind = 21 // papers that another counter took back became known; Number says how many, Code which counter
	KindAnswered  Kind = 22 // an answer to what a person asked came (Code "came") or was handed over (Code "given")
	KindCardGone  Kind = 23 // a supervisor took somebody's cards away from this counter; Code is whose
)

// KindSalvaged says that the epoch began with what was saved of a damaged database; Number says how many parcels were not.
const KindSalvaged Kind = 30

var kindNames = map[Kind]string{KindOpened: "opened", KindSigned: "signed", KindMarked: "marked", KindEnded: "ended",
	KindQueued: "queued", KindCarried: "carried", KindReceipt: "receipt", KindFork: "fork", KindRefused: "refused",
	KindRedeemed: "redeemed", KindTry: "try", KindLogin: "login", KindUnlock: "unlock", KindBundle: "bundle",
	KindClosed: "closed", KindHeld: "held", KindLent: "lent", KindEnrolled: "enrolled", KindReviewed: "reviewed",
	KindSalvaged: "salvaged", KindApproved: "approved", KindNeighbour: "neighbour",
	KindAnswered: "answered", KindCardGone: "card-gone"}

// String gives a short name; an unknown code is its number.
func (k Kind) String() string {
	if s, ok := kindNames[k]; ok {
		return s
	}
	return fmt.Sprintf("act(%d)", uint64(k))
}

// Event is one act. See the package comment for what its fields may hold.
type Event struct {
	Kind       Kind   `cbor:"1,keyasint" json:"kind"`
	Day        string `cbor:"2,keyasint,omitempty" json:"day,omitempty"`
	Serial     string `cbor:"3,keyasint,omitempty" json:"serial,omitempty"`
	Parcel     uint64 `cbor:"4,keyasint,omitempty" json:"parcel,omitempty"`
	Clerk      string `cbor:"5,keyasint,omitempty" json:"clerk,omitempty"`
	Code       string `cbor:"6,keyasint,omitempty" json:"code,omitempty"`
	Number     uint64 `cbor:"7,keyasint,omitempty" json:"number,omitempty"`
	Commitment []byte `cbor:"8,keyasint,omitempty" json:"commitment,omitempty"`
	Hash       []byte `cbor:"9,keyasint,omitempty" json:"hash,omitempty"`
}

// Bounds of a leaf.
const (
	MaxLeaf  = 512 // bytes
	maxField = 64  // bytes of a text field
)

// encoder and decoder are set once and never change.
var (
	encoder = must(cbor.CoreDetEncOptions().EncMode())
	decoder = must(cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxNestedLevels: 4, MaxMapPairs: 16, MaxArrayElements: 16,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Encode gives the leaf.
func (e Event) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return encoder.Marshal(e)
}

// OpenEvent reads a leaf. Only the one encoding that Encode gives is taken, so that a leaf has one meaning and one hash.
func OpenEvent(leaf []byte) (Event, error) {
	var e Event
	if len(leaf) > MaxLeaf {
		return Event{}, fmt.Errorf("%w: %d bytes", ErrEvent, len(leaf))
	}
	if err := decoder.Unmarshal(leaf, &e); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	again, err := e.Encode()
	if err != nil {
		return Event{}, err
	}
	if !bytes.Equal(again, leaf) {
		return Event{}, fmt.Errorf("%w: not in deterministic encoding", ErrEvent)
	}
	return e, nil
}

func (e Event) check() error {
	if e.Kind == 0 {
		return fmt.Errorf("%w: no kind", ErrEvent)
	}
	for _, s := range []string{e.Day, e.Serial, e.Clerk, e.Code} {
		if len(s) > maxField {
			return fmt.Errorf("%w: field of %d bytes", ErrEvent, len(s))
		}
	}
	for _, b := range [][]byte{e.Commitment, e.Hash} {
		if len(b) != 0 && len(b) != sha256.Size {
			return fmt.Errorf("%w: digest of %d bytes", ErrEvent, len(b))
		}
	}
	return nil
}

// Commit ties a leaf to a record without telling anything of it: HMAC-SHA256 of record under salt.
func Commit(salt [16]byte, record []byte) []byte {
	m := hmac.New(sha256.New, salt[:])
	m.Write(record)
	return m.Sum(nil)
}
