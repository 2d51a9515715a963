package voucher

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"unicode"
)

// SaltSize is the length of the salt of a document binding.
const SaltSize = 16

// BindingSize is the length of a document binding: salt and SHA-256.
const BindingSize = SaltSize + sha256.Size

// BindDocument makes the document binding of terms 8: salt ‖ SHA-256(salt ‖ kind ‖ 0x00 ‖ number), the number in
// capitals without spaces, hyphens and the filler '<'. It tells whether a document that lies on the counter is the one
// the paper was made for. It does not hide a number from somebody who can try them all: whoever holds the paper also
// holds the salt.
func BindDocument(salt [SaltSize]byte, kind, number string) []byte {
	h := sha256.New()
	h.Write(salt[:])
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(plainNumber(number)))
	return h.Sum(append(make([]byte, 0, BindingSize), salt[:]...))
}

// MatchesDocument tells whether the voucher is bound to the document of that kind and number. It is false where the
// voucher is bound to none.
func (v *Voucher) MatchesDocument(kind, number string) bool {
	if len(v.Terms.Binding) != BindingSize {
		return false
	}
	want := BindDocument([SaltSize]byte(v.Terms.Binding[:SaltSize]), kind, number)
	return subtle.ConstantTimeCompare(want, v.Terms.Binding) == 1
}

func plainNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '<' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}
