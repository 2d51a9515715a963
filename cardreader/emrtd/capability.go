package emrtd

import (
	"context"
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// lengths is what a chip says about extended lengths in the card capabilities, ISO/IEC 7816-4 §12.1.1.8 table 119.
type lengths uint8

const (
	lengthsUntold lengths = iota
	lengthsShort
	lengthsExtended
)

// shortReader is the longest short APDU, 4 + 1 + 255 + 1 bytes: a reader that carries no more takes no extended ones.
const shortReader = 261

// defaultLimit is taken where a chip takes extended lengths and names no limit.
const defaultLimit = 4096

// atrLengths looks for the card capabilities in the historical bytes of an ATR. A reader for contactless cards makes the
// ATR of them (PC/SC part 3 §3.1.3.2.3), so this costs no command.
func atrLengths(atr []byte) lengths {
	h := historical(atr)
	if len(h) == 0 || h[0] != 0x80 && h[0] != 0x00 { // category indicator, ISO/IEC 7816-4 §12.1.1.2
		return lengthsUntold
	}
	if h[0] == 0 && len(h) > 3 {
		h = h[:len(h)-3] // the status indicator stands at the end
	}
	for h = h[1:]; len(h) > 0; { // COMPACT-TLV, §12.1.1.3
		tag, n := h[0]>>4, int(h[0]&0xF)
		if len(h) < 1+n {
			return lengthsUntold
		}
		if tag == 7 && n == 3 {
			return capabilityLengths(h[1 : 1+n])
		}
		h = h[1+n:]
	}
	return lengthsUntold
}

// capabilityLengths reads the third software function byte: bit 7 is extended Lc and Le.
func capabilityLengths(c []byte) lengths {
	if len(c) == 3 && c[2]&0x40 != 0 {
		return lengthsExtended
	}
	return lengthsShort
}

// historical finds the historical bytes, ISO/IEC 7816-3 §8.2: behind the interface bytes, whose presence each TDi tells.
func historical(atr []byte) []byte {
	if len(atr) < 2 {
		return nil
	}
	n, at, next := int(atr[1]&0xF), 2, atr[1]>>4
	for next != 0 {
		td := next&8 != 0
		for bits := next; bits != 0; bits >>= 1 {
			at += int(bits & 1)
		}
		if !td {
			break
		}
		if at > len(atr) {
			return nil
		}
		next = atr[at-1] >> 4
	}
	if at+n > len(atr) {
		return nil
	}
	return atr[at : at+n]
}

// masterFile asks the master file what the chip can do: EF.CardAccess, nil where there is none that can be read, and how
// long an answer may be. It leaves the master file selected.
func (c *channel) masterFile(ctx context.Context, conn cardreader.Conn) (access []byte, limit int, err error) {
	if err := c.selectMaster(ctx); err != nil && !isStatus(err) {
		return nil, 0, err
	}
	access, err = c.read(ctx, fileCardAccess, c.shortRoom(), nil)
	if err != nil && !answered(err) && !errors.Is(err, ErrFileSize) {
		return nil, 0, err
	}
	limit, err = c.answerLimit(ctx, conn)
	return access, limit, err
}

// selectMaster selects the master file, ISO/IEC 7816-4 §11.2.2.
func (c *channel) selectMaster(ctx context.Context) error {
	_, err := c.send(ctx, apdu.Command{INS: 0xA4, P2: 0x0C, Data: []byte{0x3F, 0x00}})
	return err
}

// answerLimit settles how long an answer may be: what the chip says in EF.ATR/INFO, ICAO Doc 9303-10 §3.11.2, no more
// than the reader carries. The master file is selected.
func (c *channel) answerLimit(ctx context.Context, conn cardreader.Conn) (int, error) {
	carried := 0
	if e, ok := conn.(cardreader.ExtendedLengther); ok {
		if carried = e.MaxAPDU(); carried > 0 && carried <= shortReader {
			return apdu.MaxShortNe, nil
		}
	}
	told := atrLengths(conn.ATR())
	if told == lengthsShort {
		return apdu.MaxShortNe, nil
	}
	// A chip that has no EF.ATR/INFO, or answers anything else, is no fault.
	r, err := c.send(ctx, apdu.Command{INS: 0xB0, P1: 0x81, Ne: apdu.MaxShortNe})
	if err != nil && !isStatus(err) {
		return 0, err
	}
	limit := infoLimit(r.Data, told)
	if carried > 0 {
		limit = min(limit, carried-2) // without SW1 SW2
	}
	return max(limit, apdu.MaxShortNe), nil
}

// infoLimit reads the greatest answer out of EF.ATR/INFO: object 7F66 holds two INTEGERs, the greatest command and the
// greatest answer; object 47 the card capabilities.
func infoLimit(info []byte, told lengths) int {
	list, err := tlv.Parse(info)
	if err != nil {
		list = nil
	}
	if e, err := list.Only(0x47); err == nil && told == lengthsUntold {
		told = capabilityLengths(e.Value)
	}
	if e, err := list.Only(0x7F66); err == nil {
		if pair, err := e.List(); err == nil && len(pair) == 2 && pair[1].Tag == 0x02 && len(pair[1].Value) <= 3 {
			n := 0
			for _, v := range pair[1].Value {
				n = n<<8 | int(v)
			}
			return max(apdu.MaxShortNe, min(n, apdu.MaxExtendedNe-1))
		}
	}
	if told == lengthsExtended {
		return defaultLimit
	}
	return apdu.MaxShortNe
}
