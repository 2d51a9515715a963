package station

import (
	"crypto/x509"
	"testing"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/voucher"
)

// TestDialectFollowsPolicy: by policy claim 169 is a map and the certificate travels, but not beside a portrait.
func TestDialectFollowsPolicy(t *testing.T) {
	for _, c := range []struct {
		policy desk.Policy
		face   []byte
		asMap  bool
		chain  int
	}{
		{desk.Policy{}, nil, false, 0},
		{desk.Policy{ClaimMap: true}, nil, true, 0},
		{desk.Policy{Chain: true}, nil, false, 1},
		{desk.Policy{Chain: true, ClaimMap: true}, []byte{1}, true, 0},
	} {
		s := &Station{bundle: &bundle.Opened{Bundle: &bundle.Bundle{Policy: c.policy}}, voucherCert: &x509.Certificate{Raw: []byte{1}}}
		got := s.dialect(&voucher.Voucher{Holder: voucher.Holder{Face: c.face}}, voucher.Signer{})
		if got.AsMap != c.asMap || len(got.Chain) != c.chain {
			t.Errorf("%v: map %v, %d certificates", c, got.AsMap, len(got.Chain))
		}
	}
}
