package apdu

import (
	"errors"
	"fmt"
)

// What can be wrong with the bytes themselves.
var (
	ErrMalformed = errors.New("apdu: malformed command")
	ErrTooLong   = errors.New("apdu: too long")
	ErrNoStatus  = errors.New("apdu: answer without a status word")
	ErrEndless   = errors.New("apdu: card goes on announcing more data")
)

// What a status word means, ISO/IEC 7816-4 §5.6 table 6. A *StatusError unwraps to one of these.
var (
	ErrFileNotFound    = errors.New("apdu: file or application not found")
	ErrRecordNotFound  = errors.New("apdu: record not found")
	ErrDataNotFound    = errors.New("apdu: data object not found")
	ErrSecurityStatus  = errors.New("apdu: security status not satisfied")
	ErrConditions      = errors.New("apdu: conditions of use not satisfied")
	ErrNoCurrentFile   = errors.New("apdu: no file selected")
	ErrWrongLength     = errors.New("apdu: wrong length")
	ErrNotSupported    = errors.New("apdu: not supported")
	ErrWrongParameters = errors.New("apdu: wrong parameters")
	ErrWrongData       = errors.New("apdu: wrong data in the command")
	ErrBlocked         = errors.New("apdu: authentication method blocked")
	ErrVerification    = errors.New("apdu: verification failed")
	ErrSecureMessaging = errors.New("apdu: secure messaging refused by the card")
	ErrEndOfFile       = errors.New("apdu: end of file before Ne bytes")
	ErrDeactivated     = errors.New("apdu: file or application deactivated")
	ErrWarning         = errors.New("apdu: warning")
	ErrExecution       = errors.New("apdu: execution error")
)

// StatusError is a status word other than 9000.
type StatusError struct{ SW uint16 }

// Error prints the status word and its meaning.
func (e *StatusError) Error() string {
	if m := e.Unwrap(); m != nil {
		return fmt.Sprintf("%v (%04X)", m, e.SW)
	}
	return fmt.Sprintf("apdu: status %04X", e.SW)
}

// Retries gives the tries left that a 63Cx status tells, ISO/IEC 7816-4 §5.6.
func (e *StatusError) Retries() (left int, told bool) {
	if e.SW&0xFFF0 != 0x63C0 {
		return 0, false
	}
	return int(e.SW & 0xF), true
}

// Unwrap gives the sentinel of the status word, nil where it has none.
func (e *StatusError) Unwrap() error {
	switch e.SW {
	case 0x6282:
		return ErrEndOfFile
	case 0x6283, 0x6285:
		return ErrDeactivated
	case 0x6300:
		return ErrVerification
	case 0x6882, 0x6987, 0x6988:
		return ErrSecureMessaging
	case 0x6881, 0x6883, 0x6884, 0x6A81, 0x6D00, 0x6E00:
		return ErrNotSupported
	case 0x6982:
		return ErrSecurityStatus
	case 0x6983, 0x6984:
		return ErrBlocked
	case 0x6985:
		return ErrConditions
	case 0x6986:
		return ErrNoCurrentFile
	case 0x6700:
		return ErrWrongLength
	case 0x6A80:
		return ErrWrongData
	case 0x6A82:
		return ErrFileNotFound
	case 0x6A83:
		return ErrRecordNotFound
	case 0x6A88:
		return ErrDataNotFound
	case 0x6A86, 0x6A87, 0x6B00:
		return ErrWrongParameters
	}
	return e.class()
}

func (e *StatusError) class() error {
	switch sw1 := e.SW >> 8; {
	case e.SW&0xFFF0 == 0x63C0:
		return ErrVerification
	case sw1 == 0x6C:
		return ErrWrongLength
	case sw1 == 0x62 || sw1 == 0x63:
		return ErrWarning
	case sw1 == 0x64 || sw1 == 0x65 || sw1 == 0x66 || sw1 == 0x6F:
		return ErrExecution
	}
	return nil
}
