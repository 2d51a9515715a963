package beid

import (
	"context"
	"errors"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// file is one file of the card.
type file struct {
	name string
	df   byte // DF00 or DF01
	id   [2]byte
	max  int // bytes; more is an error
}

var (
	identityFile      = file{"identity", 0x01, [2]byte{0x40, 0x31}, 2 << 10}
	identitySignature = file{"identity-signature", 0x01, [2]byte{0x40, 0x32}, 1 << 10}
	addressFile       = file{"address", 0x01, [2]byte{0x40, 0x33}, 2 << 10}
	addressSignature  = file{"address-signature", 0x01, [2]byte{0x40, 0x34}, 1 << 10}
	photoFile         = file{"photo", 0x01, [2]byte{0x40, 0x35}, 16 << 10}
	registerFile      = file{"register-certificate", 0x00, [2]byte{0x50, 0x3C}, 8 << 10}
)

// maxChunk is how much is asked for at once.
const maxChunk = 0xFF

// applicationID is BELPIC.
func applicationID() []byte {
	return append([]byte{0xA0, 0x00, 0x00, 0x01, 0x77}, "PKCS-15"...)
}

// card is the way to one chip.
type card struct{ chip cardreader.APDUer }

func (c *card) choose(ctx context.Context) error {
	_, err := apdu.Send(ctx, c.chip, apdu.Command{INS: 0xA4, P1: 0x04, P2: 0x0C, Data: applicationID()}, false)
	return err
}

// read reads a file to its end. Each turn brings at least one byte or is the last.
func (c *card) read(ctx context.Context, f file) ([]byte, error) {
	path := []byte{0x3F, 0x00, 0xDF, f.df, f.id[0], f.id[1]}
	if _, err := apdu.Send(ctx, c.chip, apdu.Command{INS: 0xA4, P1: 0x08, P2: 0x0C, Data: path}, false); err != nil {
		return nil, fmt.Errorf("beid: %s: %w", f.name, err)
	}
	buf := make([]byte, 0, f.max)
	for {
		n, err := c.chunk(ctx, &buf)
		switch {
		case err != nil:
			clear(buf)
			return nil, fmt.Errorf("beid: %s at %d: %w", f.name, len(buf), err)
		case len(buf) > f.max:
			clear(buf)
			return nil, fmt.Errorf("%w: %s", ErrSize, f.name)
		case n < maxChunk:
			return buf, nil
		}
	}
}

// chunk appends the next bytes of the file and tells how many came: fewer than maxChunk at the end.
func (c *card) chunk(ctx context.Context, buf *[]byte) (int, error) {
	at := len(*buf)
	r, err := apdu.Send(ctx, c.chip, apdu.Command{INS: 0xB0, P1: byte(at >> 8), P2: byte(at), Ne: maxChunk}, false)
	switch {
	case at > 0 && errors.Is(err, apdu.ErrWrongParameters): // the file is a multiple of maxChunk long
		return 0, nil
	case err != nil && !errors.Is(err, apdu.ErrEndOfFile):
		return 0, err
	case len(r.Data) == 0 || len(r.Data) > maxChunk:
		return 0, fmt.Errorf("%w: %d bytes", ErrLength, len(r.Data))
	}
	*buf = append(*buf, r.Data...)
	return len(r.Data), nil
}
