package emrtd

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
)

const (
	block   = 8  // of DES
	keySize = 16 // of two-key 3DES and of the key seed
	macSize = 8  // of every MAC on the wire, ICAO Doc 9303-11 §9.8.6.2 and §9.8.7.2
)

// suite is a cipher with its MAC, ICAO Doc 9303-11 §9.7.1 and §9.8.
type suite uint8

const (
	tripleDES suite = iota // CBC, retail MAC
	aes128                 // CBC, CMAC
	aes192
	aes256
)

func (s suite) block() int {
	if s == tripleDES {
		return block
	}
	return aes.BlockSize
}

func (s suite) keyLen() int { return [...]int{keySize, 16, 24, 32}[s] }

// String names the suite.
func (s suite) String() string { return [...]string{"3DES", "AES-128", "AES-192", "AES-256"}[s] }

// suiteOf gives the suite that the last number of an object identifier of PACE or Chip Authentication names.
func suiteOf(last byte) (suite, bool) {
	if last < 1 || last > 4 {
		return 0, false
	}
	return suite(last - 1), true
}

// keys are a key for encryption and one for the MAC.
type keys struct {
	suite    suite
	enc, mac [32]byte
}

func (k *keys) wipe() { *k = keys{} }

// keySeed is the seed of the document access keys, ICAO Doc 9303-11 §4.3.2: 16 bytes of SHA-1 over MRZ_information.
func keySeed(information string) (seed [keySize]byte) {
	h := sha1.Sum([]byte(information))
	copy(seed[:], h[:])
	return seed
}

// derive makes the two 3DES keys of a seed.
func derive(seed [keySize]byte) *keys { return deriveKeys(tripleDES, seed[:]) }

// deriveKeys makes the session keys of a shared secret: counter 1 for encryption, 2 for the MAC.
func deriveKeys(s suite, secret []byte) *keys {
	return &keys{suite: s, enc: kdf(s, secret, 1), mac: kdf(s, secret, 2)}
}

// kdf is the key derivation of ICAO Doc 9303-11 §9.7.1. DES ignores the parity bits, they are set only so that the worked
// example can be compared.
func kdf(s suite, secret []byte, counter byte) (k [32]byte) {
	in := append(append(make([]byte, 0, len(secret)+4), secret...), 0, 0, 0, counter)
	defer clear(in)
	if s == aes192 || s == aes256 {
		h := sha256.Sum256(in)
		copy(k[:s.keyLen()], h[:])
		return k
	}
	h := sha1.Sum(in)
	copy(k[:keySize], h[:])
	if s == tripleDES {
		for i, v := range k[:keySize] {
			odd := v ^ v>>4
			odd ^= odd >> 2
			odd ^= odd >> 1
			k[i] ^= ^odd & 1
		}
	}
	return k
}

// newCipher makes the block cipher of a suite's key.
func newCipher(s suite, key [32]byte) cipher.Block {
	var b cipher.Block
	var err error
	if s == tripleDES {
		copy(key[keySize:24], key[:8])
		b, err = des.NewTripleDESCipher(key[:24])
	} else {
		b, err = aes.NewCipher(key[:s.keyLen()])
	}
	clear(key[:])
	if err != nil {
		panic("emrtd: " + err.Error()) // the length is fixed
	}
	return b
}

// encrypt is CBC with a zero initial value. len(b) is a multiple of the block.
func (k *keys) encrypt(b []byte) []byte { return k.encryptFrom(make([]byte, k.suite.block()), b) }

func (k *keys) decrypt(b []byte) []byte { return k.decryptFrom(make([]byte, k.suite.block()), b) }

func (k *keys) encryptFrom(iv, b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCEncrypter(newCipher(k.suite, k.enc), iv).CryptBlocks(out, b)
	return out
}

func (k *keys) decryptFrom(iv, b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCDecrypter(newCipher(k.suite, k.enc), iv).CryptBlocks(out, b)
	return out
}

// iv is the initial value for a send sequence counter, ICAO Doc 9303-11 §9.8.6.1 and §9.8.7.1: zero for 3DES, the counter
// encrypted for AES.
func (k *keys) iv(counter []byte) []byte {
	iv := make([]byte, k.suite.block())
	if k.suite != tripleDES {
		newCipher(k.suite, k.enc).Encrypt(iv, counter)
	}
	return iv
}

// sum is the MAC: for 3DES the retail MAC, ISO/IEC 9797-1 MAC algorithm 3 with padding method 2; for AES the CMAC of
// NIST SP 800-38B, its first 8 bytes.
func (k *keys) sum(b []byte) []byte {
	if k.suite != tripleDES {
		return cmac(newCipher(k.suite, k.mac), b)[:macSize]
	}
	first, err := des.NewCipher(k.mac[:8])
	if err != nil {
		panic("emrtd: " + err.Error()) // the length is fixed
	}
	second, err := des.NewCipher(k.mac[8:keySize])
	if err != nil {
		panic("emrtd: " + err.Error())
	}
	state := make([]byte, block)
	for p := pad(b); len(p) > 0; p = p[block:] {
		subtle.XORBytes(state, state, p[:block])
		first.Encrypt(state, state)
	}
	second.Decrypt(state, state)
	first.Encrypt(state, state)
	return state
}

// cmac is AES-CMAC, RFC 4493 §2.4.
func cmac(c cipher.Block, b []byte) []byte {
	n := c.BlockSize()
	twice := func(in []byte) []byte { // §2.3: doubling in GF(2^128)
		out := make([]byte, n)
		for i := range in {
			out[i] = in[i] << 1
			if i+1 < n {
				out[i] |= in[i+1] >> 7
			}
		}
		out[n-1] ^= 0x87 & -(in[0] >> 7)
		return out
	}
	sub := make([]byte, n)
	c.Encrypt(sub, sub)
	sub = twice(sub)
	last := b
	if len(b) > n {
		last = b[(len(b)-1)/n*n:]
	}
	head := b[:len(b)-len(last)]
	if len(last) != n {
		last, sub = padTo(last, n), twice(sub)
	}
	state := make([]byte, n)
	for ; len(head) > 0; head = head[n:] {
		subtle.XORBytes(state, state, head[:n])
		c.Encrypt(state, state)
	}
	subtle.XORBytes(state, state, last[:n])
	subtle.XORBytes(state, state, sub)
	c.Encrypt(state, state)
	return state
}

// pad is padTo for DES.
func pad(b []byte) []byte { return padTo(b, block) }

// padTo is ISO/IEC 9797-1 padding method 2: 80, then zeros to a whole block of n bytes.
func padTo(b []byte, n int) []byte {
	out := make([]byte, (len(b)/n+1)*n)
	copy(out, b)
	out[len(b)] = 0x80
	return out
}

// unpad takes it off; nothing but 80 and fewer than a block of zeros is padding.
func unpad(b []byte, n int) ([]byte, error) {
	for i := len(b) - 1; i >= 0 && i >= len(b)-n; i-- {
		switch b[i] {
		case 0:
		case 0x80:
			return b[:i], nil
		default:
			return nil, ErrPadding
		}
	}
	return nil, ErrPadding
}
