package queue

import (
	"bytes"
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// The outside of what is carried is a file of age-encryption.org/v1 with its hybrid recipient: stanza
// "mlkem768x25519", HPKE base mode with X-Wing, HKDF-SHA256, ChaCha20-Poly1305 and the label as info, over the file key.
const (
	ageStanza = "mlkem768x25519"
	ageLabel  = "age-encryption.org/mlkem768x25519"
	ageGroup  = "postquantum" // recipients without this label cannot be added
)

// maxCarried bounds a carried file: a batch, 16 bytes for each 64 KiB of it, a header.
const maxCarried = MaxBatch + MaxBatch>>12 + 64<<10

// ErrOutside is a carried file that none of the intake keys opens.
var ErrOutside = errors.New("queue: sealed to an intake key that is not here")

// intake seals to one intake key.
type intake struct{ key hpke.PublicKey }

// Wrap implements age.Recipient.
func (r intake) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	enc, sender, err := hpke.NewSender(r.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(ageLabel))
	if err != nil {
		return nil, err
	}
	body, err := sender.Seal(nil, fileKey)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: ageStanza, Args: []string{base64.RawStdEncoding.EncodeToString(enc)}, Body: body}}, nil
}

// WrapWithLabels implements age.RecipientWithLabels.
func (r intake) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	s, err := r.Wrap(fileKey)
	return s, []string{ageGroup}, err
}

// opener opens what intake sealed.
type opener struct{ key *HolderKey }

// Unwrap implements age.Identity.
func (o opener) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != ageStanza || len(s.Args) != 1 {
			continue
		}
		enc, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[0])
		if err != nil || len(enc) != xwingEnc {
			continue
		}
		r, err := hpke.NewRecipient(enc, o.key.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(ageLabel))
		if err != nil {
			continue
		}
		if fileKey, err := r.Open(nil, s.Body); err == nil {
			return fileKey, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// SealOutside seals an encoded batch to the intake keys, so that whoever finds a stick learns from it what its names
// say and how large it is, nothing else. Intake keys are of SuiteXWing.
func SealOutside(data []byte, to []Holder) ([]byte, error) {
	var recipients []age.Recipient
	for _, h := range to {
		key, err := h.public()
		if err != nil {
			return nil, err
		}
		if h.Suite != SuiteXWing {
			return nil, fmt.Errorf("%w: intake key", ErrSuite)
		}
		recipients = append(recipients, intake{key})
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// OpenOutside is the other way, with any of the intake keys.
func OpenOutside(data []byte, keys []*HolderKey) ([]byte, error) {
	var ids []age.Identity
	for _, k := range keys {
		if k.suite == SuiteXWing {
			ids = append(ids, opener{k})
		}
	}
	if len(ids) == 0 {
		return nil, ErrOutside
	}
	r, err := age.Decrypt(bytes.NewReader(data), ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrOutside
	}
	if err != nil {
		return nil, fmt.Errorf("%w: outside", ErrBatch)
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxBatch+1))
	if err != nil {
		return nil, fmt.Errorf("%w: outside damaged", ErrBatch)
	}
	return plain, nil
}
