package mykad

import (
	"context"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// Files of the application and their lengths, which are the same on every card.
const (
	personFile  = 1
	photoFile   = 2
	addressFile = 4

	personSize  = 459
	photoSize   = 4011
	addressSize = 171
)

// maxChunk is the most that is asked for at once: the card gives 252, the oldest chips stop answering above 240.
const maxChunk = 240

// applicationID is the application of the card: RID, "JPN", 00 10.
func applicationID() []byte { return []byte{0xA0, 0x00, 0x00, 0x00, 0x74, 'J', 'P', 'N', 0x00, 0x10} }

// card is the way to one chip.
type card struct{ chip cardreader.APDUer }

func (c *card) choose(ctx context.Context) error {
	_, err := apdu.Send(ctx, c.chip, apdu.Command{INS: 0xA4, P1: 0x04, Data: applicationID()}, false)
	return err
}

// read reads a whole file in chunks; grown is told how far it is.
func (c *card) read(ctx context.Context, file byte, size int, grown func(n int)) ([]byte, error) {
	buf := make([]byte, 0, size)
	for len(buf) < size {
		b, err := c.chunk(ctx, file, len(buf), min(maxChunk, size-len(buf)))
		if err != nil {
			return nil, fmt.Errorf("mykad: file %d at %d: %w", file, len(buf), err)
		}
		buf = append(buf, b...)
		if grown != nil {
			grown(len(buf))
		}
	}
	return buf, nil
}

// chunk reads n bytes at an offset with the three commands of the application.
func (c *card) chunk(ctx context.Context, file byte, at, n int) ([]byte, error) {
	length := []byte{byte(n), byte(n >> 8)}
	for _, cmd := range []apdu.Command{
		{CLA: 0xC8, INS: 0x32, Data: append([]byte{0x08, 0, 0}, length...)},
		{CLA: 0xCC, INS: 0x00, Data: append([]byte{file, 0, 1, 0, byte(at), byte(at >> 8)}, length...)},
	} {
		if r, err := apdu.Send(ctx, c.chip, cmd, false); err != nil && !announces(r.SW, cmd, n) {
			return nil, err
		}
	}
	r, err := apdu.Send(ctx, c.chip, apdu.Command{CLA: 0xCC, INS: 0x06, Ne: n}, false)
	if err != nil {
		return nil, err
	}
	if len(r.Data) != n {
		return nil, fmt.Errorf("%w: %d bytes in place of %d", ErrShort, len(r.Data), n)
	}
	return r.Data, nil
}

// announces tells that a status names the length that comes next, in place of 9000: 9108 before the eight bytes of the
// second command, 94ll before the bytes of the file.
func announces(sw uint16, cmd apdu.Command, n int) bool {
	if cmd.CLA == 0xC8 {
		return sw == 0x9108
	}
	return sw == 0x9400|uint16(byte(n))
}
