package ui

import (
	"context"

	"bangban/app/desk"
)

// Proof is how somebody proves who they are: by the PIN of this counter, by a card of theirs and its PIN, or by both, which
// lets the card open this counter from then on.
type Proof struct {
	PIN     string // of this counter
	Card    bool   // a card of theirs lies on a reader
	CardPIN string
}

// Carded is a Staff that also takes cards.
type Carded interface {
	// StaffCard tells whose card lies on a reader, other than not. It asks the card and is called beside the screens. With an
	// error it may still say whose card it is. Errors: desk codes login-card-…, and those of a reader.
	StaffCard(ctx context.Context, not string) (desk.StaffCard, error)
	// WantsCard tells whether a PIN opens nothing here for this clerk, but a card does. It must be cheap.
	WantsCard(id string) bool
}
