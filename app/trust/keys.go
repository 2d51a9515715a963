package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
)

// maxKeys bounds the keys of one file.
const maxKeys = 4096

// Key is a public key that somebody vouches for: by naming a file, or through a bundle.
type Key struct {
	ID     []byte // kid as it appears on the wire; nil: none, it may be any
	Public crypto.PublicKey
	Name   string // what a verdict calls it
	Issuer string // the one issuer (iss) that it may sign for; "": the file ties it to none

	spki      string   // keyName, made once where the Store holds the key
	listed    *listing // the list of trusted entities that it came in; nil: none
	listsOnly bool     // it signs status lists, and nothing that is issued
}

// label names the key for the check issuer.
func (k Key) label() string {
	if k.Issuer == "" {
		return k.Name
	}
	return k.Name + " of " + k.Issuer
}

// realm is whose status lists count for what the key signed: those of the issuer that it is tied to, else its own.
func (k Key) realm() string {
	switch {
	case k.Issuer != "":
		return "issuer " + k.Issuer
	case k.listed != nil:
		return k.listed.realm
	}
	if k.spki == "" {
		return "key " + keyName(k.Public)
	}
	return "key " + k.spki
}

// jwk is the part of RFC 7517 and RFC 7518 §6 that public keys for signatures need.
type jwk struct {
	KTY, CRV, X, Y, N, E, KID string
}

// maxIssuer bounds the name of an issuer.
const maxIssuer = 512

// parseJWKs reads a JWK or a JWK set. Keys of kinds that are not known here are left out; a file without any is refused.
// A member iss, or issuer as in the metadata of SD-JWT VC issuers ("jwks" then holds the set), ties the keys to that issuer.
func parseJWKs(file []byte) ([]Key, error) {
	var set struct {
		Keys   []jwk  `json:"keys"`
		Iss    string `json:"iss"`
		Issuer string `json:"issuer"`
		JWKS   struct {
			Keys []jwk `json:"keys"`
		} `json:"jwks"`
		jwk
	}
	if err := json.Unmarshal(file, &set); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownFile, err)
	}
	set.Keys = append(set.Keys, set.JWKS.Keys...)
	if set.Iss == "" {
		set.Iss = set.Issuer
	}
	if len(set.Keys) > maxKeys || len(set.Iss) > maxIssuer {
		return nil, ErrTooLarge
	}
	if set.KTY != "" {
		set.Keys = append(set.Keys, set.jwk)
	}
	var keys []Key
	for _, j := range set.Keys {
		pub, err := j.public()
		if err != nil {
			continue
		}
		k := Key{Public: pub, Name: "key " + printable([]byte(j.KID)), Issuer: set.Iss}
		if j.KID != "" {
			k.ID = []byte(j.KID)
		} else {
			k.Name = keyName(pub)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: no usable key", ErrUnknownFile)
	}
	return keys, nil
}

func (j jwk) public() (crypto.PublicKey, error) {
	switch j.KTY {
	case "EC":
		return ecKey(j.CRV, b64(j.X), b64(j.Y))
	case "OKP":
		return okpKey(j.CRV, b64(j.X))
	case "RSA":
		return rsaKey(b64(j.N), b64(j.E))
	}
	return nil, fmt.Errorf("%w: kty %q", ErrKey, j.KTY)
}

func b64(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

func ecKey(crv string, x, y []byte) (crypto.PublicKey, error) {
	var curve elliptic.Curve
	switch crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil, fmt.Errorf("%w: curve %q", ErrKey, crv)
	}
	size := (curve.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size {
		return nil, fmt.Errorf("%w: length of a coordinate", ErrKey)
	}
	raw := append(append([]byte{4}, x...), y...)
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return pub, nil
}

func okpKey(crv string, x []byte) (crypto.PublicKey, error) {
	if crv != "Ed25519" || len(x) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: curve %q", ErrKey, crv)
	}
	return ed25519.PublicKey(x), nil
}

func rsaKey(n, e []byte) (crypto.PublicKey, error) {
	if len(n) < 256 || len(n) > 1024 || len(e) == 0 || len(e) > 4 {
		return nil, fmt.Errorf("%w: RSA size", ErrKey)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// coseKey is COSE_Key (RFC 9052 §7, RFC 9053 §7): { 1 kty, 2 kid, 3 alg, -1 crv, -2 x, -3 y }.
type coseKey struct {
	KTY int    `cbor:"1,keyasint"`
	KID []byte `cbor:"2,keyasint"`
	CRV int    `cbor:"-1,keyasint"`
	X   []byte `cbor:"-2,keyasint"`
	Y   []byte `cbor:"-3,keyasint"`
}

// parseCOSEKeys reads a COSE_Key or a COSE_KeySet.
func parseCOSEKeys(file []byte) ([]Key, error) {
	var set []coseKey
	if err := decMode.Unmarshal(file, &set); err != nil {
		var one coseKey
		if err := decMode.Unmarshal(file, &one); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnknownFile, err)
		}
		set = []coseKey{one}
	}
	var keys []Key
	for _, c := range set {
		pub, err := c.public()
		if err != nil {
			continue
		}
		k := Key{ID: c.KID, Public: pub, Name: keyName(pub)}
		if len(c.KID) > 0 {
			k.Name = fmt.Sprintf("key %x", c.KID)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 || len(keys) > maxKeys {
		return nil, fmt.Errorf("%w: no usable key", ErrUnknownFile)
	}
	return keys, nil
}

// coseCurves are the curves of the IANA COSE registry that are used here.
var coseCurves = map[int]string{1: "P-256", 2: "P-384", 3: "P-521", 6: "Ed25519"}

// COSEPublicKey reads one COSE_Key. Whatever else stands in it, a kid of any type for one, is left alone.
func COSEPublicKey(b []byte) (crypto.PublicKey, error) {
	var c struct {
		KTY int    `cbor:"1,keyasint"`
		CRV int    `cbor:"-1,keyasint"`
		X   []byte `cbor:"-2,keyasint"`
		Y   []byte `cbor:"-3,keyasint"`
	}
	if err := DecodeCBOR(b, &c); err != nil {
		return nil, err
	}
	return coseKey{KTY: c.KTY, CRV: c.CRV, X: c.X, Y: c.Y}.public()
}

func (c coseKey) public() (crypto.PublicKey, error) {
	switch c.KTY {
	case 1:
		return okpKey(coseCurves[c.CRV], c.X)
	case 2:
		return ecKey(coseCurves[c.CRV], c.X, c.Y)
	}
	return nil, fmt.Errorf("%w: kty %d", ErrKey, c.KTY)
}

// keyName calls a key without a kid by the first bytes of SHA-256 of its SubjectPublicKeyInfo.
func keyName(pub crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "key"
	}
	return fmt.Sprintf("key %x", KeyID(der))
}
