package sim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"math/big"
	"slices"

	"bangban/cardreader/apdu"
)

// suite is a cipher with its MAC, numbered as the last arc of an object identifier of PACE or Chip Authentication.
type suite byte

const (
	tripleDES suite = iota + 1
	aes128
	aes192
	aes256
)

func (s suite) block() int {
	if s == tripleDES {
		return des.BlockSize
	}
	return aes.BlockSize
}

// keyPair is a key for encryption and one for the MAC.
type keyPair struct {
	suite          suite
	encKey, macKey []byte
}

// keySeed is ICAO Doc 9303-11 §9.7.2: the first 16 bytes of SHA-1 over MRZ_information.
func keySeed(mrzInformation string) []byte {
	h := sha1.Sum([]byte(mrzInformation))
	return h[:16]
}

// deriveKeys makes two 3DES keys.
func deriveKeys(seed []byte) keyPair { return derivePair(tripleDES, seed) }

// derivePair is ICAO Doc 9303-11 §9.7.1: counter 1 for encryption, 2 for the MAC.
func derivePair(s suite, secret []byte) keyPair {
	return keyPair{s, kdf(s, secret, 1), kdf(s, secret, 2)}
}

// kdf leaves the parity of DES keys as it falls: DES ignores it.
func kdf(s suite, secret []byte, counter byte) []byte {
	in := append(slices.Clone(secret), 0, 0, 0, counter)
	switch s {
	case aes192:
		h := sha256.Sum256(in)
		return h[:24]
	case aes256:
		h := sha256.Sum256(in)
		return h[:]
	}
	h := sha1.Sum(in)
	return h[:16]
}

func (k keyPair) cipher() cipher.Block {
	var b cipher.Block
	var err error
	if k.suite == tripleDES {
		b, err = des.NewTripleDESCipher(append(slices.Clone(k.encKey), k.encKey[:8]...))
	} else {
		b, err = aes.NewCipher(k.encKey)
	}
	if err != nil {
		panic("sim: " + err.Error()) // the length is fixed
	}
	return b
}

// encrypt is CBC with a zero initialisation vector.
func (k keyPair) encrypt(b []byte) []byte { return k.encryptFrom(make([]byte, k.suite.block()), b) }

func (k keyPair) decrypt(b []byte) []byte { return k.decryptFrom(make([]byte, k.suite.block()), b) }

func (k keyPair) encryptFrom(iv, b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCEncrypter(k.cipher(), iv).CryptBlocks(out, b)
	return out
}

func (k keyPair) decryptFrom(iv, b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCDecrypter(k.cipher(), iv).CryptBlocks(out, b)
	return out
}

// iv is ICAO Doc 9303-11 §9.8.6.1 and §9.8.7.1: zero for 3DES, the encrypted counter for AES.
func (k keyPair) iv(counter []byte) []byte {
	iv := make([]byte, k.suite.block())
	if k.suite != tripleDES {
		k.cipher().Encrypt(iv, counter)
	}
	return iv
}

// mac is, for 3DES, MAC algorithm 3 of ISO/IEC 9797-1 with DES and padding method 2, ICAO Doc 9303-11 §9.8.6.2; for AES the
// first half of the CMAC.
func (k keyPair) mac(b []byte) []byte {
	if k.suite != tripleDES {
		return k.cmac(b)[:8]
	}
	first, err1 := des.NewCipher(k.macKey[:8])
	second, err2 := des.NewCipher(k.macKey[8:])
	if err1 != nil || err2 != nil {
		panic("sim: retail MAC key length") // fixed
	}
	state := make([]byte, 8)
	for p := pad(b); len(p) > 0; p = p[8:] {
		subtle.XORBytes(state, state, p[:8])
		first.Encrypt(state, state)
	}
	second.Decrypt(state, state)
	first.Encrypt(state, state)
	return state
}

// cmac is NIST SP 800-38B §6.2 with AES, the subkeys computed as numbers.
func (k keyPair) cmac(b []byte) []byte {
	c, err := aes.NewCipher(k.macKey)
	if err != nil {
		panic("sim: " + err.Error())
	}
	l := make([]byte, 16)
	c.Encrypt(l, l)
	field := new(big.Int).Lsh(big.NewInt(1), 128)
	field.Or(field, big.NewInt(0x87))
	subkey := new(big.Int).SetBytes(l)
	double := func() {
		if subkey.Lsh(subkey, 1); subkey.Bit(128) == 1 {
			subkey.Xor(subkey, field)
		}
	}
	double()
	if len(b) == 0 || len(b)%16 != 0 {
		double()
		b = padTo(b, 16)
	}
	b = slices.Clone(b)
	tail := b[len(b)-16:]
	subtle.XORBytes(tail, tail, subkey.FillBytes(make([]byte, 16)))
	out := make([]byte, len(b))
	cipher.NewCBCEncrypter(c, make([]byte, 16)).CryptBlocks(out, b)
	return out[len(out)-16:]
}

// pad is padding method 2 of ISO/IEC 9797-1 to blocks of 8.
func pad(b []byte) []byte { return padTo(b, 8) }

func padTo(b []byte, n int) []byte {
	p := append(slices.Clone(b), 0x80)
	for len(p)%n != 0 {
		p = append(p, 0)
	}
	return p
}

// unpad removes it; ok is false where there is none.
func unpad(b []byte) (data []byte, ok bool) {
	for i := len(b) - 1; i >= 0 && i >= len(b)-16; i-- {
		switch b[i] {
		case 0:
		case 0x80:
			return b[:i], true
		default:
			return nil, false
		}
	}
	return nil, false
}

