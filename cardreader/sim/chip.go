package sim

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"math/big"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// manageChip begins Chip Authentication, ICAO Doc 9303-11 §6.2.4: MSE:Set KAT (A6) is all of it for 3DES, MSE:Set AT (A4)
// is followed by GENERAL AUTHENTICATE.
func (c *Card) manageChip(p2 byte, list tlv.List) apdu.Response {
	chip := c.specimen.Chip
	switch p2 {
	case 0xA6:
		if e, err := list.Only(0x91); err == nil && chip.suite() == tripleDES {
			return c.agreeChip(e.Value, nil)
		}
	case 0xA4:
		if e, err := list.Only(0x80); err == nil && bytes.Equal(e.Value, chip.Protocol) && chip.suite() != tripleDES {
			c.agreeing = true
			return status(apdu.OK)
		}
	}
	return status(0x6A80)
}

// agreeChip computes the session that begins once the answer has gone out in the old one.
func (c *Card) agreeChip(theirs, answer []byte) apdu.Response {
	c.agreeing = false
	g, err := groupNamed(c.specimen.Chip.Curve)
	if err != nil {
		return status(0x6F00)
	}
	other, ok := g.decode(theirs)
	if !ok {
		return status(0x6A80)
	}
	secret := g.secret(new(big.Int).SetBytes(c.specimen.Chip.Key), other)
	c.next = newSession(c.specimen.Chip.suite(), secret, c.session != nil && c.session.pace)
	return apdu.Response{Data: answer, SW: apdu.OK}
}

// internalAuthenticate is Active Authentication, ICAO Doc 9303-11 §6.1, with RSA: ISO/IEC 9796-2 digital signature scheme 1
// with partial recovery over SHA-256, 6A ‖ M1 ‖ H(M1 ‖ challenge) ‖ 34 CC.
func (c *Card) internalAuthenticate(cmd apdu.Command) apdu.Response {
	if len(c.specimen.Active) == 0 || c.session == nil {
		return status(0x6985)
	}
	key, err := x509.ParsePKCS1PrivateKey(c.specimen.Active)
	if err != nil || len(cmd.Data) != 8 {
		return status(0x6A80)
	}
	b, err := representative(c.rand, key, cmd.Data)
	if err != nil {
		return status(0x6F00)
	}
	if cmd.Ne < len(b) {
		return status(0x6700)
	}
	return apdu.Response{Data: new(big.Int).Exp(new(big.Int).SetBytes(b), key.D, key.N).FillBytes(b), SW: apdu.OK}
}

func representative(random io.Reader, key *rsa.PrivateKey, challenge []byte) ([]byte, error) {
	b := make([]byte, key.Size())
	b[0], b[len(b)-2], b[len(b)-1] = 0x6A, 0x34, 0xCC
	end := len(b) - 2 - sha256.Size
	if _, err := io.ReadFull(random, b[1:end]); err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(b[1:end])
	h.Write(challenge)
	copy(b[end:], h.Sum(nil))
	return b, nil
}
