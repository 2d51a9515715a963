package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" // the digests that crypto.Hash.New needs
	_ "crypto/sha256"
	_ "crypto/sha512"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers of keys and structures.
const (
	oidRSA         = "1.2.840.113549.1.1.1"
	oidMGF1        = "1.2.840.113549.1.1.8"
	oidPSS         = "1.2.840.113549.1.1.10"
	oidECPublicKey = "1.2.840.10045.2.1"
	oidPrimeField  = "1.2.840.10045.1.1"
)

// algorithm is an AlgorithmIdentifier, RFC 5280 §4.1.1.2.
type algorithm struct {
	oid    string
	params cryptobyte.String // with their header; empty: absent
	raw    []byte
}

func readAlgorithm(s *cryptobyte.String) (algorithm, bool) {
	var a algorithm
	var raw, body cryptobyte.String
	if !s.ReadASN1Element(&raw, asn1.SEQUENCE) {
		return a, false
	}
	a.raw = raw
	if !raw.ReadASN1(&body, asn1.SEQUENCE) {
		return a, false
	}
	var ok bool
	if a.oid, ok = readOID(&body); !ok {
		return a, false
	}
	if !body.Empty() {
		var tag asn1.Tag
		if !body.ReadAnyASN1Element(&a.params, &tag) || !body.Empty() {
			return a, false
		}
	}
	return a, true
}

func (a algorithm) nullOrAbsent() bool {
	return len(a.params) == 0 || (len(a.params) == 2 && a.params[0] == 5 && a.params[1] == 0)
}

