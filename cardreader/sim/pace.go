package sim

import (
	"bytes"
	"crypto/sha1"
	"io"
	"math/big"
	"slices"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// Agreement is a protocol of key agreement that a chip offers, with its curve and, where there is one, its static key.
type Agreement struct {
	Protocol hexBytes `json:"protocol"` // content of the object identifier
	Curve    string   `json:"curve"`
	Key      hexBytes `json:"key,omitempty"`
}

func (a *Agreement) suite() suite { return suite(a.Protocol[len(a.Protocol)-1]) }

// mapping tells chip authentication mapping (6) from the generic one (2), ICAO Doc 9303-11 §9.2.5.
func (a *Agreement) mapping() byte { return a.Protocol[len(a.Protocol)-2] }

// valid tells whether the chip can play it.
func (a *Agreement) valid() error {
	if n := len(a.Protocol); n < 9 || a.suite() < tripleDES || a.suite() > aes256 {
		return ErrBroken
	}
	_, err := groupNamed(a.Curve)
	return err
}

// paceRun is PACE as far as it has come, ICAO Doc 9303-11 §4.4.
type paceRun struct {
	group    *group
	password []byte
	nonce    []byte
	mapping  *big.Int // private key of the mapping
	mapped   point    // own public key of the mapping
	base     point    // the mapped one; nil coordinates: not yet
	own      point
	other    point
	secret   []byte
}

// manage is MANAGE SECURITY ENVIRONMENT, ISO/IEC 7816-4 §11.5.11, for PACE (C1A4) and Chip Authentication (41A4, 41A6).
func (c *Card) manage(cmd apdu.Command) apdu.Response {
	c.pace, c.agreeing = nil, false
	list, err := tlv.Parse(cmd.Data)
	if err != nil {
		return status(0x6A80)
	}
	switch {
	case cmd.P1 == 0xC1 && cmd.P2 == 0xA4 && c.specimen.PACE != nil:
		return c.managePACE(list)
	case cmd.P1 == 0x41 && c.specimen.Chip != nil && c.session != nil:
		return c.manageChip(cmd.P2, list)
	}
	return status(0x6A88)
}

func (c *Card) managePACE(list tlv.List) apdu.Response {
	protocol, err1 := list.Only(0x80)
	reference, err2 := list.Only(0x83)
	if err1 != nil || err2 != nil || !bytes.Equal(protocol.Value, c.specimen.PACE.Protocol) || len(reference.Value) != 1 {
		return status(0x6A80)
	}
	g, err := groupNamed(c.specimen.PACE.Curve)
	if err != nil {
		return status(0x6F00)
	}
	if e, err := list.Only(0x84); err == nil && !bytes.Equal(e.Value, []byte{byte(g.parameter)}) {
		return status(0x6A80)
	}
	run := &paceRun{group: g}
	switch reference.Value[0] {
	case 1:
		input, err := accessKeyInput(c.specimen.MRZ)
		if err != nil {
			return status(0x6F00)
		}
		h := sha1.Sum([]byte(input))
		run.password = h[:]
	case 2:
		if run.password = []byte(c.specimen.CAN); len(run.password) == 0 {
			return status(0x6A88)
		}
	default:
		return status(0x6A88)
	}
	c.pace = run
	return status(apdu.OK)
}

// authenticate is GENERAL AUTHENTICATE, ISO/IEC 7816-4 §11.5.5: the next step of what MANAGE SECURITY ENVIRONMENT chose.
func (c *Card) authenticate(cmd apdu.Command) apdu.Response {
	list, err := tlv.Parse(cmd.Data)
	if err != nil || len(list) != 1 || list[0].Tag != 0x7C {
		return status(0x6A80)
	}
	var inner tlv.List
	if len(list[0].Value) > 0 {
		if inner, err = list[0].List(); err != nil || len(inner) != 1 {
			return status(0x6A80)
		}
	}
	if c.agreeing && len(inner) == 1 && inner[0].Tag == 0x80 {
		return c.agreeChip(inner[0].Value, tlv.Append(nil, 0x7C, nil))
	}
	run := c.pace
	if run == nil {
		return status(0x6985)
	}
	r := c.stepPACE(run, cmd.CLA&0x10 != 0, inner)
	if r.SW != apdu.OK {
		c.pace = nil
	}
	return r
}

func (c *Card) stepPACE(run *paceRun, chained bool, inner tlv.List) apdu.Response {
	switch {
	case chained && len(inner) == 0 && run.nonce == nil:
		return c.offerNonce(run)
	case chained && len(inner) == 1 && inner[0].Tag == 0x81 && run.nonce != nil && run.base.x == nil:
		return c.mapNonce(run, inner[0].Value)
	case chained && len(inner) == 1 && inner[0].Tag == 0x83 && run.base.x != nil && run.secret == nil:
		return c.agreePACE(run, inner[0].Value)
	case !chained && len(inner) == 1 && inner[0].Tag == 0x85 && run.secret != nil:
		return c.confirmPACE(run, inner[0].Value)
	}
	return status(0x6A80)
}

func dynamic(tag tlv.Tag, v []byte) apdu.Response {
	return apdu.Response{Data: tlv.Append(nil, 0x7C, tlv.Append(nil, tag, v)), SW: apdu.OK}
}

func (c *Card) offerNonce(run *paceRun) apdu.Response {
	run.nonce = make([]byte, 16)
	if _, err := io.ReadFull(c.rand, run.nonce); err != nil {
		return status(0x6F00)
	}
	s := c.specimen.PACE.suite()
	return dynamic(0x80, keyPair{suite: s, encKey: kdf(s, run.password, 3)}.encrypt(run.nonce))
}

// mapNonce is the generic mapping, §4.4.3.3.1.
func (c *Card) mapNonce(run *paceRun, theirs []byte) apdu.Response {
	g := run.group
	other, ok := g.decode(theirs)
	if !ok {
		return status(0x6A80)
	}
	k, own, err := g.key(c.rand, g.generatorPoint)
	if err != nil {
		return status(0x6F00)
	}
	run.mapping, run.mapped = k, own
	run.base = g.add(g.times(new(big.Int).SetBytes(run.nonce), g.generatorPoint), g.times(k, other))
	if run.base.x == nil {
		return status(0x6A80)
	}
	return dynamic(0x82, g.encode(own))
}

func (c *Card) agreePACE(run *paceRun, theirs []byte) apdu.Response {
	var ok bool
	if run.other, ok = run.group.decode(theirs); !ok {
		return status(0x6A80)
	}
	k, own, err := run.group.key(c.rand, run.base)
	if err != nil {
		return status(0x6F00)
	}
	run.own, run.secret = own, run.group.secret(k, run.other)
	return dynamic(0x84, run.group.encode(own))
}

// confirmPACE checks the reader's token, gives the chip's, and starts the session. A wrong password shows here.
func (c *Card) confirmPACE(run *paceRun, token []byte) apdu.Response {
	offer := c.specimen.PACE
	next := newSession(offer.suite(), run.secret, true)
	mac := func(p point) []byte {
		key := tlv.Append(tlv.Append(nil, 0x06, offer.Protocol), 0x86, run.group.encode(p))
		return next.keys.mac(tlv.Append(nil, 0x7F49, key))
	}
	if !bytes.Equal(token, mac(run.own)) {
		return status(0x6300)
	}
	answer := tlv.Append(nil, 0x86, mac(run.other))
	if offer.mapping() == 6 {
		answer = tlv.Append(answer, 0x8A, c.mappingProof(run, next.keys))
	}
	c.pace, c.session = nil, next
	return apdu.Response{Data: tlv.Append(nil, 0x7C, answer), SW: apdu.OK}
}

// mappingProof is §4.4.3.5: CA_IC = SK_IC⁻¹ · SK_Map,IC modulo the order, encrypted from a counter of all ones.
func (c *Card) mappingProof(run *paceRun, keys keyPair) []byte {
	proof := new(big.Int).ModInverse(new(big.Int).SetBytes(c.specimen.PACE.Key), run.group.n)
	proof.Mul(proof, run.mapping).Mod(proof, run.group.n)
	n := keys.suite.block()
	plain := padTo(proof.FillBytes(make([]byte, run.group.size)), n)
	return keys.encryptFrom(keys.iv(slices.Repeat([]byte{0xFF}, n)), plain)
}
