package emrtd

import (
	"context"
	"errors"
	"fmt"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// file is an elementary file of the application, ICAO Doc 9303-10 §3.6.
type file struct {
	name string
	sfi  byte
	tag  tlv.Tag
	max  int // bytes; more is refused before it is read
	sure int // bytes that every such file holds
}

// A signature with its certificate and a portrait are always longer than what a short answer carries.
var (
	fileDG1  = file{"DG1", 0x01, 0x61, 1 << 10, 77}
	fileDG2  = file{"DG2", 0x02, 0x75, 256 << 10, 223}
	fileDG7  = file{"DG7", 0x07, 0x67, 64 << 10, 4}
	fileDG11 = file{"DG11", 0x0B, 0x6B, 16 << 10, 4}
	fileDG12 = file{"DG12", 0x0C, 0x6C, 128 << 10, 4} // it may hold a picture of the document
	fileDG14 = file{"DG14", 0x0E, 0x6E, 16 << 10, 4}
	fileDG15 = file{"DG15", 0x0F, 0x6F, 8 << 10, 4}
	fileCOM  = file{"COM", 0x1E, 0x60, 1 << 10, 4}
	fileSOD  = file{"SOD", 0x1D, 0x77, 32 << 10, 223}
	// Files of the master file, ICAO Doc 9303-10 §3.11.
	fileCardAccess   = file{"CardAccess", 0x1C, 0x31, 4 << 10, 4}
	fileCardSecurity = file{"CardSecurity", 0x1D, 0x30, 32 << 10, 223}
)

// maxOffset is the greatest offset that READ BINARY with an even instruction carries, ISO/IEC 7816-4 §11.3.3.
const maxOffset = 0x7FFF

// eager is asked of files that are seldom longer, where lengths are extended.
const eager = 2048

// first is how much to ask of a file whose length is not known: what a short answer carries, or eager.
func (c *channel) first() int {
	if c.extended() {
		return min(eager, c.room())
	}
	return c.shortRoom()
}

// read reads a whole file. first is how much the first READ BINARY asks for. Most chips give what there is, with a
// warning; one that refuses is asked for what every such file holds. grown is told how far it is.
func (c *channel) read(ctx context.Context, f file, first int, grown func(done, total int)) ([]byte, error) {
	cmd := apdu.Command{INS: 0xB0, P1: 0x80 | f.sfi, Ne: min(first, c.room())}
	r, err := c.readBinary(ctx, cmd)
	if err != nil && cmd.Ne > f.sure && c.alive() && refusedLength(err) {
		cmd.Ne = f.sure
		r, err = c.readBinary(ctx, cmd)
	}
	if err != nil {
		return nil, fmt.Errorf("emrtd: %s: %w", f.name, err)
	}
	tag, head, length, err := tlv.Header(r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, f.name, err)
	case tag != f.tag:
		return nil, fmt.Errorf("%w: %s begins with %v", ErrFile, f.name, tag)
	case head+length > f.max:
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrFileSize, f.name, head+length)
	}
	total := head + length
	buf := append(make([]byte, 0, total), r[:min(len(r), total)]...)
	if grown != nil {
		grown(len(buf), total)
	}
	return c.readRest(ctx, f, buf, total, grown)
}

// refusedLength tells that a chip, inside its session, refused how much was asked for.
func refusedLength(err error) bool {
	return !errors.Is(err, errExtended) && (errors.Is(err, apdu.ErrWrongLength) || errors.Is(err, apdu.ErrWrongParameters))
}

// readRest fills buf up to total. A chip may give less than was asked for, never nothing, and not for ever: twice as many
// commands as full answers would take is the end.
func (c *channel) readRest(ctx context.Context, f file, buf []byte, total int, grown func(done, total int)) ([]byte, error) {
	room := c.room()
	for tries := 2*(total/room+1) + 4; len(buf) < total; tries-- {
		if tries == 0 {
			return nil, fmt.Errorf("%w: %s", ErrNoProgress, f.name)
		}
		r, err := c.readAt(ctx, len(buf), min(room, total-len(buf)))
		if err != nil {
			return nil, fmt.Errorf("emrtd: %s at %d: %w", f.name, len(buf), err)
		}
		buf = append(buf, r...)
		if grown != nil {
			grown(len(buf), total)
		}
	}
	return buf, nil
}

// readAt reads up to n bytes at an offset of the selected file: B0 with the offset in P1-P2, beyond maxOffset B1 with it
// in data object 54 and the answer in 53 (ICAO Doc 9303-10 §3.6.4).
func (c *channel) readAt(ctx context.Context, offset, n int) ([]byte, error) {
	if offset <= maxOffset {
		return c.readBinary(ctx, apdu.Command{INS: 0xB0, P1: byte(offset >> 8), P2: byte(offset), Ne: n})
	}
	const head53 = 5 // tag and length of object 53 at their longest
	n = min(n, c.room()-head53)
	at := tlv.Append(nil, 0x54, []byte{byte(offset >> 16), byte(offset >> 8), byte(offset)})
	answer, err := c.readBinary(ctx, apdu.Command{INS: 0xB1, Data: at, Ne: n + head53})
	if err != nil {
		return nil, err
	}
	e, err := tlv.ParseOne(answer, 0x53)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return within(e.Value, n+head53-2)
}

// readBinary sends one READ BINARY. The warning that the file ended before Ne bytes is none.
func (c *channel) readBinary(ctx context.Context, cmd apdu.Command) ([]byte, error) {
	r, err := c.send(ctx, cmd)
	if err != nil && !errors.Is(err, apdu.ErrEndOfFile) {
		return nil, err
	}
	return within(r.Data, cmd.Ne)
}

func within(b []byte, n int) ([]byte, error) {
	if len(b) == 0 || len(b) > n {
		return nil, fmt.Errorf("%w: %d bytes where %d were asked for", ErrNoProgress, len(b), n)
	}
	return b, nil
}
