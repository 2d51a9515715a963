package bundle

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// EnrolmentHash is what the roster says of the enrolment code in a clerk's letter: SHA-256 of the clerk id, a zero byte
// and the code in capitals without spaces and hyphens. A code is random, at least 80 bits: the roster is no secret.
func EnrolmentHash(clerkID, code string) []byte {
	plain := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(code))
	sum := sha256.Sum256([]byte(clerkID + "\x00" + plain))
	return sum[:]
}

// Enrols tells whether code is the one in this member's letter. A member without a letter is enrolled by nobody.
func (m Member) Enrols(code string) bool {
	return len(m.Enrolment) == sha256.Size && subtle.ConstantTimeCompare(m.Enrolment, EnrolmentHash(m.Clerk.ID, code)) == 1
}
