package keys

import "errors"

// Sentinels of this package; compare with errors.Is. No PIN, passphrase or path is ever part of an error's text.
var (
	ErrFormat          = errors.New("keys: not a key file of this kind")
	ErrTooLarge        = errors.New("keys: larger than a key file can be")
	ErrCost            = errors.New("keys: argon2id cost out of bounds")
	ErrPermissions     = errors.New("keys: key file is open to others")
	ErrExists          = errors.New("keys: there is a key file already")
	ErrAlgorithm       = errors.New("keys: not an algorithm for this key")
	ErrPassphrase      = errors.New("keys: key file wants a passphrase")
	ErrWrongPassphrase = errors.New("keys: wrong passphrase")
	ErrLocked          = errors.New("keys: locked")
	ErrDamaged         = errors.New("keys: vault is damaged")
	ErrPIN             = errors.New("keys: a PIN has 6 to 64 bytes")
	ErrClerk           = errors.New("keys: a clerk id has 1 to 32 bytes")
	ErrSlotExists      = errors.New("keys: the clerk has a slot already")
	ErrLastSlot        = errors.New("keys: the last slot cannot be removed")
	ErrEnrolment       = errors.New("keys: not the enrolment code that is awaited")
	ErrForeignVault    = errors.New("keys: unlocked from another vault")
	ErrNoCardSlot      = errors.New("keys: no slot for this card of this clerk")
	ErrCard            = errors.New("keys: the card does not open its slot")
	ErrStation         = errors.New("keys: a station id has 1 to 64 bytes")

	// ErrWrongPIN and ErrNoSlot carry the code of the sentence that the clerk sees (desk.Coded).
	ErrWrongPIN error = &coded{"keys: wrong PIN", "login-wrong-pin"}
	ErrNoSlot   error = &coded{"keys: the clerk has no slot in this vault", "login-unknown"}
)

// coded is an error that knows its sentence; it implements desk.Coded.
type coded struct{ text, code string }

func (e *coded) Error() string           { return e.text }
func (e *coded) Code() string            { return e.code }
func (e *coded) Args() map[string]string { return nil }
