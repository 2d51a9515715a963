package sim

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// PIV is the card of a member of staff, NIST SP 800-73-4: keys on P-256, a PIN with its tries, certificates.
type PIV struct {
	PIN   string            `json:"pin"`
	Tries int               `json:"tries"`
	Keys  map[string]PIVKey `json:"keys"` // key reference, two digits of hexadecimal: "9A", "9D"
	// Maker adds commands of one maker: its version, keys that are made on the card, certificates that are written to it.
	Maker bool `json:"maker,omitempty"`
}

// PIVKey is a key of the card: its scalar and its certificate (DER).
type PIVKey struct {
	Private     []byte `json:"private"`
	Certificate []byte `json:"certificate,omitempty"`
}

// pivState is what the card remembers. Tries and what was written outlive a reset.
type pivState struct {
	selected, verified, managed bool
	wrong                       int
	waiting                     []byte
	chain                       []byte // data of a command that comes in parts, ISO/IEC 7816-4 §5.3.3
	witness                     []byte
	keys                        map[byte]*ecdsa.PrivateKey
	objects                     map[string][]byte // tag → value of the data object
}

// applicationPIV is its identifier; SELECT may leave its end out, ISO/IEC 7816-4 §12.2.3.
const applicationPIV = "\xA0\x00\x00\x03\x08\x00\x00\x10\x00"

// management is the key with which cards of that maker leave the factory.
const management = "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"

// pivObject names the certificate of a key: SP 800-73-4 part 1 table 3.
func pivObject(ref byte) (tag string, ok bool) {
	switch {
	case ref == 0x9A:
		return "5FC105", true
	case ref == 0x9C:
		return "5FC10A", true
	case ref == 0x9D:
		return "5FC10B", true
	case ref == 0x9E:
		return "5FC101", true
	case ref >= 0x82 && ref <= 0x95: // retired key management keys
		return fmt.Sprintf("5FC1%02X", 0x0D+ref-0x82), true
	}
	return "", false
}

// personalize takes the keys of the specimen in.
func (p *PIV) personalize() (keys map[byte]*ecdsa.PrivateKey, objects map[string][]byte, err error) {
	keys, objects = map[byte]*ecdsa.PrivateKey{}, map[string][]byte{}
	for name, k := range p.Keys {
		ref, err := hex.DecodeString(name)
		if err != nil || len(ref) != 1 {
			return nil, nil, fmt.Errorf("%w: key reference %q", ErrBroken, name)
		}
		tag, ok := pivObject(ref[0])
		if !ok {
			return nil, nil, fmt.Errorf("%w: key reference %q", ErrBroken, name)
		}
		if keys[ref[0]], err = ecdsa.ParseRawPrivateKey(elliptic.P256(), k.Private); err != nil {
			return nil, nil, fmt.Errorf("%w: key %s", ErrBroken, name)
		}
		if len(k.Certificate) > 0 {
			objects[tag] = certificateObject(k.Certificate)
		}
	}
	return keys, objects, nil
}

// certificateObject is 70 certificate, 71 CertInfo, FE: SP 800-73-4 part 1 table 10.
func certificateObject(der []byte) []byte {
	return tlv.Append(tlv.Append(tlv.Append(nil, 0x70, der), 0x71, []byte{0}), 0xFE, nil)
}

func (p *PIV) valid() error {
	if len(p.PIN) < 6 || len(p.PIN) > 8 || p.Tries < 0 || p.Tries > 15 {
		return fmt.Errorf("%w: PIN or tries", ErrBroken)
	}
	_, _, err := p.personalize()
	return err
}

func (s *pivState) reset() {
	s.selected, s.verified, s.managed, s.waiting, s.chain, s.witness = false, false, false, nil, nil, nil
}

// pivAnswer answers one command. What is longer than one answer waits for GET RESPONSE.
func (c *Card) pivAnswer(command []byte) apdu.Response {
	s := &c.piv
	if s.keys == nil {
		var err error
		if s.keys, s.objects, err = c.specimen.PIV.personalize(); err != nil {
			return status(0x6F00)
		}
	}
	cmd, err := apdu.ParseCommand(command)
	if err != nil || apdu.Extended(command) {
		return status(0x6700)
	}
	if cmd.INS == 0xC0 {
		return s.more(cmd.Ne)
	}
	s.waiting = nil
	switch {
	case cmd.CLA == 0x10 && len(s.chain) <= 4096:
		s.chain = append(s.chain, cmd.Data...)
		return status(apdu.OK)
	case cmd.CLA != 0:
		return status(0x6E00)
	}
	cmd.Data = append(s.chain, cmd.Data...)
	s.chain = nil
	r := c.pivExecute(cmd)
	if len(r.Data) == 0 {
		return r
	}
	s.waiting = r.Data
	return s.more(cmd.Ne)
}

