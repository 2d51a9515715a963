package bundle

import (
	"crypto/ecdh"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"strings"
)

// EnrolmentKey is the private key (X25519, RFC 7748) that the enrolment code in a clerk's letter stands for: SHA-256 of
// the clerk id, a zero byte and the code in capitals without spaces and hyphens, the letters O, I and L read as 0, 1 and 1.
func EnrolmentKey(clerkID, code string) (*ecdh.PrivateKey, error) {
	sum := sha256.Sum256([]byte(clerkID + "\x00" + PlainCode(code)))
	defer clear(sum[:])
	return ecdh.X25519().NewPrivateKey(sum[:])
}

// PlainCode is a code as it is computed with, however somebody typed it.
func PlainCode(code string) string {
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(code)))
}

// EnrolmentHash is what the roster says of a code: the public key that belongs to it. Counters seal to it; nobody learns
// the code from it, which is random and has 80 bits: the roster is no secret.
func EnrolmentHash(clerkID, code string) []byte {
	key, err := EnrolmentKey(clerkID, code)
	if err != nil { // 32 bytes are always a key
		return nil
	}
	return key.PublicKey().Bytes()
}

// Enrols tells whether code is the one in this member's letter. A member without a letter is enrolled by nobody.
func (m Member) Enrols(code string) bool {
	return len(m.Enrolment) == sha256.Size && subtle.ConstantTimeCompare(m.Enrolment, EnrolmentHash(m.Clerk.ID, code)) == 1
}

// NewCode makes a code for a letter: 80 bits as four groups of four characters of Crockford's base32.
func NewCode(rand io.Reader) (string, error) {
	raw := make([]byte, 16)
	defer clear(raw)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, x := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(crockford[x&31])
	}
	return b.String(), nil
}
