package station

import "bangban/app/voucher"

// dialect has vouchers signed as the institution's policy wants them. A certificate and a portrait do not both find room
// in a code; the portrait then goes first.
func (s *Station) dialect(v *voucher.Voucher, signer voucher.Signer) voucher.Signer {
	signer.AsMap = s.bundle.Policy.ClaimMap
	if s.bundle.Policy.Chain && s.voucherCert != nil && len(v.Holder.Face) == 0 {
		signer.Chain = [][]byte{s.voucherCert.Raw}
	}
	return signer
}
