package voucher

import (
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// maxCertificates bounds the certificates of an x5chain: the key's own, the issuing one, the root.
const maxCertificates = 3

// encodeChain gives the value of x5chain (RFC 9360 §2): one certificate is a byte string, more are an array.
func encodeChain(chain [][]byte) (cbor.RawMessage, error) {
	switch len(chain) {
	case 0:
		return nil, nil
	case 1:
		return encMode.Marshal(chain[0])
	}
	return encMode.Marshal(chain)
}

// checkChain reads an x5chain. A voucher rests on its delegation, whatever certificates say; but a chain that is of
// another key than the delegated one would have two readers believe two things.
func checkChain(raw cbor.RawMessage, key *ecdsa.PublicKey) error {
	if raw == nil {
		return nil
	}
	var chain [][]byte
	if len(raw) > 0 && raw[0]>>5 == 2 {
		chain = make([][]byte, 1)
		if err := decMode.Unmarshal(raw, &chain[0]); err != nil {
			return fmt.Errorf("%w: x5chain", ErrStructure)
		}
	} else if err := decMode.Unmarshal(raw, &chain); err != nil || len(chain) < 2 || len(chain) > maxCertificates {
		return fmt.Errorf("%w: x5chain", ErrStructure)
	}
	if !chainOf(chain, key) {
		return fmt.Errorf("%w: x5chain is not of the delegated key", ErrStructure)
	}
	return nil
}

// chainOf tells whether the first certificate is of the key and each is issued by the next.
func chainOf(chain [][]byte, key *ecdsa.PublicKey) bool {
	var below *x509.Certificate
	for i, der := range chain {
		c, err := x509.ParseCertificate(der)
		switch {
		case err != nil, i == 0 && !key.Equal(c.PublicKey), i > 0 && below.CheckSignatureFrom(c) != nil:
			return false
		}
		below = c
	}
	return true
}