func digestByOID(oid string) crypto.Hash {
	switch oid {
	case "1.3.14.3.2.26":
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.4":
		return crypto.SHA224
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// DigestByDER gives the digest that an OBJECT IDENTIFIER in DER names, 0 where it is not one of the package's.
func DigestByDER(der []byte) crypto.Hash {
	in := cryptobyte.String(der)
	oid, ok := readOID(&in)
	if !ok || !in.Empty() {
		return 0
	}
	return digestByOID(oid)
}

type scheme uint8

const (
	pkcs1 scheme = iota + 1
	pss
	ecdsaDER
	ecdsaPlain
)

// signature is a signature algorithm with its digest; digest 0 means that it comes from elsewhere (RFC 3370 §3.2).
type signature struct {
	scheme scheme
	digest crypto.Hash
	pss    *pssParameters
}

// fixed gives the algorithms whose identifier says everything.
func fixed(oid string) (s signature, ok bool) {
	switch oid {
	case oidRSA:
		return signature{scheme: pkcs1}, true
	case oidECPublicKey:
		return signature{scheme: ecdsaDER}, true
	case "1.2.840.113549.1.1.5":
		return signature{scheme: pkcs1, digest: crypto.SHA1}, true
	case "1.2.840.113549.1.1.14":
		return signature{scheme: pkcs1, digest: crypto.SHA224}, true
	case "1.2.840.113549.1.1.11":
		return signature{scheme: pkcs1, digest: crypto.SHA256}, true
	case "1.2.840.113549.1.1.12":
		return signature{scheme: pkcs1, digest: crypto.SHA384}, true
	case "1.2.840.113549.1.1.13":
		return signature{scheme: pkcs1, digest: crypto.SHA512}, true
	case "1.2.840.10045.4.1":
		return signature{scheme: ecdsaDER, digest: crypto.SHA1}, true
	case "1.2.840.10045.4.3.1":
		return signature{scheme: ecdsaDER, digest: crypto.SHA224}, true
	case "1.2.840.10045.4.3.2":
		return signature{scheme: ecdsaDER, digest: crypto.SHA256}, true
	case "1.2.840.10045.4.3.3":
		return signature{scheme: ecdsaDER, digest: crypto.SHA384}, true
	case "1.2.840.10045.4.3.4":
		return signature{scheme: ecdsaDER, digest: crypto.SHA512}, true
	}
	plain, ok := strings.CutPrefix(oid, "0.4.0.127.0.7.1.1.4.1.") // ecdsa-plain, BSI TR-03111 §5.2.1.1
	if n := strings.Index("12345", plain); ok && len(plain) == 1 && n >= 0 {
		digests := [5]crypto.Hash{crypto.SHA1, crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512}
		return signature{scheme: ecdsaPlain, digest: digests[n]}, true
	}
	return signature{}, false
}

func parseSignature(a algorithm) (signature, error) {
	if s, ok := fixed(a.oid); ok {
		if s.scheme == pkcs1 && !a.nullOrAbsent() {
			return signature{}, broken("signature parameters")
		}
		return s, nil
	}
	switch a.oid {
	case oidPSS:
		p, err := parsePSS(a.params)
		if err != nil {
			return signature{}, err
		}
		return signature{scheme: pss, digest: p.digest, pss: p}, nil
	case "1.2.840.10045.4.3": // ecdsa-with-Specified, the digest as parameter
		inner, ok := readAlgorithm(&a.params)
		if d := digestByOID(inner.oid); ok && d != 0 {
			return signature{scheme: ecdsaDER, digest: d}, nil
		}
	}
	return signature{}, refuse(NotSupported, "signature algorithm %s", a.oid)
}

// pssParameters is RSASSA-PSS-params, RFC 4055 §3.1, with its defaults filled in.
type pssParameters struct {
	digest crypto.Hash
	salt   int
}

func parsePSS(der cryptobyte.String) (*pssParameters, error) {
	p := &pssParameters{digest: crypto.SHA1, salt: 20}
	mgf := crypto.SHA1
	var body, field cryptobyte.String
	var has bool
	if !der.ReadASN1(&body, asn1.SEQUENCE) || !der.Empty() {
		return nil, broken("PSS parameters")
	}
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }
	if !body.ReadOptionalASN1(&field, &has, context(0)) {
		return nil, broken("PSS parameters")
	}
	if has {
		a, ok := readAlgorithm(&field)
		if p.digest = digestByOID(a.oid); !ok || p.digest == 0 || !a.nullOrAbsent() {
			return nil, refuse(NotSupported, "PSS digest")
		}
	}
	if !body.ReadOptionalASN1(&field, &has, context(1)) {
		return nil, broken("PSS parameters")
	}
	if has {
		a, ok := readAlgorithm(&field)
		inner, ok2 := readAlgorithm(&a.params)
		if mgf = digestByOID(inner.oid); !ok || !ok2 || a.oid != oidMGF1 || mgf == 0 {
			return nil, refuse(NotSupported, "PSS mask generation")
		}
	}
	trailer := 1
	if !body.ReadOptionalASN1Integer(&p.salt, context(2), 20) || !body.ReadOptionalASN1Integer(&trailer, context(3), 1) ||
		!body.Empty() {
		return nil, broken("PSS parameters")
	}
	// A salt of no bytes is refused because crypto/rsa reads 0 as "any length"; nobody is known to use it.
	if mgf != p.digest || trailer != 1 || p.salt < 1 || p.salt > maxRSABits/8 {
		return nil, refuse(NotSupported, "PSS parameters")
	}
	return p, nil
}

// verify checks sig over message with key k. digest is used where the algorithm names none.
func (s signature) verify(k PublicKey, digest crypto.Hash, message, sig []byte) error {
	if s.digest != 0 {
		digest = s.digest
	}
	if digest == 0 {
		return refuse(NotSupported, "digest algorithm")
	}
	h := digest.New()
	h.Write(message)
	sum := h.Sum(nil)
	rsaKey := s.scheme == pkcs1 || s.scheme == pss
	if rsaKey != (k.RSA != nil) || (!rsaKey && k.Curve == nil) {
		return refuse(WrongSignature, "signature algorithm does not fit the key (%v)", k)
	}
	ok := false
	switch s.scheme {
	case pkcs1:
		if k.pss != nil {
			return refuse(WrongKeyUsage, "the key is for RSASSA-PSS only")
		}
		ok = rsa.VerifyPKCS1v15(k.RSA, digest, sum, sig) == nil
	case pss:
		if k.pss != nil && (k.pss.digest != s.pss.digest || s.pss.salt < k.pss.salt) {
			return refuse(WrongKeyUsage, "the key is for other RSASSA-PSS parameters")
		}
		ok = rsa.VerifyPSS(k.RSA, digest, sum, sig, &rsa.PSSOptions{SaltLength: s.pss.salt, Hash: digest}) == nil
	default:
		ok = s.verifyEC(k, sum, sig)
	}
	if !ok {
		return refuse(WrongSignature, "%v", k)
	}
	return nil
}

func (s signature) verifyEC(k PublicKey, sum, sig []byte) bool {
	r, t := new(big.Int), new(big.Int)
	if s.scheme == ecdsaPlain {
		if len(sig) == 0 || len(sig)%2 != 0 {
			return false
		}
		r.SetBytes(sig[:len(sig)/2])
		t.SetBytes(sig[len(sig)/2:])
	} else {
		in := cryptobyte.String(sig)
		var body cryptobyte.String
		if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Integer(r) || !body.ReadASN1Integer(t) || !body.Empty() {
			return false
		}
	}
	if k.Curve.std == nil {
		return k.Curve.verify(k.X, k.Y, sum, r, t)
	}
	b := make([]byte, 1+2*k.Curve.size)
	b[0] = 4
	k.X.FillBytes(b[1 : 1+k.Curve.size])
	k.Y.FillBytes(b[1+k.Curve.size:])
	pub, err := ecdsa.ParseUncompressedPublicKey(k.Curve.std, b)
	return err == nil && ecdsa.Verify(pub, sum, r, t)
}
