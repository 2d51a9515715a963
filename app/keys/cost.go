package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"io"

	"golang.org/x/crypto/argon2"
)

// Cost is what one try at a PIN or passphrase costs: argon2id (RFC 9106 §3.1).
type Cost struct {
	Passes  uint32 `cbor:"1,keyasint"`
	Memory  uint32 `cbor:"2,keyasint"` // KiB
	Threads uint8  `cbor:"3,keyasint"`
}

// DefaultCost is two passes over 64 MiB: 100 to 300 ms on an old counter PC.
func DefaultCost() Cost { return Cost{Passes: 2, Memory: 64 << 10, Threads: 2} }

// Bounds of Cost. A hostile file must neither exhaust the memory nor hold the counter up for minutes.
const (
	minMemory = 8 << 10   // KiB
	maxMemory = 256 << 10 // KiB
	maxPasses = 8
	maxWork   = 1 << 20 // passes × KiB
)

func (c Cost) check() error {
	switch {
	case c.Passes < 1 || c.Passes > maxPasses,
		c.Memory < minMemory || c.Memory > maxMemory,
		c.Threads < 1 || c.Threads > 4,
		uint64(c.Passes)*uint64(c.Memory) > maxWork:
		return ErrCost
	}
	return nil
}

func (c Cost) orDefault() Cost {
	if c == (Cost{}) {
		return DefaultCost()
	}
	return c
}

const (
	saltSize  = 16
	nonceSize = 12
	kekSize   = 32
	tagSize   = 16
)

// stretch makes a 256-bit key of a PIN or passphrase. The caller wipes it.
func (c Cost) stretch(secret, salt []byte) []byte {
	return argon2.IDKey(secret, salt, c.Passes, c.Memory, c.Threads, kekSize)
}

// seal encrypts plain with AES-256-GCM under a fresh nonce.
func seal(rand io.Reader, key, plain, aad []byte) (nonce, sealed []byte, err error) {
	gcm, err := gcm(key)
	if err != nil {
		return nil, nil, err
	}
	nonce = make([]byte, nonceSize)
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, nil, err
	}
	return nonce, gcm.Seal(nil, nonce, plain, aad), nil
}

// unseal is the other way; ok is false where the key, the nonce or a byte is another one.
func unseal(key, nonce, sealed, aad []byte) (plain []byte, ok bool) {
	gcm, err := gcm(key)
	if err != nil || len(nonce) != nonceSize {
		return nil, false
	}
	plain, err = gcm.Open(nil, nonce, sealed, aad)
	return plain, err == nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
