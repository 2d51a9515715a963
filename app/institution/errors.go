package institution

import "errors"

// Sentinels of this package; compare with errors.Is.
var (
	ErrExists    = errors.New("institution: there is one in this folder already")
	ErrNone      = errors.New("institution: none in this folder")
	ErrFormat    = errors.New("institution: a file in its folder cannot be read")
	ErrName      = errors.New("institution: a name and an absolute URI without + and spaces are needed")
	ErrTraining  = errors.New("institution: training and real do not mix")
	ErrNoKey     = errors.New("institution: this folder does not hold the key")
	ErrKeyEnded  = errors.New("institution: the key has ended; rotate")
	ErrStation   = errors.New("institution: a station is 1 to 16 of A–Z, 0–9 and hyphen")
	ErrBlock     = errors.New("institution: not a block of serials")
	ErrOverlap   = errors.New("institution: these serials were lent before")
	ErrLife      = errors.New("institution: too long or outside the issuing certificate")
	ErrKey       = errors.New("institution: not a P-256 public key or request")
	ErrIdentity  = errors.New("institution: not an identity certificate")
	ErrUntrusted = errors.New("institution: not signed by this institution")
	ErrTime      = errors.New("institution: outside the certificate's time")
	ErrClerk     = errors.New("institution: a clerk id has 1 to 32 bytes")
	ErrRequest   = errors.New("institution: not a request of a counter")
	// What speaks against answering a request.
	ErrNotEnrolled = errors.New("institution: no enrolment letter was written for this station")
	ErrEnrolled    = errors.New("institution: the station enrolled with another key")
	ErrLetterEnded = errors.New("institution: the enrolment letter is too old")
	ErrCode        = errors.New("institution: not the code of the enrolment letter")
	ErrReserved    = errors.New("institution: keys of this kind are not rotated one by one")
)
