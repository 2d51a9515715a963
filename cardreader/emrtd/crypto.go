package emrtd

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/subtle"
)

const (
	block   = 8  // DES
	keySize = 16 // two-key 3DES
)

// keys are a pair of two-key 3DES keys.
type keys struct{ enc, mac [keySize]byte }

func (k *keys) wipe() { *k = keys{} }

// keySeed is the seed of the document access keys, ICAO Doc 9303-11 §4.3.2: 16 bytes of SHA-1 over MRZ_information.
func keySeed(information string) (seed [keySize]byte) {
	h := sha1.Sum([]byte(information))
	copy(seed[:], h[:])
	return seed
}

// derive is the key derivation of ICAO Doc 9303-11 §9.7.1: counter 1 for encryption, 2 for the MAC. DES ignores the
// parity bits, they are set only so that the worked example can be compared.
func derive(seed [keySize]byte) *keys {
	kdf := func(counter byte) (k [keySize]byte) {
		var in [keySize + 4]byte
		copy(in[:], seed[:])
		in[keySize+3] = counter
		h := sha1.Sum(in[:])
		clear(in[:])
		copy(k[:], h[:])
		for i, v := range k {
			odd := v ^ v>>4
			odd ^= odd >> 2
			odd ^= odd >> 1
			k[i] ^= ^odd & 1
		}
		return k
	}
	return &keys{enc: kdf(1), mac: kdf(2)}
}

func (k *keys) cipher() cipher.Block {
	var full [24]byte
	copy(full[:], k.enc[:])
	copy(full[16:], k.enc[:8])
	b, err := des.NewTripleDESCipher(full[:])
	clear(full[:])
	if err != nil {
		panic("emrtd: " + err.Error()) // the length is fixed
	}
	return b
}

// encrypt is 3DES-CBC with a zero initial value, ICAO Doc 9303-11 §9.8.6.1. len(b) is a multiple of the block.
func (k *keys) encrypt(b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCEncrypter(k.cipher(), make([]byte, block)).CryptBlocks(out, b)
	return out
}

func (k *keys) decrypt(b []byte) []byte {
	out := make([]byte, len(b))
	cipher.NewCBCDecrypter(k.cipher(), make([]byte, block)).CryptBlocks(out, b)
	return out
}

// sum is the retail MAC, ISO/IEC 9797-1 MAC algorithm 3 with DES and padding method 2, ICAO Doc 9303-11 §9.8.6.2.
func (k *keys) sum(b []byte) []byte {
	first, err := des.NewCipher(k.mac[:8])
	if err != nil {
		panic("emrtd: " + err.Error()) // the length is fixed
	}
	second, err := des.NewCipher(k.mac[8:])
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

// pad is ISO/IEC 9797-1 padding method 2: 80, then zeros to a whole block.
func pad(b []byte) []byte {
	out := make([]byte, (len(b)/block+1)*block)
	copy(out, b)
	out[len(b)] = 0x80
	return out
}

// unpad takes it off; nothing but 80 and fewer than a block of zeros is padding.
func unpad(b []byte) ([]byte, error) {
	for i := len(b) - 1; i >= 0 && i >= len(b)-block; i-- {
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
