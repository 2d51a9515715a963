package emrtd

import (
	"context"
	"crypto/sha1"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// password opens PACE, ICAO Doc 9303-11 §4.4.3.1 and §9.7.3.
type password struct {
	secret    cardreader.Secret
	reference byte   // 1 MRZ, 2 CAN
	bytes     []byte // f(π)
}

// canDigits is the length of a card access number, ICAO Doc 9303-11 §4.4.1.
const canDigits = 6

func canPassword(can string) password {
	return password{secret: secretCAN, reference: 2, bytes: []byte(can)}
}

func zonePassword(m *MRZ) password {
	h := sha1.Sum([]byte(m.information()))
	return password{secret: secretMRZ, reference: 1, bytes: h[:]}
}

// mappingProof is what PACE with chip authentication mapping leaves behind to prove the chip by.
type mappingProof struct {
	domain *domain
	mapped point  // the chip's public key of the mapping
	data   []byte // CA_IC
}

// errNoPACE marks that a chip refused PACE before any secret was tried.
var errNoPACE = errors.New("emrtd: PACE refused")

// pace runs PACE, ICAO Doc 9303-11 §4.4, in the master file, and starts secure messaging.
func (c *channel) pace(ctx context.Context, o *paceOffer, p password, random io.Reader) (*mappingProof, error) {
	run := &pace{offer: o, password: p, random: random}
	cmd := tlv.Append(tlv.Append(nil, 0x80, o.protocol), 0x83, []byte{p.reference})
	if o.several {
		cmd = tlv.Append(cmd, 0x84, []byte{byte(o.domain.parameter)})
	}
	if _, err := c.send(ctx, apdu.Command{INS: 0x22, P1: 0xC1, P2: 0xA4, Data: cmd}); err != nil {
		return nil, declined(err)
	}
	nonce, err := c.authenticate(ctx, 0, nil, 0x80)
	if err != nil {
		return nil, declined(err)
	}
	if err := run.decrypt(nonce); err != nil {
		return nil, err
	}
	defer clear(run.nonce)
	if err := run.exchange(ctx, c); err != nil {
		return nil, err
	}
	proof, err := run.confirm(ctx, c)
	if err != nil {
		run.keys.wipe()
		return nil, err
	}
	c.sm = &session{keys: run.keys} // the counter starts at zero, §9.8.5
	return proof, nil
}

// declined marks a status word that came before a secret was used.
func declined(err error) error {
	if isStatus(err) {
		return fmt.Errorf("%w: %w", errNoPACE, err)
	}
	return err
}

// authenticate is GENERAL AUTHENTICATE with dynamic authentication data, ICAO Doc 9303-11 §4.4.4.2: tag 0 sends none. The
// answer's object want is given.
func (c *channel) authenticate(ctx context.Context, tag tlv.Tag, data []byte, want tlv.Tag) ([]byte, error) {
	list, err := c.dynamic(ctx, 0x10, tag, data)
	if err != nil {
		return nil, err
	}
	e, err := list.Only(want)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPACE, err)
	}
	return e.Value, nil
}

func (c *channel) dynamic(ctx context.Context, class byte, tag tlv.Tag, data []byte) (tlv.List, error) {
	var inner []byte
	if tag != 0 {
		inner = tlv.Append(nil, tag, data)
	}
	r, err := c.send(ctx, apdu.Command{CLA: class, INS: 0x86, Data: tlv.Append(nil, 0x7C, inner), Ne: apdu.MaxShortNe})
	if err != nil {
		return nil, err
	}
	e, err := tlv.ParseOne(r.Data, 0x7C)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPACE, err)
	}
	list, err := e.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPACE, err)
	}
	return list, nil
}

// pace is one run of the protocol.
type pace struct {
	offer     *paceOffer
	password  password
	random    io.Reader
	nonce     []byte
	mapped    point // the chip's public key of the mapping
	own, chip point // public keys on the mapped base point
	keys      *keys
}

// decrypt opens the nonce with K_π = KDF(f(π), 3).
func (p *pace) decrypt(nonce []byte) error {
	if len(nonce) == 0 || len(nonce)%p.offer.suite.block() != 0 || len(nonce) > 32 {
		return fmt.Errorf("%w: nonce of %d bytes", ErrPACE, len(nonce))
	}
	k := keys{suite: p.offer.suite, enc: kdf(p.offer.suite, p.password.bytes, 3)}
	defer k.wipe()
	p.nonce = k.decrypt(nonce)
	return nil
}

// exchange maps the nonce to a base point (§4.4.3.3.1, G' = s·G + H) and agrees a secret on it.
func (p *pace) exchange(ctx context.Context, c *channel) error {
	d := *p.offer.domain
	private, public, err := d.pair(p.random)
	if err != nil {
		return err
	}
	answer, err := c.authenticate(ctx, 0x81, d.encode(public), 0x82)
	if err != nil {
		return err
	}
	if p.mapped, err = d.parse(answer); err != nil {
		return err
	}
	h, err := d.multiply(p.random, private, p.mapped)
	forget(private)
	if err != nil {
		return err
	}
	if d.base, err = d.mapTo(p.random, p.nonce, h); err != nil {
		return err
	}
	if private, p.own, err = d.pair(p.random); err != nil {
		return err
	}
	if answer, err = c.authenticate(ctx, 0x83, d.encode(p.own), 0x84); err != nil {
		return err
	}
	if p.chip, err = d.parse(answer); err != nil {
		return err
	}
	if p.chip.equal(p.own) { // §4.4.1 step 4
		return fmt.Errorf("%w: the chip echoes", ErrPACE)
	}
	shared, err := d.multiply(p.random, private, p.chip)
	forget(private)
	if err != nil {
		return err
	}
	secret := shared.x.FillBytes(make([]byte, d.size))
	defer clear(secret)
	p.keys = deriveKeys(p.offer.suite, secret)
	return nil
}

// confirm exchanges the authentication tokens, §4.4.3.4, and takes what proves the chip.
func (p *pace) confirm(ctx context.Context, c *channel) (*mappingProof, error) {
	list, err := c.dynamic(ctx, 0, 0x85, p.token(p.chip))
	if err != nil {
		return nil, refused(err, p.password.secret)
	}
	token, err := list.Only(0x86)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPACE, err)
	}
	if subtle.ConstantTimeCompare(token.Value, p.token(p.own)) != 1 {
		return nil, fmt.Errorf("%w: token", ErrPACE)
	}
	if !p.offer.chip {
		return nil, nil
	}
	proof := &mappingProof{domain: p.offer.domain, mapped: p.mapped}
	e, err := list.Only(0x8A)
	if err != nil {
		return proof, nil // the chip does not prove itself: no data
	}
	// §4.4.3.5: the initial value is that of a counter of all ones.
	n := p.offer.suite.block()
	if len(e.Value) == 0 || len(e.Value)%n != 0 || len(e.Value) > 256 {
		return proof, nil
	}
	ones := make([]byte, n)
	for i := range ones {
		ones[i] = 0xFF
	}
	if data, err := unpad(p.keys.decryptFrom(p.keys.iv(ones), e.Value), n); err == nil {
		proof.data = data
	}
	return proof, nil
}

// token is MAC(KS_MAC, 7F49 { 06 protocol, 86 public key of the other side }).
func (p *pace) token(of point) []byte {
	key := tlv.Append(tlv.Append(nil, 0x06, p.offer.protocol), 0x86, p.offer.domain.encode(of))
	return p.keys.sum(tlv.Append(nil, 0x7F49, key))
}
