package desk

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Answer is how the person answered. Only YesOwn came from the person's own hand.
type Answer string

// The answers. The zero value is not an answer.
const (
	Unanswered  Answer = ""
	YesOwn      Answer = "yes"          // touched, or pressed on the person's own keys
	YesSpoken   Answer = "yes-spoken"   // said yes, read aloud, recorded by the clerk
	YesTraining Answer = "yes-training" // training, command line
	No          Answer = "no"
)

// IsYes tells whether the answer lets the service go on.
func (a Answer) IsYes() bool { return a == YesOwn || a == YesSpoken || a == YesTraining }

// Consent is the person's own decision and how it was put to them.
type Consent struct {
	Answer    Answer    `cbor:"1,keyasint"`
	TextID    string    `cbor:"2,keyasint"` // key of the sentence that was shown
	Lang      string    `cbor:"3,keyasint"` // in which language
	ReadAloud int       `cbor:"4,keyasint"` // how often
	At        time.Time `cbor:"5,keyasint"`
}

// Identified says how the person was identified, without saying who it is.
type Identified struct {
	Kind     string   `cbor:"1,keyasint"`           // kind of document
	Checks   []string `cbor:"2,keyasint"`           // "name=verdict[:reason]" in the order taken
	Compare  string   `cbor:"3,keyasint"`           // "face": the clerk compared face and portrait; "training": nobody did
	Photo    bool     `cbor:"4,keyasint"`           // a portrait was there to compare with
	Hash     []byte   `cbor:"5,keyasint,omitempty"` // SHA-256 over the salt of the record and the document's security object
	Unproven bool     `cbor:"6,keyasint,omitempty"` // nobody could prove here that the state issued the document
	Second   string   `cbor:"7,keyasint,omitempty"` // id of the clerk who looked at an unproven document as well
}

// NameCharacter is one character of the name that the clerk compared with the document, because the chip holds it in a way
// that is not its own code point or because it is rare.
type NameCharacter struct {
	At   int    `cbor:"1,keyasint"` // in characters of the name
	From uint32 `cbor:"2,keyasint"` // code point on the card
	As   uint32 `cbor:"3,keyasint"` // code point that the clerk confirmed
	How  string `cbor:"4,keyasint"` // "confirmed": as it was read; "entered": by its code point
}

// String says that there is one, never which.
func (NameCharacter) String() string { return "character" }

// Format implements fmt.Formatter so that no verb prints a character of a name.
func (n NameCharacter) Format(f fmt.State, _ rune) { fmt.Fprint(f, n.String()) }

// Before is the first part of the assistance record: everything up to the person's Yes.
type Before struct {
	Salt       [16]byte        `cbor:"1,keyasint"` // 128 random bits: makes the hash in the voucher unguessable
	Schema     int             `cbor:"2,keyasint"`
	Station    string          `cbor:"3,keyasint"`
	Hall       string          `cbor:"4,keyasint"`
	App        string          `cbor:"5,keyasint"`
	At         time.Time       `cbor:"6,keyasint"` // station time
	OSTime     time.Time       `cbor:"7,keyasint"` // what the computer's own clock said
	Mode       string          `cbor:"8,keyasint"` // one of the Modes
	Clerk      string          `cbor:"9,keyasint"`
	Identified Identified      `cbor:"10,keyasint"`
	Purpose    string          `cbor:"11,keyasint"`
	Recipient  string          `cbor:"12,keyasint"`
	Fields     []string        `cbor:"13,keyasint"` // what the recipient will see
	Operations []string        `cbor:"14,keyasint"`
	Expires    time.Time       `cbor:"15,keyasint"`
	MaxUses    uint64          `cbor:"16,keyasint"`
	Consent    Consent         `cbor:"17,keyasint"`
	Person     Person          `cbor:"18,keyasint"`
	Withdrawal string          `cbor:"19,keyasint"` // the route printed on the paper
	Training   bool            `cbor:"20,keyasint"`
	Names      []NameCharacter `cbor:"21,keyasint,omitempty"` // characters of the name that were compared by hand
	Mandate    *Mandate        `cbor:"22,keyasint,omitempty"` // Mode helper
	Software   bool            `cbor:"23,keyasint,omitempty"` // the voucher key lies in a file
	Grant      *Grant          `cbor:"24,keyasint,omitempty"` // Mode helper-on-mandate
	Evidence   *Shown          `cbor:"25,keyasint,omitempty"` // there was no card: Identified.Compare is "papers"
}

// Person is whom the service was for, as the back office needs it. It prints as nothing.
type Person struct {
	Name      string `cbor:"1,keyasint,omitempty"`
	Number    string `cbor:"2,keyasint,omitempty"`
	BirthDate string `cbor:"3,keyasint,omitempty"`
}

// String says that there is a person, never which.
func (Person) String() string { return "person" }

// Format implements fmt.Formatter so that no verb prints a field.
func (p Person) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.String()) }

// LogValue implements slog.LogValuer.
func (p Person) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Format implements fmt.Formatter so that no verb prints a field.
func (b Before) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "before(%s)", b.Purpose) }

// LogValue implements slog.LogValuer.
func (b Before) LogValue() slog.Value { return slog.StringValue("before(" + b.Purpose + ")") }

// After is the second part: what became of the paper.
type After struct {
	Serial   string    `cbor:"1,keyasint"`
	Hash     [32]byte  `cbor:"2,keyasint"` // SHA-256 of Before
	State    State     `cbor:"3,keyasint"` // handed-over, spoiled, void
	Printed  bool      `cbor:"4,keyasint"`
	Proved   string    `cbor:"5,keyasint"` // "scanned", "serial-seen", ""
	Copies   int       `cbor:"6,keyasint"`
	Reason   string    `cbor:"7,keyasint,omitempty"` // of spoiling or voiding: a code
	Clerk    string    `cbor:"8,keyasint"`
	At       time.Time `cbor:"9,keyasint"`
	Recovery bool      `cbor:"10,keyasint,omitempty"` // written after a power cut
	Approver string    `cbor:"11,keyasint,omitempty"` // id of the supervisor whose word it took
}

var encoder = func() cbor.EncMode {
	opts := cbor.CoreDetEncOptions()
	opts.Time = cbor.TimeUnix
	opts.TimeTag = cbor.EncTagRequired
	m, err := opts.EncMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// Encode gives the deterministic CBOR of the record.
func (b Before) Encode() ([]byte, error) { return encoder.Marshal(b) }

// Encode gives the deterministic CBOR of the record.
func (a After) Encode() ([]byte, error) { return encoder.Marshal(a) }

// Hash is the SHA-256 of the encoded record, as the voucher carries it (claim −70001, key 4).
func (b Before) Hash() ([32]byte, error) {
	enc, err := b.Encode()
	return sha256.Sum256(enc), err
}

// NewSalt reads 128 bits from rand.
func NewSalt(rand io.Reader) (salt [16]byte, err error) {
	_, err = io.ReadFull(rand, salt[:])
	return salt, err
}
