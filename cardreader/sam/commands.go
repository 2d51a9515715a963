package sam

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes of what a card holds, GA/T 490-2019.
const (
	textSize    = 256
	photoSize   = 1024 // at most
	printSize   = 1024 // at most
	addressSize = 70
	numberSize  = 16
)

// Reset resets the module.
func (l *Line) Reset(ctx context.Context) error {
	_, err := l.ask(ctx, 2*short, OK, 0x10, 0xFF)
	return err
}

// Status asks whether the module is well.
func (l *Line) Status(ctx context.Context) error {
	_, err := l.ask(ctx, short, OK, 0x11, 0xFF)
	return err
}

// Number gives the module's number as it is printed on the reader.
func (l *Line) Number(ctx context.Context) (string, error) {
	b, err := l.ask(ctx, short, OK, 0x12, 0xFF)
	if err != nil {
		return "", err
	}
	if len(b) != numberSize {
		return "", fmt.Errorf("%w: number of %d bytes", ErrPayload, len(b))
	}
	le := binary.LittleEndian
	return fmt.Sprintf("%02d.%02d-%d-%010d-%010d", le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:])), nil
}

// Find looks for a card. NoCard: there is none yet, or one that was read before and not lifted since.
func (l *Line) Find(ctx context.Context) error {
	_, err := l.ask(ctx, short, Found, 0x20, 0x01)
	return err
}

// Select opens the card that was found.
func (l *Line) Select(ctx context.Context) error {
	_, err := l.ask(ctx, short, OK, 0x20, 0x02)
	return err
}

// Base is what read base gives.
type Base struct{ Text, Photo, Fingerprint []byte }

// ReadBase reads text and photograph, and the fingerprints where they are asked for.
func (l *Line) ReadBase(ctx context.Context, fingerprint bool) (Base, error) {
	par := byte(0x01)
	if fingerprint {
		par = 0x10
	}
	b, err := l.ask(ctx, long, OK, 0x30, par)
	if err != nil {
		return Base{}, err
	}
	return parseBase(b)
}

// parseBase takes the answer apart by the two or three lengths at its front, never by fixed offsets: the form with
// fingerprints is two bytes longer before the text.
func parseBase(b []byte) (Base, error) {
	for _, lengths := range []int{2, 3} {
		if len(b) < 2*lengths {
			continue
		}
		var n [3]int
		total := 2 * lengths
		for i := range lengths {
			n[i] = int(binary.BigEndian.Uint16(b[2*i:]))
			total += n[i]
		}
		if total != len(b) || n[0] != textSize || n[1] > photoSize || n[2] > printSize {
			continue
		}
		rest := b[2*lengths:]
		return Base{Text: rest[:n[0]:n[0]], Photo: rest[n[0] : n[0]+n[1] : n[0]+n[1]], Fingerprint: rest[n[0]+n[1]:]}, nil
	}
	return Base{}, fmt.Errorf("%w: base of %d bytes", ErrPayload, len(b))
}

// ReadAddress reads the newest additional address, nil where the card holds none or the module cannot read any.
func (l *Line) ReadAddress(ctx context.Context) ([]byte, error) {
	b, err := l.ask(ctx, 2*short, OK, 0x30, 0x03)
	switch {
	case errors.Is(err, Absent), errors.Is(err, WrongCommand), errors.Is(err, UnknownFault), errors.Is(err, WrongCard):
		return nil, nil
	case err != nil:
		return nil, err
	case len(b) != addressSize:
		return nil, fmt.Errorf("%w: address of %d bytes", ErrPayload, len(b))
	}
	return b, nil
}
