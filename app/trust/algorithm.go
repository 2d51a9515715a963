package trust

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // the digests that crypto.Hash.New needs
	_ "crypto/sha512"
	"encoding/asn1"
	"math/big"

	"bangban/cardreader/check"
)

// Reasons for refusing an algorithm, by name.
const (
	ReasonNone      check.Reason = "algorithm-none"      // "none": there is no signature
	ReasonSymmetric check.Reason = "algorithm-symmetric" // HMAC where a public key would be its secret: key confusion
	ReasonWrongKey  check.Reason = "algorithm-other-key" // the algorithm is for another kind of key or another curve
)

// Algorithm is a signature algorithm under its JOSE name (RFC 7518 §3.1, RFC 8037 §3.1). Those of COSE have the same names.
type Algorithm string

// The algorithms that are verified. Each ECDSA algorithm goes with one curve, in COSE too.
const (
	ES256 Algorithm = "ES256"
	ES384 Algorithm = "ES384"
	ES512 Algorithm = "ES512"
	PS256 Algorithm = "PS256"
	RS256 Algorithm = "RS256"
	EdDSA Algorithm = "EdDSA"
)

// COSEAlgorithm names an algorithm of RFC 9053 §2 and RFC 9864 §2; "" where it is not one of the package's.
func COSEAlgorithm(n int64) Algorithm {
	switch n {
	case -7, -9:
		return ES256
	case -35, -51:
		return ES384
	case -36, -52:
		return ES512
	case -37: // RFC 8230 §2
		return PS256
	case -8, -19:
		return EdDSA
	}
	return ""
}

// Judge is the check that an algorithm is one that can prove something.
func (a Algorithm) Judge() check.Check {
	const name = "algorithm"
	switch a {
	case ES256, ES384, ES512, PS256, RS256, EdDSA:
		return check.Pass(name, string(a))
	case "none", "None", "NONE", "nOnE":
		return check.Fail(name, ReasonNone, "")
	case "HS256", "HS384", "HS512":
		return check.Fail(name, ReasonSymmetric, string(a))
	}
	return check.Unsure(name, check.NotSupported, "")
}

// hash gives the digest and, for ECDSA, the curve of a.
func (a Algorithm) hash() (crypto.Hash, elliptic.Curve) {
	switch a {
	case ES256:
		return crypto.SHA256, elliptic.P256()
	case ES384:
		return crypto.SHA384, elliptic.P384()
	case ES512:
		return crypto.SHA512, elliptic.P521()
	case PS256, RS256:
		return crypto.SHA256, nil
	}
	return 0, nil
}

// Fits tells whether a key is one for the algorithm.
func (a Algorithm) Fits(pub crypto.PublicKey) bool {
	_, curve := a.hash()
	switch k := pub.(type) {
	case *ecdsa.PublicKey:
		return curve != nil && k.Curve == curve
	case *rsa.PublicKey:
		return (a == PS256 || a == RS256) && k.N.BitLen() >= 2048
	case ed25519.PublicKey:
		return a == EdDSA
	}
	return false
}

// Verify checks a signature over message; ECDSA as r ‖ s (RFC 7518 §3.4, RFC 9053 §2.1).
func (a Algorithm) Verify(pub crypto.PublicKey, message, signature []byte) bool {
	if !a.Fits(pub) {
		return false
	}
	if k, ok := pub.(ed25519.PublicKey); ok {
		return len(signature) == ed25519.SignatureSize && ed25519.Verify(k, message, signature)
	}
	hash, curve := a.hash()
	h := hash.New()
	h.Write(message)
	sum := h.Sum(nil)
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if a == RS256 {
			return rsa.VerifyPKCS1v15(k, hash, sum, signature) == nil
		}
		return rsa.VerifyPSS(k, hash, sum, signature, &rsa.PSSOptions{SaltLength: hash.Size()}) == nil
	case *ecdsa.PublicKey:
		return len(signature) == 2*((curve.Params().BitSize+7)/8) && verifyRaw(k, sum, signature)
	}
	return false
}

// verifyRaw checks r ‖ s.
func verifyRaw(pub *ecdsa.PublicKey, sum, raw []byte) bool {
	var room [2 * (66 + 3 + 2)]byte
	return ecdsa.VerifyASN1(pub, sum, appendSignature(room[:0], raw))
}

// appendSignature writes r ‖ s, of at most 66 bytes each, as SEQUENCE { r, s } in DER.
func appendSignature(to, raw []byte) []byte {
	r, s := bytes.TrimLeft(raw[:len(raw)/2], "\x00"), bytes.TrimLeft(raw[len(raw)/2:], "\x00")
	size := func(n []byte) int { // a leading bit would be a sign; zero has a byte too
		if len(n) == 0 || n[0] >= 0x80 {
			return len(n) + 1
		}
		return len(n)
	}
	to = append(to, 0x30)
	all := 4 + size(r) + size(s)
	if all >= 0x80 {
		to = append(to, 0x81)
	}
	to = append(to, byte(all))
	for _, n := range [2][]byte{r, s} {
		to = append(to, 2, byte(size(n)))
		if size(n) > len(n) {
			to = append(to, 0)
		}
		to = append(to, n...)
	}
	return to
}

// RawSignature turns an ECDSA signature in DER into r ‖ s for a curve.
func RawSignature(der []byte, curve elliptic.Curve) ([]byte, error) {
	var rs struct{ R, S *big.Int }
	size := (curve.Params().BitSize + 7) / 8
	if rest, err := asn1.Unmarshal(der, &rs); err != nil || len(rest) > 0 || rs.R.Sign() <= 0 || rs.S.Sign() <= 0 ||
		rs.R.BitLen() > 8*size || rs.S.BitLen() > 8*size {
		return nil, ErrSignature
	}
	raw := make([]byte, 2*size)
	rs.R.FillBytes(raw[:size])
	rs.S.FillBytes(raw[size:])
	return raw, nil
}
