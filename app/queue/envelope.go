package queue

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"time"
)

// Header is what everybody may read of a parcel. Its integer keys are those of the package comment.
type Header struct {
	ID          UUID     `cbor:"1,keyasint"`
	Station     string   `cbor:"2,keyasint"`
	Epoch       uint64   `cbor:"3,keyasint"`
	Seq         uint64   `cbor:"4,keyasint"`
	Kind        string   `cbor:"5,keyasint"`
	Day         string   `cbor:"6,keyasint"`
	Suite       Suite    `cbor:"7,keyasint"`
	Recipients  []string `cbor:"8,keyasint"`
	Certificate []byte   `cbor:"9,keyasint"` // of the station identity, DER
}

type wireEnvelope struct {
	_         struct{} `cbor:",toarray"`
	Header    []byte
	Sealed    []byte
	Signature []byte
}

// Envelope is a parcel whose signature has been verified.
type Envelope struct {
	Header Header
	Hash   [32]byte // SHA-256 of the whole envelope

	protected []byte
	sealed    []byte
	identity  *ecdsa.PublicKey
}

// Identify decides whether the certificate in h is one of h.Station's identity certificates and gives its key. The
// header is not yet verified when it is called. It returns ErrIdentity, or an error wrapping it, where it is not.
type Identify func(h Header) (*ecdsa.PublicKey, error)

// OpenEnvelope reads an envelope and verifies its signature with the key that who gives. It and Parcel.Open are the
// only ways bytes become an Envelope, which keeps them: nobody may change them afterwards.
func OpenEnvelope(b []byte, who Identify) (*Envelope, error) {
	return Parcel{Sealed: b}.Open(who)
}

// Open is OpenEnvelope of a parcel's bytes. What DecodeBatch has hashed is not hashed again.
func (p Parcel) Open(who Identify) (*Envelope, error) {
	w, h, err := parseEnvelope(p.Sealed)
	if err != nil {
		return nil, err
	}
	key, err := who(h)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(w.Sealed)
	if err := verify(key, w.Header, aadEnvelope, sum[:], w.Signature); err != nil {
		return nil, fmt.Errorf("%w: envelope of %s", err, h.Station)
	}
	e := &Envelope{Header: h, Hash: p.Hash, protected: w.Header, sealed: w.Sealed, identity: key}
	if !p.compared {
		e.Hash = sha256.Sum256(p.Sealed)
	}
	return e, nil
}

func parseEnvelope(b []byte) (w wireEnvelope, h Header, err error) {
	if len(b) > MaxEnvelope {
		return w, h, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	w, ok := splitEnvelope(b)
	if !ok || len(w.Header) > maxHeader || !decodeExact(w.Header, &h) {
		return w, h, ErrEnvelope
	}
	return w, h, h.check()
}

func (h Header) check() error {
	for _, s := range append([]string{h.Station, h.Kind, h.Day}, h.Recipients...) {
		if s == "" || len(s) > maxField {
			return fmt.Errorf("%w: field of %d bytes", ErrEnvelope, len(s))
		}
	}
	if _, err := time.Parse(time.DateOnly, h.Day); err != nil {
		return fmt.Errorf("%w: day", ErrEnvelope)
	}
	switch {
	case h.Seq == 0, h.Seq > 1<<53, h.Epoch == 0, h.Epoch > 1<<53:
		return fmt.Errorf("%w: place", ErrEnvelope)
	case len(h.Recipients) == 0, len(h.Recipients) > MaxHolders:
		return fmt.Errorf("%w: %d recipients", ErrEnvelope, len(h.Recipients))
	case len(h.Certificate) > maxCert:
		return fmt.Errorf("%w: certificate of %d bytes", ErrEnvelope, len(h.Certificate))
	}
	return nil
}
