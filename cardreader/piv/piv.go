package piv

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// Lengths of the standard.
const (
	pinSize    = 8 // SP 800-73-4 part 2 §2.4.3: six to eight digits, padded with FF
	minPIN     = 6
	pointSize  = 65
	secretSize = 32
)

const (
	pinReference  = 0x80 // part 1 table 6a: PIV card application PIN
	keyManagement = 0x9D // part 1 table 4b
	algP256       = 0x11 // SP 800-78-4 table 6-2
)

func application() []byte { return []byte{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00} }

// Card is the PIV application of one card, selected. One goroutine uses it at a time. It is good as long as its Conn is.
type Card struct{ chip cardreader.APDUer }

// Open selects the application. ErrNotPIV where the card has none.
func Open(ctx context.Context, conn cardreader.Conn) (*Card, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, ErrNotPIV
	}
	c := &Card{chip}
	var status *apdu.StatusError
	_, err := c.send(ctx, apdu.Command{INS: 0xA4, P1: 0x04, Data: application(), Ne: apdu.MaxShortNe})
	if errors.As(err, &status) {
		return nil, fmt.Errorf("%w: %w", ErrNotPIV, err)
	}
	return c, fault(err)
}

func (c *Card) send(ctx context.Context, cmd apdu.Command) ([]byte, error) {
	r, err := apdu.Send(ctx, c.chip, cmd, false)
	return r.Data, err
}

// Certificate is the certificate of the key management key, as it lies on the card. It takes no PIN.
func (c *Card) Certificate(ctx context.Context) (*Certificate, error) {
	b, err := c.send(ctx, apdu.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 0x03, 0x5F, 0xC1, 0x0B}, Ne: apdu.MaxShortNe})
	var status *apdu.StatusError
	switch {
	case errors.Is(err, apdu.ErrFileNotFound), errors.Is(err, apdu.ErrDataNotFound):
		return nil, ErrNoKey
	case errors.As(err, &status):
		return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
	case err != nil:
		return nil, fault(err)
	}
	return parseObject(b)
}

// ManyTries is what Tries says of a card that does not tell.
const ManyTries = 15

// Tries is how many wrong PINs the card still takes; none is ErrBlocked. It costs no try. Where another program has left the
// PIN proven, that is taken back first.
func (c *Card) Tries(ctx context.Context) (int, error) {
	ask := apdu.Command{INS: 0x20, P2: pinReference}
	_, err := c.send(ctx, ask)
	if err == nil {
		if _, err := c.send(ctx, apdu.Command{INS: 0x20, P1: 0xFF, P2: pinReference}); err != nil {
			var status *apdu.StatusError
			if errors.As(err, &status) { // a card that cannot
				return ManyTries, nil
			}
			return 0, fault(err)
		}
		_, err = c.send(ctx, ask)
	}
	var status *apdu.StatusError
	switch {
	case errors.Is(err, apdu.ErrBlocked):
		return 0, ErrBlocked
	case errors.As(err, &status):
		left, told := status.Retries()
		if !told {
			return 0, fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		if left == 0 {
			return 0, ErrBlocked
		}
		return left, nil
	case err != nil:
		return 0, fault(err)
	}
	return ManyTries, nil
}

// Verify proves the PIN: *WrongPIN, ErrBlocked or ErrPIN where it does not. The caller wipes pin.
func (c *Card) Verify(ctx context.Context, pin []byte) error {
	if len(pin) < minPIN || len(pin) > pinSize || bytes.IndexByte(pin, 0xFF) >= 0 {
		return ErrPIN
	}
	data := bytes.Repeat([]byte{0xFF}, pinSize)
	defer clear(data)
	copy(data, pin)
	command, err := apdu.Command{INS: 0x20, P2: pinReference, Data: data}.Encode(false)
	if err != nil {
		return err
	}
	defer clear(command)
	answer, err := c.chip.Transmit(ctx, command)
	if err != nil {
		return fault(err)
	}
	r, err := apdu.ParseResponse(answer)
	if err != nil {
		return fault(err)
	}
	var status *apdu.StatusError
	switch err := r.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, apdu.ErrBlocked):
		return ErrBlocked
	case errors.Is(err, apdu.ErrVerification) && errors.As(err, &status):
		left, _ := status.Retries()
		if left == 0 {
			return ErrBlocked
		}
		return &WrongPIN{Left: left}
	case errors.Is(err, apdu.ErrWrongData): // §3.2.1: a PIN that the card's own rules refuse without looking
		return ErrPIN
	default:
		return fault(err)
	}
}

// Agree gives the x coordinate of the point that the card's key and peer (an uncompressed point) make, after Verify. The
// caller wipes it.
func (c *Card) Agree(ctx context.Context, peer []byte) ([]byte, error) {
	if _, err := ecdh.P256().NewPublicKey(peer); err != nil || len(peer) != pointSize {
		return nil, ErrAlgorithm
	}
	template := tlv.Append(tlv.Append(nil, 0x82, nil), 0x85, peer)
	b, err := c.send(ctx, apdu.Command{INS: 0x87, P1: algP256, P2: keyManagement, Data: tlv.Append(nil, 0x7C, template), Ne: apdu.MaxShortNe})
	if err != nil {
		return nil, fault(err)
	}
	defer clear(b)
	return parseSecret(b)
}

// parseSecret reads 7C { 82 x }.
func parseSecret(b []byte) ([]byte, error) {
	outer, err := tlv.ParseOne(b, 0x7C)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	list, err := outer.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	x, err := list.Only(0x82)
	if err != nil || len(list) != 1 || len(x.Value) != secretSize {
		return nil, fmt.Errorf("%w: no shared secret", ErrAnswer)
	}
	return bytes.Clone(x.Value), nil
}