// session is one secure messaging session of the chip, ICAO Doc 9303-11 §9.8.
type session struct {
	keys keyPair
	ssc  []byte
	pace bool // by PACE, which opens EF.CardSecurity too
}

// newSession starts one whose counter is zero.
func newSession(s suite, secret []byte, pace bool) *session {
	return &session{keys: derivePair(s, secret), ssc: make([]byte, s.block()), pace: pace}
}

// sum is the MAC of what begins with the counter: always padded by method 2, which the retail MAC does itself.
func (s *session) sum(b []byte) []byte {
	if s.keys.suite == tripleDES {
		return s.keys.mac(b)
	}
	return s.keys.mac(padTo(b, s.keys.suite.block()))
}

func (s *session) count() {
	for i := len(s.ssc) - 1; i >= 0; i-- {
		if s.ssc[i]++; s.ssc[i] != 0 {
			return
		}
	}
}

// Status words of ISO/IEC 7816-4 §10.4 for secure messaging faults.
const (
	swObjectsMissing   = 0x6987
	swObjectsIncorrect = 0x6988
)

// open takes the protection from a command, §9.8.3 and §9.8.4: data in 87 (even instruction, with padding indicator) or
// 85 (odd), Le in 97, the MAC in 8E over counter, padded header and objects.
func (s *session) open(cmd apdu.Command) (apdu.Command, uint16) {
	s.count()
	d, ok := parseObjects(cmd.Data)
	mac, found := d[0x8E]
	if !ok || !found {
		return apdu.Command{}, swObjectsMissing
	}
	header := []byte{cmd.CLA, cmd.INS, cmd.P1, cmd.P2}
	input := slices.Concat(s.ssc, header)
	if n := len(cmd.Data) - 2 - len(mac); n > 0 { // 8E is the last object and short
		input = slices.Concat(s.ssc, padTo(header, s.keys.suite.block()), cmd.Data[:n])
	}
	if subtle.ConstantTimeCompare(s.sum(input), mac) != 1 {
		return apdu.Command{}, swObjectsIncorrect
	}
	plain := apdu.Command{CLA: cmd.CLA, INS: cmd.INS, P1: cmd.P1, P2: cmd.P2}
	tag := byte(0x87)
	if cmd.INS&1 == 1 {
		tag = 0x85
	}
	if v, there := d[tag]; there {
		if plain.Data, ok = s.decipher(v, tag == 0x87); !ok {
			return apdu.Command{}, swObjectsIncorrect
		}
	}
	le, there := d[0x97]
	if there {
		if plain.Ne, ok = neOf(le); !ok {
			return apdu.Command{}, swObjectsIncorrect
		}
	}
	return plain, apdu.OK
}

func (s *session) decipher(v []byte, indicator bool) ([]byte, bool) {
	if indicator {
		if len(v) == 0 || v[0] != 1 {
			return nil, false
		}
		v = v[1:]
	}
	if len(v) == 0 || len(v)%s.keys.suite.block() != 0 {
		return nil, false
	}
	return unpad(s.keys.decryptFrom(s.keys.iv(s.ssc), v))
}

func neOf(le []byte) (int, bool) {
	switch {
	case len(le) == 1 && le[0] == 0:
		return apdu.MaxShortNe, true
	case len(le) == 1:
		return int(le[0]), true
	case len(le) == 2 && le[0] == 0 && le[1] == 0:
		return apdu.MaxExtendedNe, true
	case len(le) == 2:
		return int(le[0])<<8 | int(le[1]), true
	}
	return 0, false
}

// seal protects a response, §9.8.3: data in 87 or 85, status in 99 and again outside, MAC in 8E over counter and objects.
// The caller has counted.
func (s *session) seal(r apdu.Response, odd bool) apdu.Response {
	var objects []byte
	if len(r.Data) > 0 {
		e := s.keys.encryptFrom(s.keys.iv(s.ssc), padTo(r.Data, s.keys.suite.block()))
		if odd {
			objects = appendObject(objects, 0x85, e)
		} else {
			objects = appendObject(objects, 0x87, append([]byte{1}, e...))
		}
	}
	objects = append(objects, 0x99, 2, byte(r.SW>>8), byte(r.SW))
	mac := s.sum(slices.Concat(s.ssc, objects))
	return apdu.Response{Data: appendObject(objects, 0x8E, mac), SW: r.SW}
}

func appendObject(b []byte, tag byte, v []byte) []byte {
	b = append(b, tag)
	switch n := len(v); {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, v...)
}

// parseObjects reads the objects of a protected command; 8E must be last, and no object may come twice.
func parseObjects(b []byte) (map[byte][]byte, bool) {
	objects := map[byte][]byte{}
	for len(b) > 0 {
		if len(b) < 2 || objects[0x8E] != nil {
			return nil, false
		}
		tag, n, head := b[0], int(b[1]), 2
		switch {
		case n == 0x81 && len(b) > 2:
			n, head = int(b[2]), 3
		case n == 0x82 && len(b) > 3:
			n, head = int(b[2])<<8|int(b[3]), 4
		case n >= 0x80:
			return nil, false
		}
		if len(b) < head+n || objects[tag] != nil {
			return nil, false
		}
		switch tag {
		case 0x85, 0x87, 0x97, 0x8E:
		default:
			return nil, false
		}
		objects[tag] = b[head : head+n : head+n]
		b = b[head+n:]
	}
	return objects, true
}
