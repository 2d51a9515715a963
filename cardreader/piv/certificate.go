package piv

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"io"

	"bangban/cardreader/tlv"
)

const (
	maxObject = 8 << 10
	maxPacked = 16 << 10 // unpacked
)

// Certificate is that of the key management key, on P-256.
type Certificate struct {
	Raw    []byte // DER
	Public []byte // uncompressed point, 65 bytes
}

// parseCertificate reads one in DER. ErrAlgorithm where its key is not on P-256.
func parseCertificate(b []byte) (*Certificate, error) {
	c, err := x509.ParseCertificate(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	pub, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: %v", ErrAlgorithm, c.PublicKeyAlgorithm)
	}
	point, err := pub.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAlgorithm, err)
	}
	return &Certificate{Raw: bytes.Clone(c.Raw), Public: point}, nil
}

// parseObject reads what GET DATA gives: 53 { 70 certificate, 71 CertInfo, FE }, SP 800-73-4 part 1 table 10 and appendix A.
func parseObject(b []byte) (*Certificate, error) {
	if len(b) > maxObject {
		return nil, fmt.Errorf("%w: %d bytes", ErrCertificate, len(b))
	}
	outer, err := tlv.ParseOne(b, 0x53)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	if len(outer.Value) == 0 {
		return nil, ErrNoKey // a card that was made without
	}
	list, err := tlv.Parse(outer.Value) // 53 does not say that it is constructed
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	der, err := list.Only(0x70)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	if len(der.Value) == 0 {
		return nil, ErrNoKey
	}
	raw := der.Value
	if info, err := list.Only(0x71); err == nil && len(info.Value) == 1 && info.Value[0]&1 == 1 {
		if raw, err = unpack(raw); err != nil {
			return nil, err
		}
	}
	return parseCertificate(raw)
}

func unpack(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	out, err := io.ReadAll(io.LimitReader(z, maxPacked+1))
	if err != nil || len(out) > maxPacked {
		return nil, fmt.Errorf("%w: packed", ErrCertificate)
	}
	return out, nil
}
