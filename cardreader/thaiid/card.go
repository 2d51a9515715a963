package thaiid

import (
	"bytes"
	"context"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// applicationID is the application of the card.
func applicationID() []byte { return []byte{0xA0, 0x00, 0x00, 0x00, 0x54, 0x48, 0x00, 0x01} }

// maxChunk is the most that one READ BINARY of these cards gives.
const maxChunk = 0xFF

// maxRounds bounds GET RESPONSE for one command: no answer here is longer than maxChunk.
const maxRounds = 4

// card is the way to one chip.
type card struct {
	chip cardreader.APDUer
	p2   byte // of GET RESPONSE
}

func newCard(chip cardreader.APDUer, atr []byte) *card {
	c := &card{chip: chip}
	if bytes.HasPrefix(atr, []byte{0x3B, 0x67}) {
		c.p2 = 1
	}
	return c
}

func (c *card) choose(ctx context.Context) error {
	_, err := c.send(ctx, apdu.Command{INS: 0xA4, P1: 0x04, Data: applicationID()})
	return err
}

// read reads an area; grown is told how far it is.
func (c *card) read(ctx context.Context, a area, grown func(n int)) ([]byte, error) {
	buf := make([]byte, 0, a.length)
	for len(buf) < a.length {
		at, n := a.offset+len(buf), min(maxChunk, a.length-len(buf))
		b, err := c.send(ctx, apdu.Command{CLA: 0x80, INS: 0xB0, P1: byte(at >> 8), P2: byte(at), Data: []byte{0, byte(n)}})
		if err != nil {
			return nil, fmt.Errorf("thaiid: at %04X: %w", at, err)
		}
		if len(b) != n {
			return nil, fmt.Errorf("%w: %d bytes in place of %d", ErrShort, len(b), n)
		}
		buf = append(buf, b...)
		clear(b)
		if grown != nil {
			grown(len(buf))
		}
	}
	return buf, nil
}

// send transmits a command and fetches what 61xx announces. apdu.Send is not used because of P2.
func (c *card) send(ctx context.Context, cmd apdu.Command) ([]byte, error) {
	r, err := c.exchange(ctx, cmd)
	if err != nil {
		return nil, err
	}
	all := bytes.Clone(r.Data)
	for rounds := 0; r.SW>>8 == 0x61; rounds++ {
		if rounds == maxRounds {
			return nil, apdu.ErrEndless
		}
		get := apdu.Command{INS: 0xC0, P2: c.p2, Ne: int(byte(r.SW))}
		if get.Ne == 0 {
			get.Ne = apdu.MaxShortNe
		}
		if r, err = c.exchange(ctx, get); err != nil {
			return nil, err
		}
		all = append(all, r.Data...)
	}
	return all, r.Err()
}

func (c *card) exchange(ctx context.Context, cmd apdu.Command) (apdu.Response, error) {
	if err := ctx.Err(); err != nil {
		return apdu.Response{}, err
	}
	b, err := cmd.Encode(false)
	if err != nil {
		return apdu.Response{}, err
	}
	answer, err := c.chip.Transmit(ctx, b)
	if err != nil {
		return apdu.Response{}, fmt.Errorf("thaiid: transmit: %w", err)
	}
	return apdu.ParseResponse(answer)
}
