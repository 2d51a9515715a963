package ui

import (
	"context"

	"bangban/app/desk"
	"bangban/app/flow"
)

// Approver proves who gives a word that takes a second person, or reads the journal. Nobody is logged in or out by
// it. Errors: desk codes login-….
type Approver interface {
	Supervisors() []desk.Clerk
	Approve(ctx context.Context, id string, p Proof) (desk.Clerk, error)
	// Auditors may read the journal: auditors and supervisors.
	Auditors() []desk.Clerk
	Audit(ctx context.Context, id string, p Proof) (desk.Clerk, error)
}

// Journal is the record of acts, to be read.
type Journal interface {
	// Acts lists a part of it, the newest first; total is how many there are.
	Acts(ctx context.Context, offset, limit int) (acts []flow.Act, total int, err error)
	// Prove computes the whole tree again and compares it with the newest signed checkpoint.
	Prove(ctx context.Context) (flow.Proof, error)
}

// Carrying is what one can do about parcels that wait.
type Carrying interface {
	// SendNow sends what waits, without waiting longer for a failed try; it says how many have gone.
	SendNow(ctx context.Context) (int, error)
	// Carry writes what has no receipt to a folder, a stick for one, and says how many lie there.
	Carry(ctx context.Context, dir string) (int, error)
	// TakeIn takes receipts and neighbours' notes in from a folder.
	TakeIn(ctx context.Context, dir string) (flow.TakenIn, error)
	// ParcelsIn lists parcels in one state, newest first; an empty state is every one.
	ParcelsIn(ctx context.Context, state string, offset, limit int) ([]desk.ParcelRow, error)
}
