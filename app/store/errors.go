package store

import (
	"errors"

	"bangban/app/desk"
)

// The reasons why the store does not do a thing.
var (
	ErrReadOnly     = errors.New("store: opened for reading only")
	ErrNoSealer     = errors.New("store: no sealing keys set")
	ErrNoSigner     = errors.New("store: no checkpoint signer set")
	ErrNoCheckpoint = errors.New("store: no checkpoint has been signed yet")
	ErrDamaged      = errors.New("store: database is damaged")
	ErrRolled       = errors.New("store: journal does not continue its newest checkpoint")
	ErrBehind       = errors.New("store: database has lost what it had acknowledged")
	ErrVersion      = errors.New("store: database has another version")
	ErrStation      = errors.New("store: database belongs to another station")
	ErrNotFound     = errors.New("store: no such row")
	ErrState        = errors.New("store: the paper has already ended otherwise")
	ErrDraft        = errors.New("store: draft does not fit its slot")
	ErrIndexes      = errors.New("store: no status index left in the block")
	ErrReused       = errors.New("store: serial was met before with another id")
	ErrUsedUp       = errors.New("store: all uses are redeemed")
	ErrUnproven     = errors.New("store: receipt was not opened by a verifier")
	ErrInTheName    = errors.New("store: serial does not end in its number")
)

// fail makes the error a person sees.
func fail(op, code string, err error, args ...string) *desk.Error {
	e := &desk.Error{Op: op, Code: code, Err: err}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]string{}
		}
		e.Args[args[i]] = args[i+1]
	}
	return e
}
