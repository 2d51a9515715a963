package sim

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"slices"

	"bangban/cardreader/apdu"
)

// accessKeyInput is MRZ_information of ICAO Doc 9303-11 §4.3.2: document number, date of birth and date of expiry,
// each with its check digit.
func accessKeyInput(lines []string) (string, error) {
	switch {
	case len(lines) == 2 && len(lines[0]) == len(lines[1]) && (len(lines[1]) == 44 || len(lines[1]) == 36): // TD3, TD2
		l := lines[1]
		return l[0:10] + l[13:20] + l[21:28], nil
	case len(lines) == 3 && len(lines[0]) == 30 && len(lines[1]) == 30: // TD1
		return lines[0][5:15] + lines[1][0:7] + lines[1][8:15], nil
	}
	return "", fmt.Errorf("%w: not a machine readable zone", ErrBroken)
}

// getChallenge is GET CHALLENGE, ISO/IEC 7816-4 §11.5.3: RND.IC, 8 bytes.
func (c *Card) getChallenge(cmd apdu.Command) apdu.Response {
	if cmd.Ne != 8 && cmd.Ne != apdu.MaxShortNe {
		return status(0x6700)
	}
	if c.dir == nil || c.dir.AID == "" {
		return status(0x6985)
	}
	c.challenge = make([]byte, 8)
	if _, err := io.ReadFull(c.rand, c.challenge); err != nil {
		c.challenge = nil
		return status(0x6F00)
	}
	return apdu.Response{Data: slices.Clone(c.challenge), SW: apdu.OK}
}

// mutualAuthenticate is the chip's side of Basic Access Control, ICAO Doc 9303-11 §4.3.1 and §4.3.3:
//
//	to the chip    E(K_Enc, RND.IFD ‖ RND.IC ‖ K.IFD) ‖ MAC(K_MAC, E)
//	from the chip  E(K_Enc, RND.IC ‖ RND.IFD ‖ K.IC) ‖ MAC(K_MAC, E)
//
// A challenge serves once. Any mismatch is 6300: the chip does not tell which.
func (c *Card) mutualAuthenticate(cmd apdu.Command) apdu.Response {
	challenge := c.challenge
	c.challenge = nil
	switch {
	case c.specimen.Kind != kindPassport || challenge == nil:
		return status(0x6985)
	case len(cmd.Data) != 40 || cmd.Ne < 40:
		return status(0x6700)
	}
	input, err := accessKeyInput(c.specimen.MRZ)
	if err != nil {
		return status(0x6F00)
	}
	keys := deriveKeys(keySeed(input))
	if subtle.ConstantTimeCompare(keys.mac(cmd.Data[:32]), cmd.Data[32:]) != 1 {
		return status(0x6300)
	}
	s := keys.decrypt(cmd.Data[:32])
	rndIFD, kIFD := s[:8], s[16:]
	if !bytes.Equal(s[8:16], challenge) {
		return status(0x6300)
	}
	kIC := make([]byte, 16)
	if _, err := io.ReadFull(c.rand, kIC); err != nil {
		return status(0x6F00)
	}
	e := keys.encrypt(slices.Concat(challenge, rndIFD, kIC))
	answer := append(e, keys.mac(e)...)
	seed := make([]byte, 16)
	subtle.XORBytes(seed, kIFD, kIC)
	// §9.8.6.3: the counter starts with the low halves of the two challenges.
	c.session = &session{keys: deriveKeys(seed), ssc: slices.Concat(challenge[4:], rndIFD[4:])}
	return apdu.Response{Data: answer, SW: apdu.OK}
}
