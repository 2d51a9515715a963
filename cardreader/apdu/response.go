package apdu

import "fmt"

// OK is the status word of normal processing.
const OK uint16 = 0x9000

// Response is one response APDU.
type Response struct {
	Data []byte
	SW   uint16 // SW1 SW2
}

// ParseResponse reads a response APDU. Data is a part of b. Fewer than two bytes is ErrNoStatus: such an answer means
// that the card is gone (a pulled card comes back as an empty answer without an error from some PC/SC services).
func ParseResponse(b []byte) (Response, error) {
	n := len(b) - 2
	if n < 0 {
		return Response{}, fmt.Errorf("%w: %d bytes", ErrNoStatus, len(b))
	}
	if n > MaxExtendedNe {
		return Response{}, fmt.Errorf("%w: response of %d bytes", ErrTooLong, len(b))
	}
	return Response{Data: b[:n:n], SW: uint16(b[n])<<8 | uint16(b[n+1])}, nil
}

// Encode writes the response APDU.
func (r Response) Encode() []byte {
	b := make([]byte, 0, len(r.Data)+2)
	return append(append(b, r.Data...), byte(r.SW>>8), byte(r.SW))
}

// Err is nil for 9000, else a *StatusError.
func (r Response) Err() error {
	if r.SW == OK {
		return nil
	}
	return &StatusError{SW: r.SW}
}

// Format implements fmt.Formatter: length and status, never the data.
func (r Response) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "Nr %d SW %04X", len(r.Data), r.SW) }
