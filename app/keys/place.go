package keys

import (
	"crypto"
	"crypto/ecdsa"
	"io"
	"strings"
)

// Key is an open private key, wherever it lies. Close ends its use here and forgets its PIN.
type Key interface {
	crypto.Signer
	Kind() string
	Close() error
}

// Place is where P-256 keys are made and stay: a TPM, a PKCS#11 token, a PIV card. A reference names a key in its place
// and is no secret. A failure that a person can do something about is a *PlaceError. It is safe for concurrent use.
type Place interface {
	Kind() string
	// Generate makes a key. Where the place has a PIN of its own, pin must be that one; a TPM gives it to the key.
	Generate(rand io.Reader, label string, pin []byte) (ref []byte, pub *ecdsa.PublicKey, err error)
	// Open proves the PIN. The key keeps a copy of it until Close, to come back by itself after the place was away.
	Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (Key, error)
	Close() error
}

// The Kinds of keys that lie in no file.
const (
	KindTPM    = "TPM 2.0"
	KindPKCS11 = "PKCS#11 token"
	KindPIV    = "PIV card"
)

// At gives the place that an address names; nothing is connected yet:
//
//	tpm                 this computer's TPM: /dev/tpmrm0, on Windows TBS
//	tpm:PATH            another device, or the Unix socket of a TPM emulator
//	pkcs11:…            a PKCS#11 URI (RFC 7512) with token (or serial, or slot-id) and ?module-path=FILE; no PIN in it
//	piv, piv:SLOT       a PIV card (NIST SP 800-73-4), key slot 9a, 9c, 9d or 9e; without one the first that is free of 9c and
//	                    the retired ones; piv:SLOT:READER and piv::READER only on readers with this in their name
//
// Where this program was built without what an address wants, the error says so (CodePlaceBuilt).
func At(address string) (Place, error) {
	if len(address) > maxAddress {
		return nil, &PlaceError{code: CodePlaceAddress}
	}
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "tpm":
		return newTPM(rest), nil
	case "pkcs11":
		u, err := parseURI(rest)
		if err != nil {
			return nil, err
		}
		return newPKCS11(u)
	case "piv":
		return newPIV(rest)
	}
	return nil, &PlaceError{code: CodePlaceAddress}
}

const (
	maxAddress = 1 << 10
	maxRef     = 2 << 10
	maxPIN     = 64
)

// Codes of a PlaceError. The sentences are error.<code> and hint.<code>.
const (
	CodePlaceAddress = "key-place-address"   // not the address of a place for keys
	CodePlaceBuilt   = "key-place-built"     // Args Kind: this program was built without it
	CodePlaceNone    = "key-place-none"      // Args Kind: nothing is there
	CodePlaceGone    = "key-place-gone"      // Args Kind: it was there and is not any more
	CodePlacePIN     = "key-place-pin"       // Args Kind: wrong PIN; how many tries are left is not told
	CodePlaceLeft    = "key-place-left"      // Args Kind, Left: wrong PIN
	CodePlaceLocked  = "key-place-locked"    // Args Kind: locked by too many wrong PINs
	CodePlaceWait    = "key-place-wait"      // Args Kind, Minutes: locked, and opens by itself
	CodePlaceKey     = "key-place-key"       // Args Kind: the key is not in this one
	CodePlaceWants   = "key-place-token-pin" // Args Kind: it wants its PIN
	CodePlaceFailed  = "key-place-failed"    // Args Kind: it refused the work
)

// PlaceError is a failure of a TPM, token or card; it implements desk.Coded. No PIN is part of it.
type PlaceError struct {
	code, kind, left, minutes string
	err                       error
}

func (e *PlaceError) Error() string {
	s := "keys: " + strings.TrimPrefix(e.code, "key-place-")
	if e.kind != "" {
		s += ": " + e.kind
	}
	if e.left != "" {
		s += ": " + e.left + " tries left"
	}
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *PlaceError) Unwrap() error { return e.err }

// Code names the sentence.
func (e *PlaceError) Code() string { return e.code }

// Args fill the sentence.
func (e *PlaceError) Args() map[string]string {
	args := map[string]string{"Kind": e.kind}
	if e.left != "" {
		args["Left"] = e.left
	}
	if e.minutes != "" {
		args["Minutes"] = e.minutes
	}
	return args
}

// proof is what a key signs when it is opened, so that a wrong PIN shows at once. It is the digest of no message that
// anybody would take: SHA-256 of "bangban-key-opened-1".
func opened() []byte { return sum("bangban-key-opened-1") }