// more gives the next piece. A command without Le gets as much as fits, as such cards do.
func (s *pivState) more(ne int) apdu.Response {
	if len(s.waiting) == 0 {
		return status(0x6985)
	}
	if ne == 0 {
		ne = apdu.MaxShortNe
	}
	n := min(ne, len(s.waiting))
	r := apdu.Response{Data: s.waiting[:n], SW: apdu.OK}
	if s.waiting = s.waiting[n:]; len(s.waiting) > 0 {
		r.SW = 0x6100 | uint16(byte(min(len(s.waiting), 0xFF)))
	}
	return r
}

func (c *Card) pivExecute(cmd apdu.Command) apdu.Response {
	s := &c.piv
	if cmd.INS == 0xA4 && cmd.P1 == 4 {
		if len(cmd.Data) < 5 || !strings.HasPrefix(applicationPIV, string(cmd.Data)) {
			return status(0x6A82)
		}
		if !s.selected { // selecting what is selected leaves the PIN proven, SP 800-73-4 part 2 §3.1.1
			s.reset()
			s.selected = true
		}
		return apdu.Response{Data: tlv.Append(nil, 0x61, tlv.Append(nil, 0x4F, []byte(applicationPIV[5:]))), SW: apdu.OK}
	}
	if !s.selected {
		return status(0x6D00)
	}
	switch {
	case cmd.INS == 0x20 && cmd.P1 == 0xFF && cmd.P2 == 0x80 && len(cmd.Data) == 0:
		s.verified = false
		return status(apdu.OK)
	case cmd.INS == 0x20 && cmd.P1 == 0 && cmd.P2 == 0x80:
		return c.pivVerify(cmd)
	case cmd.INS == 0xCB && cmd.P1 == 0x3F && cmd.P2 == 0xFF:
		return s.object(cmd.Data)
	case cmd.INS == 0x87 && cmd.P1 == 0x11:
		return c.pivAuthenticate(cmd)
	case c.specimen.PIV.Maker:
		return c.pivMaker(cmd)
	}
	return status(0x6D00)
}

// pivVerify is VERIFY, SP 800-73-4 part 2 §3.2.1.
func (c *Card) pivVerify(cmd apdu.Command) apdu.Response {
	s, p := &c.piv, c.specimen.PIV
	right := append([]byte(p.PIN), bytes.Repeat([]byte{0xFF}, 8-len(p.PIN))...)
	switch {
	case s.wrong >= p.Tries:
		return status(0x6983)
	case len(cmd.Data) == 0 && s.verified:
		return status(apdu.OK)
	case len(cmd.Data) == 0:
	case len(cmd.Data) != 8:
		return status(0x6A80)
	case subtle.ConstantTimeCompare(cmd.Data, right) == 1:
		s.verified, s.wrong = true, 0
		return status(apdu.OK)
	default:
		s.verified = false
		if s.wrong++; s.wrong >= p.Tries {
			return status(0x6983)
		}
	}
	return status(0x63C0 | uint16(p.Tries-s.wrong))
}

// object is GET DATA: 5C tag → 53 value.
func (s *pivState) object(data []byte) apdu.Response {
	e, err := tlv.ParseOne(data, 0x5C)
	if err != nil {
		return status(0x6A80)
	}
	value, ok := s.objects[strings.ToUpper(hex.EncodeToString(e.Value))]
	if !ok {
		return status(0x6A82)
	}
	return apdu.Response{Data: tlv.Append(nil, 0x53, value), SW: apdu.OK}
}

