package emrtd

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// access runs Basic Access Control, ICAO Doc 9303-11 §4.3.1, and starts secure messaging with its session keys.
func (c *channel) access(ctx context.Context, mrz *MRZ, random io.Reader) error {
	r, err := c.send(ctx, apdu.Command{INS: 0x84, Ne: 8})
	if err != nil {
		return noAccess(err)
	}
	if len(r.Data) != 8 {
		return fmt.Errorf("%w: challenge of %d bytes", ErrBAC, len(r.Data))
	}
	own := make([]byte, 8+keySize) // RND.IFD ‖ K.IFD
	if _, err := io.ReadFull(random, own); err != nil {
		return fmt.Errorf("emrtd: random bytes: %w", err)
	}
	defer clear(own)
	b := &bac{keys: derive(keySeed(mrz.information())), rndIC: r.Data, rndIFD: own[:8], kIFD: own[8:]}
	defer b.keys.wipe()
	r, err = c.send(ctx, apdu.Command{INS: 0x82, Data: b.token(), Ne: 40})
	if err != nil {
		return refused(err, secretMRZ)
	}
	if c.sm, err = b.finish(r.Data); err != nil {
		return err
	}
	return nil
}

// bac is one run of the protocol.
type bac struct {
	keys                *keys
	rndIC, rndIFD, kIFD []byte
}

// token is E(K_Enc, RND.IFD ‖ RND.IC ‖ K.IFD) ‖ MAC(K_MAC, E).
func (b *bac) token() []byte {
	s := make([]byte, 0, 32)
	s = append(append(append(s, b.rndIFD...), b.rndIC...), b.kIFD...)
	defer clear(s)
	e := b.keys.encrypt(s)
	return append(e, b.keys.sum(e)...)
}

// finish checks the chip's E(K_Enc, RND.IC ‖ RND.IFD ‖ K.IC) ‖ MAC and derives the session: seed K.IFD ⊕ K.IC, counter
// from the low halves of both challenges (§9.8.6.3).
func (b *bac) finish(answer []byte) (*session, error) {
	if len(answer) != 40 {
		return nil, fmt.Errorf("%w: %d bytes", ErrBAC, len(answer))
	}
	e, mac := answer[:32], answer[32:]
	if subtle.ConstantTimeCompare(b.keys.sum(e), mac) != 1 {
		return nil, fmt.Errorf("%w: MAC", ErrBAC)
	}
	r := b.keys.decrypt(e)
	defer clear(r)
	if subtle.ConstantTimeCompare(r[:8], b.rndIC) != 1 || subtle.ConstantTimeCompare(r[8:16], b.rndIFD) != 1 {
		return nil, fmt.Errorf("%w: challenge", ErrBAC)
	}
	var seed [keySize]byte
	subtle.XORBytes(seed[:], b.kIFD, r[16:])
	ssc := append(append([]byte{}, b.rndIC[4:]...), b.rndIFD[4:]...)
	return &session{keys: derive(seed), ssc: binary.BigEndian.Uint64(ssc)}, nil
}

// refused tells a wrong secret from a chip at fault. ICAO does not say which status word a chip gives for a wrong key: 6300
// is the usual one, 6982, 6988 and 6A80 have been seen.
func refused(err error, secret cardreader.Secret) error {
	var status *apdu.StatusError
	if !errors.As(err, &status) {
		return err
	}
	need := &cardreader.NeedError{Secret: secret, Wrong: true, RetriesLeft: -1}
	if n, told := status.Retries(); told {
		need.RetriesLeft = n
		return need
	}
	switch {
	case errors.Is(err, apdu.ErrVerification), errors.Is(err, apdu.ErrSecurityStatus),
		errors.Is(err, apdu.ErrSecureMessaging), errors.Is(err, apdu.ErrWrongData), status.SW>>8 == 0x63:
		return need
	}
	return err
}

// noAccess tells a document that wants another access control (its chip knows no GET CHALLENGE) from one at fault.
func noAccess(err error) error {
	if errors.Is(err, apdu.ErrNotSupported) || errors.Is(err, apdu.ErrConditions) || errors.Is(err, apdu.ErrSecurityStatus) {
		return fmt.Errorf("%w: %w", ErrAccess, err)
	}
	return err
}
