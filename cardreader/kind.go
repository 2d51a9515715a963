package cardreader

import (
	"context"
	"fmt"
)

// Kind is one kind of card. Implementations are stateless and safe for concurrent use.
type Kind interface {
	ID() string // "emrtd", "cnid" …: stable, lower case, part of the command line's contract
	// Match tells whether the card is one of this kind. It selects; it never verifies a secret.
	Match(ctx context.Context, c Conn) bool
	// Needs lists the secrets that Read wants for this very card, in the order of preference; any one of them is
	// enough. Empty where none is needed.
	Needs(ctx context.Context, c Conn) ([]Secret, error)
	// Read reads and proves the card. report may be nil; it is called on the reading goroutine. A missing or wrong
	// secret is a *NeedError. A Document comes back also where checks failed: Checks says so.
	Read(ctx context.Context, c Conn, s Secrets, report func(Progress)) (*Document, error)
}

// SecretKind names a secret that opens a card.
type SecretKind string

// The secrets in use.
const (
	MRZ SecretKind = "mrz" // machine readable zone, lines joined with "|" (ICAO Doc 9303-4 §4)
	CAN SecretKind = "can" // card access number, 6 digits on the front (ICAO Doc 9303-11 §4.4.2)
	PIN SecretKind = "pin"
)

// Secret is one secret that a card asks for.
type Secret struct {
	Kind   SecretKind
	Length int // digits or characters; 0 is unknown
}

// Secrets holds what was given. It prints as kinds only.
type Secrets map[SecretKind]string

// String gives the kinds, never the values.
func (s Secrets) String() string { return fmt.Sprintf("%d secrets", len(s)) }

// GoString gives the kinds, never the values.
func (s Secrets) GoString() string { return s.String() }

// Format implements fmt.Formatter so that no verb prints a value.
func (s Secrets) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// NeedError says that a card needs a secret that was not given or was wrong.
type NeedError struct {
	Secret      Secret
	Wrong       bool     // it was given and refused
	RetriesLeft int      // -1 where the card does not count
	Any         []Secret // all that would do, in the order of preference, any one of them; nil: Secret alone
}

func (e *NeedError) Error() string {
	if e.Wrong {
		return fmt.Sprintf("cardreader: the card refused the %s", e.Secret.Kind)
	}
	return fmt.Sprintf("cardreader: the card needs its %s", e.Secret.Kind)
}

// Code is the desk code of the error.
func (e *NeedError) Code() string {
	if e.Wrong {
		return "card-secret-wrong"
	}
	return "card-secret-needed"
}

// Args are the placeholders of the sentence.
func (e *NeedError) Args() map[string]string {
	return map[string]string{"Secret": string(e.Secret.Kind), "Retries": fmt.Sprint(e.RetriesLeft)}
}

// Stage is how far a reading has come.
type Stage uint8

// The stages in order.
const (
	Connecting Stage = iota
	Opening          // access control: BAC, PACE, PIN
	Details          // text fields
	Portrait         // the long one
	Proving          // signatures and chip authentication
	Finished
)

// Progress is reported while a card is read. Done and Total are bytes of the whole reading where known.
type Progress struct {
	Stage       Stage
	Done, Total int
	Subject     *Subject // once, when first known: shown as not yet proven
}
