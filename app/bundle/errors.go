package bundle

import (
	"errors"
	"fmt"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrFormat           = errors.New("bundle: not a bundle")
	ErrTooLarge         = errors.New("bundle: larger than a bundle can be")
	ErrNewer            = errors.New("bundle: made for a newer program")
	ErrUncertified      = errors.New("bundle: a key without the root's statement")
	ErrUnsigned         = errors.New("bundle: not signed by the bundle key")
	ErrForeign          = errors.New("bundle: of another institution")
	ErrFingerprint      = errors.New("bundle: another fingerprint than the one given")
	ErrOlder            = errors.New("bundle: not newer than what was accepted before")
	ErrExpired          = errors.New("bundle: past its not-after")
	ErrTrainingMismatch = errors.New("bundle: training and real do not mix")
	ErrContent          = errors.New("bundle: content cannot be used")
	ErrNoAnchor         = errors.New("bundle: neither a root nor a fingerprint was given")
	ErrSource           = errors.New("bundle: the source cannot be used")
	ErrInForce          = errors.New("bundle: the one in force")
	ErrDiffers          = errors.New("bundle: another content under the version in force")
	ErrGroup            = errors.New("bundle: not a fingerprint")
)

// Codes of the sentences for a person.
const (
	CodeUnreadable   = "bundle-unreadable"
	CodeNewerProgram = "bundle-newer-program"
	CodeUnsigned     = "bundle-unsigned"
	CodeForeign      = "bundle-foreign"
	CodeFingerprint  = "bundle-fingerprint"
	CodeOlder        = "bundle-older"
	CodeExpired      = "bundle-expired"
	CodeTraining     = "bundle-training"
	CodeDiffers      = "bundle-differs"
	CodeInForce      = "bundle-in-force"
)

var codes = [...]struct {
	err  error
	code string
}{
	{ErrNewer, CodeNewerProgram}, {ErrUncertified, CodeUnsigned}, {ErrUnsigned, CodeUnsigned}, {ErrForeign, CodeForeign},
	{ErrFingerprint, CodeFingerprint}, {ErrGroup, CodeFingerprint}, {ErrNoAnchor, CodeFingerprint}, {ErrInForce, CodeInForce}, {ErrDiffers, CodeDiffers}, {ErrOlder, CodeOlder}, {ErrExpired, CodeExpired},
	{ErrTrainingMismatch, CodeTraining}, {ErrContent, "bundle-content"},
}

// Code is the code of the sentence that a person sees for an error of this package.
func Code(err error) string {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return CodeUnreadable
}

// GroupError says which group of a typed fingerprint is wrong: 1 to 12, or 0 where their number is.
type GroupError struct{ Group int }

func (e *GroupError) Error() string { return fmt.Sprintf("%v: group %d", ErrGroup, e.Group) }

// Unwrap gives ErrGroup.
func (e *GroupError) Unwrap() error { return ErrGroup }
