//go:build windows || (cgo && (linux || darwin))

package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-piv/piv-go/v2/piv"
)

// pivBusy is how long another connection to a reader is waited for.
const (
	pivBusy = 2 * time.Second
	pivStep = 20 * time.Millisecond
)

// pivOne lets one connection run at a time: the library takes the reader for itself, so a second one of this process would
// find it taken. It guards that, which is process-wide.
var pivOne sync.Mutex

// pivPlace is the key slots of a PIV card in a reader. The card is taken for the length of one operation, so that readers stay
// free for other cards.
type pivPlace struct {
	slots  []piv.Slot // where keys may lie, in the order in which they are filled
	reader string     // part of the name of its reader; empty: any

	mu   sync.Mutex
	last string // the reader where the card lay: it is asked first
}

func newPIV(rest string) (Place, error) {
	slot, reader, _ := strings.Cut(rest, ":")
	slots := map[string]piv.Slot{"9a": piv.SlotAuthentication, "9c": piv.SlotSignature, "9d": piv.SlotKeyManagement, "9e": piv.SlotCardAuthentication}
	if s, ok := slots[slot]; ok {
		return &pivPlace{slots: []piv.Slot{s}, reader: reader}, nil
	}
	if slot != "" {
		return nil, &PlaceError{code: CodePlaceAddress, kind: KindPIV}
	}
	all := []piv.Slot{piv.SlotSignature}
	for n := uint32(0x82); n <= 0x95; n++ { // SP 800-73-4 part 1 table 4b: retired keys, which cards leave to their holder
		if s, ok := piv.RetiredKeyManagementSlot(n); ok {
			all = append(all, s)
		}
	}
	return &pivPlace{slots: all, reader: reader}, nil
}

// Kind says "PIV card".
func (p *pivPlace) Kind() string { return KindPIV }

// Close has nothing to give back.
func (p *pivPlace) Close() error { return nil }

// readers lists those where the card may lie, that of the last time first.
func (p *pivPlace) readers() ([]string, error) {
	all, err := piv.Cards()
	if err != nil {
		return nil, &PlaceError{code: CodePlaceNone, kind: KindPIV, err: err}
	}
	all = slices.DeleteFunc(all, func(r string) bool { return !strings.Contains(r, p.reader) })
	for i, r := range all {
		if r == p.last {
			all[0], all[i] = all[i], all[0]
		}
	}
	return all, nil
}

// with has f use the first card that fits. A card that does not is CodePlaceKey, no card at all CodePlaceNone. No PIN is sent
// to a card that does not fit: it may be somebody's.
func (p *pivPlace) with(fits func(*piv.YubiKey) bool, f func(*piv.YubiKey) error) error {
	pivOne.Lock()
	defer pivOne.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	readers, err := p.readers()
	if err != nil {
		return err
	}
	none := &PlaceError{code: CodePlaceNone, kind: KindPIV}
	for _, r := range readers {
		card, err := openPIV(r)
		if err != nil {
			continue // empty, or another kind of card
		}
		if !fits(card) {
			card.Close()
			none.code = CodePlaceKey
			continue
		}
		p.last = r
		err = f(card)
		card.Close()
		return pivError(err)
	}
	return none
}

// openPIV connects to a card, and waits a little where another connection holds it.
func openPIV(reader string) (*piv.YubiKey, error) {
	for until := time.Now().Add(pivBusy); ; time.Sleep(pivStep) {
		card, err := piv.Open(reader)
		if err == nil || !strings.Contains(err.Error(), "other connections outstanding") || time.Now().After(until) {
			return card, err
		}
	}
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

// free gives the first slot without a certificate: one that has any is in use and is not written over.
func (p *pivPlace) free(card *piv.YubiKey) (piv.Slot, bool) {
	for _, s := range p.slots {
		if _, err := card.Certificate(s); errors.Is(err, piv.ErrNotFound) {
			return s, true
		}
	}
	return piv.Slot{}, false
}

// Generate implements Place. It takes cards whose management key is the factory's (SP 800-73-4 leaves it to the issuer):
// others get their key from the issuer's own tool. The new key signs a certificate for itself, which marks its slot as used and
// is how the card is known again.
func (p *pivPlace) Generate(random io.Reader, label string, pin []byte) (ref []byte, pub *ecdsa.PublicKey, err error) {
	var slot piv.Slot
	fits := func(card *piv.YubiKey) (ok bool) { slot, ok = p.free(card); return ok }
	err = p.with(fits, func(card *piv.YubiKey) error {
		if err := card.VerifyPIN(string(pin)); err != nil {
			return err
		}
		made, err := card.GenerateKey(piv.DefaultManagementKey, slot, piv.Key{Algorithm: piv.AlgorithmEC256,
			PINPolicy: piv.PINPolicyOnce, TouchPolicy: piv.TouchPolicyNever})
		if err != nil {
			return err
		}
		var ok bool
		if pub, ok = made.(*ecdsa.PublicKey); !ok {
			return ErrAlgorithm
		}
		signer, err := pivSigner(card, slot, pub, pin)
		if err != nil {
			return err
		}
		cert, err := pivMark(random, label, signer)
		if err != nil {
			return err
		}
		return card.SetCertificate(piv.DefaultManagementKey, slot, cert)
	})
	return []byte{byte(slot.Key)}, pub, err
}

// pivMark is a certificate that says nothing but whose slot it is; it never ends (RFC 5280 §4.1.2.5).
func pivMark(random io.Reader, label string, key crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(random, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: label}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	der, err := x509.CreateCertificate(random, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func pivSigner(card *piv.YubiKey, slot piv.Slot, pub *ecdsa.PublicKey, pin []byte) (crypto.Signer, error) {
	key, err := card.PrivateKey(slot, pub, piv.KeyAuth{PIN: string(pin), PINPolicy: piv.PINPolicyOnce})
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, ErrAlgorithm
	}
	return signer, nil
}

// Open implements Place.
func (p *pivPlace) Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (Key, error) {
	var slot piv.Slot
	for _, s := range p.slots {
		if len(ref) == 1 && ref[0] == byte(s.Key) {
			slot = s
		}
	}
	if slot.Key == 0 {
		return nil, ErrFormat
	}
	fits := func(card *piv.YubiKey) bool {
		cert, err := card.Certificate(slot)
		return err == nil && pub.Equal(cert.PublicKey)
	}
	sign := func(digest, pin []byte) (sig []byte, err error) {
		err = p.with(fits, func(card *piv.YubiKey) error {
			if err := card.VerifyPIN(string(pin)); err != nil {
				return err
			}
			signer, err := pivSigner(card, slot, pub, pin)
			if err != nil {
				return err
			}
			sig, err = signer.Sign(nil, digest, crypto.SHA256)
			return err
		})
		return sig, err
	}
	return openHeld(KindPIV, pub, pin, sign, p.Close)
}
