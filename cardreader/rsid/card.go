package rsid

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// file is one file of the card.
type file struct {
	name string
	id   [2]byte
	max  int // bytes; more is refused before it is read
}

var (
	documentFile  = file{"document", [2]byte{0x0F, 0x02}, 4 << 10}
	personFile    = file{"person", [2]byte{0x0F, 0x03}, 4 << 10}
	residenceFile = file{"residence", [2]byte{0x0F, 0x04}, 4 << 10}
	photoFile     = file{"photo", [2]byte{0x0F, 0x06}, 32 << 10}
)

// maxChunk is the most that is asked for at once.
const maxChunk = 0xFF

// apollo is the answer to reset of the first generation.
func apollo() []byte {
	return []byte{0x3B, 0xB9, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x9E, 0x80, 0x73, 0xFF, 0x61, 0x40, 0x83, 0x00, 0x00, 0x00, 0xDF}
}

// card is the way to one chip.
type card struct {
	chip  cardreader.APDUer
	first bool // of the first generation
	head  int  // bytes before the content of a file
}

func newCard(chip cardreader.APDUer, atr []byte) *card {
	c := &card{chip: chip, head: 4}
	if bytes.Equal(atr, apollo()) {
		c.first, c.head = true, 6
	}
	return c
}

// choose selects whichever application is there.
func (c *card) choose(ctx context.Context) (err error) {
	if c.first {
		return c.open(ctx, documentFile)
	}
	for _, variant := range []string{"ID", "IF", "RP"} {
		aid := append([]byte{0xF3, 0x81, 0x00, 0x00, 0x02, 'S', 'E', 'R'}, variant...)
		_, err = c.send(ctx, apdu.Command{INS: 0xA4, P1: 0x04, Data: append(aid, 1)})
		if err == nil || !refused(err) {
			return err
		}
	}
	return err
}

func (c *card) open(ctx context.Context, f file) error {
	_, err := c.send(ctx, apdu.Command{INS: 0xA4, P1: 0x08, Data: f.id[:], Ne: 4})
	return err
}

// read reads the content of a file; grown is told how far it is.
func (c *card) read(ctx context.Context, f file, grown func(n, total int)) ([]byte, error) {
	if err := c.open(ctx, f); err != nil {
		return nil, fmt.Errorf("rsid: %s: %w", f.name, err)
	}
	head, err := c.readAt(ctx, 0, c.head)
	if err != nil {
		return nil, fmt.Errorf("rsid: %s: %w", f.name, err)
	}
	size := int(binary.LittleEndian.Uint16(head[c.head-2:]))
	if size > f.max || c.head+size > 0x7FFF {
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrSize, f.name, size)
	}
	buf := make([]byte, 0, size)
	for len(buf) < size { // each turn brings at least one byte
		b, err := c.readAt(ctx, c.head+len(buf), min(maxChunk, size-len(buf)))
		if err != nil {
			clear(buf)
			return nil, fmt.Errorf("rsid: %s at %d: %w", f.name, len(buf), err)
		}
		buf = append(buf, b...)
		if grown != nil {
			grown(len(buf), size)
		}
	}
	return buf, nil
}

// readAt is READ BINARY of exactly n bytes, ISO/IEC 7816-4 §11.3.3.
func (c *card) readAt(ctx context.Context, at, n int) ([]byte, error) {
	b, err := c.send(ctx, apdu.Command{INS: 0xB0, P1: byte(at >> 8), P2: byte(at), Ne: n})
	if err == nil && len(b) != n {
		err = fmt.Errorf("%w: %d bytes in place of %d", ErrShort, len(b), n)
	}
	return b, err
}

func (c *card) send(ctx context.Context, cmd apdu.Command) ([]byte, error) {
	r, err := apdu.Send(ctx, c.chip, cmd, false)
	if err != nil {
		return nil, err
	}
	return r.Data, nil
}
