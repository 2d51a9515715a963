package institution

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"bangban/app/voucher"
)

// MaxDelegation is the longest that a voucher key may be lent.
const MaxDelegation = 7 * 24 * time.Hour

// maxBlock bounds a block; a status list covers every serial ever lent.
const maxBlock = 1_000_000

// DelegateRequest asks for the right to sign. Either First and Last are given, or Count: then the next free serials.
type DelegateRequest struct {
	Station     string
	Key         *ecdsa.PublicKey
	First, Last uint64
	Count       uint64
	NotBefore   time.Time
	Expires     time.Time
	MaxLife     time.Duration // of one voucher
}

// block is one line of the register.
type block struct {
	First     uint64    `json:"first"`
	Last      uint64    `json:"last"`
	Key       string    `json:"key"` // kid of the vouchers, hex
	NotBefore time.Time `json:"not_before"`
	Expires   time.Time `json:"expires"`
}

// Delegate lends a voucher key a block of serials and certifies the same key for PDFs. The block is in the register
// before anything is returned. Errors: ErrStation, ErrKey, ErrLife, ErrBlock, ErrOverlap, ErrNoKey.
func (i *Institution) Delegate(r DelegateRequest) (delegation []byte, cert *x509.Certificate, err error) {
	if !validStation(r.Station) {
		return nil, nil, ErrStation
	}
	if !isP256(r.Key) {
		return nil, nil, ErrKey
	}
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, nil, err
	}
	defer key.Close()
	r.NotBefore, r.Expires = r.NotBefore.UTC().Truncate(time.Second), r.Expires.UTC().Truncate(time.Second)
	if !r.Expires.After(r.NotBefore) || r.Expires.Sub(r.NotBefore) > MaxDelegation ||
		r.NotBefore.Before(issuing.NotBefore) || r.Expires.After(issuing.NotAfter) {
		return nil, nil, ErrLife
	}
	release, err := i.guard()
	if err != nil {
		return nil, nil, err
	}
	defer release()
	blocks, err := i.blocks(r.Station)
	if err != nil {
		return nil, nil, err
	}
	if err := r.fit(blocks); err != nil {
		return nil, nil, err
	}
	if cert, err = i.signVoucherKey(&r, issuing, key); err != nil {
		return nil, nil, err
	}
	d := &voucher.Delegation{Station: r.Station, Key: r.Key, NotBefore: r.NotBefore, Expires: r.Expires, First: r.First,
		Last: r.Last, MaxLife: r.MaxLife, Issuer: i.o.Issuer}
	if delegation, err = voucher.SignDelegation(nil, d, key, issuing); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrLife, err)
	}
	kid, err := voucher.VoucherKeyID(r.Key)
	if err != nil {
		return nil, nil, err
	}
	blocks = append(blocks, block{r.First, r.Last, hex.EncodeToString(kid), r.NotBefore, r.Expires})
	if err := writeJSON(i.path(dirRegister, r.Station+".json"), blocks); err != nil {
		return nil, nil, err
	}
	return delegation, cert, nil
}

// fit finds the block that was asked for, or checks that it is free.
func (r *DelegateRequest) fit(blocks []block) error {
	var highest uint64
	for _, b := range blocks {
		highest = max(highest, b.Last)
	}
	if r.First == 0 && r.Last == 0 {
		if r.Count == 0 || r.Count > maxBlock {
			return ErrBlock
		}
		r.First, r.Last = highest+1, highest+r.Count
	}
	if r.First == 0 || r.Last < r.First || r.Last-r.First >= maxBlock || r.Last > maxSerial {
		return ErrBlock
	}
	for _, b := range blocks {
		if r.First <= b.Last && b.First <= r.Last {
			return fmt.Errorf("%w: %d to %d", ErrOverlap, b.First, b.Last)
		}
	}
	return nil
}

// maxSerial keeps status lists within what package trust reads.
const maxSerial = 60_000_000

// blocks reads the register of a station.
func (i *Institution) blocks(station string) ([]block, error) {
	var blocks []block
	err := readJSON(i.path(dirRegister, station+".json"), &blocks)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return blocks, nil
}

func isP256(pub *ecdsa.PublicKey) bool {
	if pub == nil || pub.Curve != elliptic.P256() {
		return false
	}
	_, err := pub.ECDH() // fails where the point is not on the curve
	return err == nil
}

// validStation takes the names that package voucher takes.
func validStation(s string) bool {
	_, _, err := voucher.ParseSerial(voucher.FormatSerial(s, 1))
	return err == nil
}

const pemDelegation = "BANGBAN DELEGATION"

// EncodeDelegation makes the file that goes back to the counter: the delegation, then the certificate of the same key.
func EncodeDelegation(delegation []byte, cert *x509.Certificate) []byte {
	return append(pem.EncodeToMemory(&pem.Block{Type: pemDelegation, Bytes: delegation}), encodeCertificates(cert)...)
}

// DecodeDelegation reads such a file. Nothing in it has been verified; that is for voucher.OpenDelegation.
func DecodeDelegation(file []byte) (delegation []byte, cert *x509.Certificate, err error) {
	first, rest := pem.Decode(file)
	if first == nil || first.Type != pemDelegation {
		return nil, nil, fmt.Errorf("%w: delegation", ErrFormat)
	}
	second, rest := pem.Decode(rest)
	if second == nil || second.Type != "CERTIFICATE" || len(rest) > 0 {
		return nil, nil, fmt.Errorf("%w: delegation", ErrFormat)
	}
	if cert, err = x509.ParseCertificate(second.Bytes); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return first.Bytes, cert, nil
}
