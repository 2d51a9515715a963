//go:build windows || (cgo && (linux || darwin))

package keys

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io"
	"strconv"
	"sync"

	"github.com/go-piv/piv-go/v2/piv"
)

// pivPlace is one key slot of the PIV card in a reader. It never ran against a real card; see the package comment. The
// card is taken for the length of one operation, so that readers stay free for other cards.
type pivPlace struct {
	mu   sync.Mutex
	slot piv.Slot
}

func newPIV(slot string) (Place, error) {
	slots := map[string]piv.Slot{"": piv.SlotSignature, "9a": piv.SlotAuthentication, "9c": piv.SlotSignature,
		"9d": piv.SlotKeyManagement, "9e": piv.SlotCardAuthentication}
	s, ok := slots[slot]
	if !ok {
		return nil, &PlaceError{code: CodePlaceAddress, kind: KindPIV}
	}
	return &pivPlace{slot: s}, nil
}

// Kind says "PIV card".
func (p *pivPlace) Kind() string { return KindPIV }

// Close has nothing to give back.
func (p *pivPlace) Close() error { return nil }

// with takes the first PIV card that answers.
func (p *pivPlace) with(f func(*piv.YubiKey) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	readers, err := piv.Cards()
	if err != nil {
		return &PlaceError{code: CodePlaceNone, kind: KindPIV, err: err}
	}
	for _, r := range readers {
		card, err := piv.Open(r)
		if err != nil {
			continue // empty, or another kind of card
		}
		err = f(card)
		card.Close()
		return pivError(err)
	}
	return &PlaceError{code: CodePlaceNone, kind: KindPIV}
}

// pivError gives an answer of the card its sentence. What is not an answer of the card is a card that has gone.
func pivError(err error) error {
	var auth piv.AuthErr
	var status interface{ Status() uint16 }
	var place *PlaceError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &place):
		return place
	case errors.As(err, &auth) && auth.Retries == 0:
		return &PlaceError{code: CodePlaceLocked, kind: KindPIV, err: err}
	case errors.As(err, &auth):
		return &PlaceError{code: CodePlaceLeft, kind: KindPIV, left: strconv.Itoa(auth.Retries), err: err}
	case errors.As(err, &status):
		return &PlaceError{code: CodePlaceFailed, kind: KindPIV, err: err}
	}
	return &PlaceError{code: CodePlaceGone, kind: KindPIV, err: err}
}

// Generate implements Place. It takes cards whose management key is the factory's (SP 800-73-4 leaves it to the issuer):
// others get their key from the issuer's own tool. A slot that has a certificate is in use and is not written over.
func (p *pivPlace) Generate(_ io.Reader, _ string, pin []byte) (ref []byte, pub *ecdsa.PublicKey, err error) {
	err = p.with(func(card *piv.YubiKey) error {
		if err := card.VerifyPIN(string(pin)); err != nil {
			return err
		}
		if _, err := card.Certificate(p.slot); !errors.Is(err, piv.ErrNotFound) {
			return &PlaceError{code: CodePlaceFailed, kind: KindPIV, err: ErrExists}
		}
		made, err := card.GenerateKey(piv.DefaultManagementKey, p.slot, piv.Key{Algorithm: piv.AlgorithmEC256,
			PINPolicy: piv.PINPolicyOnce, TouchPolicy: piv.TouchPolicyNever})
		if err != nil {
			return err
		}
		var ok bool
		if pub, ok = made.(*ecdsa.PublicKey); !ok {
			return ErrAlgorithm
		}
		return nil
	})
	return []byte{byte(p.slot.Key)}, pub, err
}

// Open implements Place.
func (p *pivPlace) Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (Key, error) {
	if len(ref) != 1 || ref[0] != byte(p.slot.Key) {
		return nil, ErrFormat
	}
	sign := func(digest, pin []byte) (sig []byte, err error) {
		err = p.with(func(card *piv.YubiKey) error {
			if err := card.VerifyPIN(string(pin)); err != nil {
				return err
			}
			key, err := card.PrivateKey(p.slot, pub, piv.KeyAuth{PIN: string(pin), PINPolicy: piv.PINPolicyOnce})
			if err != nil {
				return err
			}
			signer, ok := key.(crypto.Signer)
			if !ok {
				return ErrAlgorithm
			}
			sig, err = signer.Sign(nil, digest, crypto.SHA256)
			return err
		})
		return sig, err
	}
	return openHeld(KindPIV, pub, pin, sign, p.Close)
}
