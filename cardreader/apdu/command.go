package apdu

import "fmt"

// Greatest lengths, ISO/IEC 7816-4 §5.2.
const (
	MaxShortData    = 255
	MaxShortNe      = 256
	MaxExtendedData = 65535
	MaxExtendedNe   = 65536
)

// Command is one command APDU. Data is not copied.
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte // nil or empty: no Lc field
	Ne               int    // greatest number of bytes wanted back; 0: no Le field
}

// Encode writes the command in the short form, or in the extended one where extended is set. Case 1 has but one form.
func (c Command) Encode(extended bool) ([]byte, error) {
	maxData, maxNe := MaxShortData, MaxShortNe
	if extended {
		maxData, maxNe = MaxExtendedData, MaxExtendedNe
	}
	if len(c.Data) > maxData {
		return nil, fmt.Errorf("%w: %d bytes of data, at most %d", ErrTooLong, len(c.Data), maxData)
	}
	if c.Ne < 0 || c.Ne > maxNe {
		return nil, fmt.Errorf("%w: Ne %d, at most %d", ErrTooLong, c.Ne, maxNe)
	}
	b := make([]byte, 0, 4+3+len(c.Data)+3)
	b = append(b, c.CLA, c.INS, c.P1, c.P2)
	if extended {
		return c.appendExtended(b), nil
	}
	if len(c.Data) > 0 {
		b = append(append(b, byte(len(c.Data))), c.Data...)
	}
	if c.Ne > 0 {
		b = append(b, byte(c.Ne)) // 256 becomes 00
	}
	return b, nil
}

func (c Command) appendExtended(b []byte) []byte {
	if len(c.Data) > 0 {
		b = append(b, 0, byte(len(c.Data)>>8), byte(len(c.Data)))
		b = append(b, c.Data...)
	}
	if c.Ne > 0 {
		if len(c.Data) == 0 {
			b = append(b, 0)
		}
		b = append(b, byte(c.Ne>>8), byte(c.Ne)) // 65536 becomes 0000
	}
	return b
}

// ParseCommand reads a command APDU in any of the seven cases (1, 2S, 3S, 4S, 2E, 3E, 4E). It accepts exactly what
// Encode writes. Data is a part of b.
func ParseCommand(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	c := Command{CLA: b[0], INS: b[1], P1: b[2], P2: b[3]}
	body := b[4:]
	switch {
	case len(body) == 0: // case 1
		return c, nil
	case len(body) == 1: // case 2S
		c.Ne = shortNe(body[0])
		return c, nil
	case body[0] != 0:
		return c.parseShort(body)
	}
	return c.parseExtended(body)
}

// Extended tells whether an encoded command is in the extended form, ISO/IEC 7816-4 §5.2: a zero byte where Lc or Le
// would stand, and more after it.
func Extended(b []byte) bool { return len(b) > 5 && b[4] == 0 }

func (c Command) parseShort(body []byte) (Command, error) {
	lc, rest := int(body[0]), body[1:]
	switch len(rest) {
	case lc: // case 3S
	case lc + 1: // case 4S
		c.Ne = shortNe(rest[lc])
	default:
		return Command{}, fmt.Errorf("%w: Lc %d before %d bytes", ErrMalformed, lc, len(rest))
	}
	c.Data = rest[:lc:lc]
	return c, nil
}

func (c Command) parseExtended(body []byte) (Command, error) {
	if len(body) < 3 {
		return Command{}, fmt.Errorf("%w: extended length of %d bytes", ErrMalformed, len(body))
	}
	n, rest := int(body[1])<<8|int(body[2]), body[3:]
	if len(rest) == 0 { // case 2E
		c.Ne = extendedNe(body[1], body[2])
		return c, nil
	}
	if n == 0 {
		return Command{}, fmt.Errorf("%w: extended Lc is zero", ErrMalformed)
	}
	switch len(rest) {
	case n: // case 3E
	case n + 2: // case 4E
		c.Ne = extendedNe(rest[n], rest[n+1])
	default:
		return Command{}, fmt.Errorf("%w: extended Lc %d before %d bytes", ErrMalformed, n, len(rest))
	}
	c.Data = rest[:n:n]
	return c, nil
}

func shortNe(le byte) int {
	if le == 0 {
		return MaxShortNe
	}
	return int(le)
}

func extendedNe(hi, lo byte) int {
	if hi == 0 && lo == 0 {
		return MaxExtendedNe
	}
	return int(hi)<<8 | int(lo)
}

// Format implements fmt.Formatter: header and lengths, never the data.
func (c Command) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%02X %02X %02X %02X Nc %d Ne %d", c.CLA, c.INS, c.P1, c.P2, len(c.Data), c.Ne)
}
