package sim

import (
	"fmt"

	"bangban/cardreader/apdu"
)

// readBinary is READ BINARY, ISO/IEC 7816-4 §11.3.3: instruction B0 with the offset in P1-P2, or B1 with the offset in
// data object 54 and the answer in data object 53.
func (c *Card) readBinary(cmd apdu.Command) apdu.Response {
	if cmd.Ne == 0 {
		return status(0x6700)
	}
	odd := cmd.INS == 0xB1
	offset, sw := c.address(cmd, odd)
	if sw != apdu.OK {
		return status(sw)
	}
	switch {
	case c.dir != nil && c.dir.AID != "" && c.session == nil:
		return status(0x6982)
	case c.file == nil:
		return status(0x6986)
	case offset >= len(c.file):
		return status(0x6B00)
	}
	rest, ne := c.file[offset:], cmd.Ne
	if odd {
		ne -= lengthOf53(min(ne, len(rest)))
		if ne <= 0 {
			return status(0x6700)
		}
	}
	r := apdu.Response{Data: rest[:min(ne, len(rest))], SW: apdu.OK}
	if len(rest) < ne && cmd.Ne != apdu.MaxShortNe && cmd.Ne != apdu.MaxExtendedNe {
		r.SW = 0x6282 // end of file before Ne bytes; with Ne "all there is" that is no warning
	}
	if odd {
		r.Data = appendObject(nil, 0x53, r.Data)
	}
	return r
}

// address selects by short identifier where the command names one, and gives the offset.
func (c *Card) address(cmd apdu.Command, odd bool) (offset int, sw uint16) {
	sfi := -1
	switch {
	case odd && cmd.P1 == 0 && cmd.P2&0xE0 == 0:
		if cmd.P2 != 0 { // 0 is the selected file
			sfi = int(cmd.P2)
		}
	case odd:
		return 0, 0x6A86
	case cmd.P1&0xE0 == 0x80:
		sfi, offset = int(cmd.P1&0x1F), int(cmd.P2)
	case cmd.P1&0x80 != 0:
		return 0, 0x6A86
	default:
		offset = int(cmd.P1)<<8 | int(cmd.P2)
	}
	if odd {
		if offset = offset54(cmd.Data); offset < 0 {
			return 0, 0x6A80
		}
	}
	if sfi < 0 {
		return offset, apdu.OK
	}
	if c.dir == nil {
		return 0, 0x6A82
	}
	id, ok := c.dir.SFI[fmt.Sprintf("%02X", sfi)]
	switch {
	case !ok:
		return 0, 0x6A82
	case c.closed(id):
		return 0, 0x6982
	}
	c.file = c.dir.Files[id]
	return offset, apdu.OK
}

// offset54 reads data object 54, -1 where it is not one.
func offset54(b []byte) int {
	if len(b) < 3 || len(b) > 5 || b[0] != 0x54 || int(b[1]) != len(b)-2 {
		return -1
	}
	n := 0
	for _, v := range b[2:] {
		n = n<<8 | int(v)
	}
	return n
}

// lengthOf53 is how many bytes tag and length of data object 53 take in an answer of n bytes.
func lengthOf53(n int) int {
	switch {
	case n <= 0x7F+2:
		return 2
	case n <= 0xFF+3:
		return 3
	}
	return 4
}
