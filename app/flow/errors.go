package flow

import (
	"errors"

	"bangban/app/desk"
)

// Codes of the errors that inputs return and that stand in State.Problem. Each has error.<code> and hint.<code> in the
// locale files. Codes of readers, presses and signers pass through as they are.
const (
	CodeKeyNotNow     = "key-not-now"
	CodeLocked        = "locked"
	CodeRole          = "login-role"
	CodeHandOverOpen  = "hand-over-open" // a signed voucher waits: hand over or spoil it first
	CodeNotProven     = "document-not-proven"
	CodeUnsure        = "document-unsure" // a check could not be decided here; Args Check, Reason
	CodeIssuerUnknown = "issuer-unknown"
	CodeExpired       = "document-expired"
	CodeNotSamePerson = "not-same-person"
	CodeChoice        = "choice-not-allowed"  // purpose or recipient is not offered
	CodeNotForVoucher = "unproven-no-voucher" // no purpose takes an unproven document of this kind
	CodeSecondNeeded  = "second-needed"       // the purpose takes it only with a second clerk's word
	CodeSecondSelf    = "second-self"         // the second clerk is the first one
	CodeSecretBlocked = "card-secret-blocked" // no tries are left: the card's issuer can help
	CodeLastTry       = "card-secret-last"    // one more wrong one blocks the card; Args Secret
	CodeNameDoubt     = "name-unconfirmed"    // a character of the name was not compared yet
	CodeNameCharacter = "name-character"      // that code point is no character of a name
	CodeSerialsUsedUp = "serials-used-up"
	CodeKeyEnded      = "key-ended"
	CodeClockUnsure   = "clock-unsure"
	codeGlyphMissing  = "glyph-missing"
	codeTooLarge      = "code-too-large"
	codeSecretNeeded  = "card-secret-needed"
	maxSecret         = 256 // bytes; three MRZ lines are 92
	maxReason         = 64
)

// Keys of State.Note: note.<key> in the locale files. None is an error.
const (
	NoteOtherCard   = "other-card"       // another card than the one that was pulled: F2, or put the first one back
	NoteOtherPaper  = "other-paper"      // the code that was scanned is not of this voucher
	NoteCardStill   = "card-still-there" // the card of the last visit lies on the reader
	NoteCardRemoved = "card-removed"     // policy wiped the visit because the card was taken
	NoteCardWaits   = "card-waits"       // a card was laid on during a visit; F2 goes on to it
	NotePutCardBack = "put-card-back"    // a secret was typed while the card was off the reader
	NoteSpoiled     = "spoiled"          // NoteArgs Serial
	NoteToken       = "clerk-token"      // NoteArgs Reader: a clerk's token lies there and is left alone
	NoteReader      = "reader-picked"    // NoteArgs Reader: only cards there are the person's
	NoteReaderAny   = "reader-any"       // cards on all readers are
)

// ErrRunning is returned by Run where the machine runs already or has run.
var ErrRunning = errors.New("flow: the machine runs once")

func problem(code string) *desk.Error { return &desk.Error{Code: code} }

func notNow() *desk.Error { return problem(CodeKeyNotNow) }
