package emrtd

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
	"io"
	"math/big"

	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/tlv"
)

// activeAuthentication is Active Authentication, ICAO Doc 9303-11 §6.1: the chip signs eight random bytes with the key
// of EF.DG15.
func (c *channel) activeAuthentication(ctx context.Context, dg15 []byte, infos []securityInfo, random io.Reader) (*chipResult, error) {
	key, err := openDG15(dg15)
	if err != nil {
		reason := check.Reason(cms.ReasonOf(err)) // a weak or unknown key proves nothing (gmrtd #346)
		return &chipResult{reason: reason, detail: "DG15"}, nil
	}
	result := &chipResult{reason: check.NotSupported, detail: "Active Authentication, " + key.String()}
	digest := activeHash(activeDigest(infos))
	size := 0
	switch {
	case key.RSA != nil:
		size = key.RSA.Size()
	case digest != 0:
		size = 2 * ((key.Curve.Domain().N.BitLen() + 7) / 8)
	}
	if size == 0 || size > c.shortRoom() && !c.extended() {
		return result, nil
	}
	challenge := make([]byte, 8)
	if _, err := io.ReadFull(random, challenge); err != nil {
		return nil, fmt.Errorf("emrtd: random bytes: %w", err)
	}
	answer, err := c.send(ctx, apdu.Command{INS: 0x88, Data: challenge, Ne: size})
	if err != nil {
		if result.reason = ReasonNoAnswer; isStatus(err) && c.alive() {
			return result, nil
		}
		return nil, err
	}
	var good bool
	if key.RSA != nil {
		good = verifyRecovery(key.RSA, challenge, answer.Data)
	} else {
		h := digest.New()
		h.Write(challenge)
		good = len(answer.Data) == size && key.VerifyPlain(h.Sum(nil), answer.Data)
	}
	if result.verdict, result.reason = check.Failed, ReasonClone; good {
		result.verdict, result.reason = check.Passed, check.OK
	}
	return result, nil
}

// openDG15 reads EF.DG15, ICAO Doc 9303-10 §4.7.15: 6F { SubjectPublicKeyInfo }.
func openDG15(b []byte) (cms.PublicKey, error) {
	e, err := tlv.ParseOne(b, fileDG15.tag)
	if err != nil {
		return cms.PublicKey{}, fmt.Errorf("%w: DG15: %w", ErrFile, err)
	}
	return cms.ParsePublicKey(e.Value)
}

// activeHash gives the digest of an ecdsa-plain algorithm by its last number, BSI TR-03111 §5.2.1.1.
func activeHash(n byte) crypto.Hash {
	return map[byte]crypto.Hash{1: crypto.SHA1, 2: crypto.SHA224, 3: crypto.SHA256, 4: crypto.SHA384, 5: crypto.SHA512}[n]
}

// verifyRecovery verifies a signature of ISO/IEC 9796-2 digital signature scheme 1 with partial recovery, ICAO Doc 9303-11
// §6.1.2.2: 6A ‖ M1 ‖ H(M1 ‖ challenge) ‖ trailer.
func verifyRecovery(k *rsa.PublicKey, challenge, signature []byte) bool {
	s := new(big.Int).SetBytes(signature)
	if len(signature) != k.Size() || s.Cmp(k.N) >= 0 {
		return false
	}
	f := s.Exp(s, big.NewInt(int64(k.E)), k.N)
	if f.Bit(0)|f.Bit(1) != 0 || f.Bit(2)&f.Bit(3) != 1 { // the representative ends in C; the chip may give n less it
		f.Sub(k.N, f)
	}
	b := f.FillBytes(make([]byte, k.Size()))
	digest, trailer := trailerHash(b)
	if digest == 0 || b[0] != 0x6A {
		return false
	}
	end := len(b) - trailer - digest.Size()
	if end < 2 {
		return false
	}
	h := digest.New()
	h.Write(b[1:end])
	h.Write(challenge)
	return subtle.ConstantTimeCompare(h.Sum(nil), b[end:end+digest.Size()]) == 1
}

// trailerHash reads the trailer: BC is SHA-1, CC is preceded by the number of the digest in ISO/IEC 10118.
func trailerHash(b []byte) (crypto.Hash, int) {
	switch b[len(b)-1] {
	case 0xBC:
		return crypto.SHA1, 1
	case 0xCC:
		return map[byte]crypto.Hash{0x33: crypto.SHA1, 0x34: crypto.SHA256, 0x35: crypto.SHA512, 0x36: crypto.SHA384,
			0x38: crypto.SHA224}[b[len(b)-2]], 2
	}
	return 0, 0
}
