package print

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/asn1"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// The object identifiers of the SM suite (GM/T 0006, GB/T 35275-2017 §5): the container, its content, SM3, signing by SM2.
func oidSMSignedData() asn1.ObjectIdentifier { return oid(1, 2, 156, 10197, 6, 1, 4, 2, 2) }
func oidSMData() asn1.ObjectIdentifier       { return oid(1, 2, 156, 10197, 6, 1, 4, 2, 1) }
func oidSM3() asn1.ObjectIdentifier          { return oid(1, 2, 156, 10197, 1, 401) }
func oidSM2Sign() asn1.ObjectIdentifier      { return oid(1, 2, 156, 10197, 1, 301, 1) }

// SM2Signer is who makes a signature of the SM suite.
type SM2Signer struct {
	Key   crypto.Signer // on the curve of SM2; Sign is given the whole message and sm2.SM2SignerOption, as package smx509 does
	Chain [][]byte      // certificates in DER, the key's own first
}

// SignSM2 signs content with SM2 and SM3 (GB/T 32918.2, GB/T 32905): a detached SignedData of GB/T 35275-2017 (GM/T 0010),
// which is that of RFC 5652 under other names. Signed attributes are as in a PDF: content type, message digest, signing
// certificate. The signer's identity in Z is the one that GM/T 0009 §10 gives everybody, 1234567812345678. The same
// content and signer give the same bytes where the key signs deterministically when it is given no randomness.
func SignSM2(content []byte, s SM2Signer) ([]byte, error) {
	if s.Key == nil || len(content) == 0 || len(s.Chain) == 0 || len(s.Chain) > maxChain {
		return nil, fmt.Errorf("%w: key, content or chain is missing", ErrSigner)
	}
	pub, ok := s.Key.Public().(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, fmt.Errorf("%w: not an SM2 key", ErrSigner)
	}
	var chain []link
	for i, raw := range s.Chain {
		c, err := smx509.ParseCertificate(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: certificate %d: %w", ErrSigner, i+1, err)
		}
		if i == 0 && !pub.Equal(c.PublicKey) {
			return nil, fmt.Errorf("%w: the certificate is of another key", ErrSigner)
		}
		chain = append(chain, link{c.Raw, c.RawIssuer, c.SerialNumber})
	}
	sum := func(b []byte) []byte { h := sm3.Sum(b); return h[:] }
	return signCMS(sum(content), suite{container: oidSMSignedData(), data: oidSMData(), digest: oidSM3(), signature: oidSM2Sign(), essHash: oidSM3(), sum: sum,
		sign: func(attrs []byte) ([]byte, error) { return s.Key.Sign(nil, attrs, sm2.NewSM2SignerOption(true, nil)) }}, chain)
}