// pivAuthenticate is GENERAL AUTHENTICATE with a key on P-256, SP 800-73-4 part 2 §3.2.4: 81 is signed, 85 is agreed with.
func (c *Card) pivAuthenticate(cmd apdu.Command) apdu.Response {
	s := &c.piv
	key := s.keys[cmd.P2]
	outer, err := tlv.ParseOne(cmd.Data, 0x7C)
	if err != nil {
		return status(0x6A80)
	}
	list, err := outer.List()
	switch {
	case err != nil:
		return status(0x6A80)
	case key == nil:
		return status(0x6A88)
	case !s.verified && cmd.P2 != 0x9E:
		return status(0x6982)
	}
	var answer []byte
	if point, err := list.Only(0x85); err == nil && (cmd.P2 == 0x9D || cmd.P2 < 0x9A) {
		answer, err = c.pivAgree(key, point.Value)
		if err != nil {
			return status(0x6A80)
		}
	} else if digest, err := list.Only(0x81); err == nil && len(digest.Value) == 32 {
		if answer, err = ecdsa.SignASN1(c.rand, key, digest.Value); err != nil {
			return status(0x6F00)
		}
	} else {
		return status(0x6A80)
	}
	return apdu.Response{Data: tlv.Append(nil, 0x7C, tlv.Append(nil, 0x82, answer)), SW: apdu.OK}
}

func (c *Card) pivAgree(key *ecdsa.PrivateKey, point []byte) ([]byte, error) {
	other, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, err
	}
	theirs, err := other.ECDH()
	if err != nil {
		return nil, err
	}
	mine, err := key.ECDH()
	if err != nil {
		return nil, err
	}
	return mine.ECDH(theirs)
}

// pivMaker is what one maker's cards do besides, as piv-go asks it of them: version 4.3.7, whose management key is 3DES.
func (c *Card) pivMaker(cmd apdu.Command) apdu.Response {
	s := &c.piv
	switch {
	case cmd.INS == 0xFD:
		return apdu.Response{Data: []byte{4, 3, 7}, SW: apdu.OK}
	case cmd.INS == 0x87 && cmd.P1 == 0x03 && cmd.P2 == 0x9B:
		return c.pivManage(cmd.Data)
	case !s.managed:
		return status(0x6982)
	case cmd.INS == 0x47 && len(cmd.Data) > 4 && bytes.HasPrefix(cmd.Data[2:], []byte{0x80, 0x01, 0x11}):
		if _, ok := pivObject(cmd.P2); !ok {
			return status(0x6A86)
		}
		key, err := ecdsa.GenerateKey(elliptic.P256(), c.rand)
		if err != nil {
			return status(0x6F00)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			return status(0x6F00)
		}
		s.keys[cmd.P2] = key
		return apdu.Response{Data: tlv.Append(nil, 0x7F49, tlv.Append(nil, 0x86, point)), SW: apdu.OK}
	case cmd.INS == 0xDB:
		list, err := tlv.Parse(cmd.Data)
		if err != nil || len(list) != 2 || list[0].Tag != 0x5C || list[1].Tag != 0x53 {
			return status(0x6A80)
		}
		s.objects[strings.ToUpper(hex.EncodeToString(list[0].Value))] = bytes.Clone(list[1].Value)
		return status(apdu.OK)
	}
	return status(0x6D00)
}

// pivManage is mutual authentication with the management key, SP 800-73-4 part 2 appendix A.1.2.
func (c *Card) pivManage(data []byte) apdu.Response {
	s := &c.piv
	block, err := des.NewTripleDESCipher([]byte(management))
	if err != nil {
		return status(0x6F00)
	}
	outer, err := tlv.ParseOne(data, 0x7C)
	if err != nil {
		return status(0x6A80)
	}
	list, err := outer.List()
	if err != nil {
		return status(0x6A80)
	}
	witness, err := list.Only(0x80)
	if err != nil {
		return status(0x6A80)
	}
	if len(witness.Value) == 0 {
		s.witness = make([]byte, 8)
		if _, err := io.ReadFull(c.rand, s.witness); err != nil {
			return status(0x6F00)
		}
		return apdu.Response{Data: tlv.Append(nil, 0x7C, tlv.Append(nil, 0x80, encrypted(block, s.witness))), SW: apdu.OK}
	}
	challenge, err := list.Only(0x81)
	if err != nil || len(challenge.Value) != 8 || s.witness == nil || !bytes.Equal(witness.Value, s.witness) {
		return status(0x6982)
	}
	s.managed, s.witness = true, nil
	return apdu.Response{Data: tlv.Append(nil, 0x7C, tlv.Append(nil, 0x82, encrypted(block, challenge.Value))), SW: apdu.OK}
}

func encrypted(block cipher.Block, b []byte) []byte {
	out := make([]byte, len(b))
	block.Encrypt(out, b)
	return out
}
