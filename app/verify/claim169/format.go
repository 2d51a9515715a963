package claim169

import (
	"bytes"
	"context"
	"strings"

	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// Names that results carry: a voucher of this project, and any other Claim 169.
const (
	FormatVoucher = "voucher"
	FormatForeign = "claim169"
	FormatMandate = "mandate"
)

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "claim169".
func (Format) ID() string { return FormatForeign }

// Sniff recognises COSE bytes by their tags, and a text by the zlib header in its first three characters.
func (Format) Sniff(b []byte) bool { return isCOSE(b) || isText(b) }

// Verify judges the text of a QR code or the COSE bytes behind it.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b = bytes.TrimPrefix(b, []byte(voucher.RevocationPrefix)) // a slip shows the mandate that it takes back
	cose := b
	if !isCOSE(b) {
		err := voucher.ErrTooLong
		if len(b) > voucher.MaxText+16 { // line ends around it
			return verify.NewResult(FormatForeign, req.At, []check.Check{check.Unsure(voucher.CheckStructure, check.Unreadable, err.Error())}), nil
		}
		if cose, err = voucher.Decode(string(b)); err != nil {
			return verify.NewResult(FormatForeign, req.At,
				[]check.Check{check.Unsure(voucher.CheckStructure, check.Unreadable, err.Error())}), nil
		}
	}
	m, err := parse(cose)
	if isVoucher(cose, m) {
		if !isCOSE(b) && !voucher.Canonical(string(b), cose) {
			return verify.NewResult(FormatVoucher, req.At,
				[]check.Check{check.Unsure(voucher.CheckStructure, check.Unreadable, voucher.ErrNotCanonical.Error())}), nil
		}
		return own(ctx, cose, req), nil
	}
	return foreign(m, err, req), nil
}

// isVoucher tells a voucher by its delegation; broken bytes behind the voucher's tags are a broken voucher.
func isVoucher(cose []byte, m *message) bool {
	if m != nil {
		_, delegated := m.unprotected[int64(-70002)]
		return delegated
	}
	return bytes.HasPrefix(cose, []byte{0xd8, 61, 0xd2})
}

// isCOSE: tag 61, tag 18, tag 16, or a bare array of four that begins with a byte string.
func isCOSE(b []byte) bool {
	return len(b) > 4 && (b[0] == 0xd8 && b[1] == 61 || b[0] == 0xd2 && b[1] == 0x84 || b[0] == 0xd0 && b[1] == 0x83 ||
		b[0] == 0x84 && b[1]>>5 == 2)
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// isText looks for 78 xx, the header of a zlib stream with the usual window (RFC 1950 §2.2), in the first group.
func isText(b []byte) bool {
	b = bytes.TrimPrefix(bytes.TrimLeft(b, "\r\n"), []byte(voucher.RevocationPrefix))
	if len(b) < 6 {
		return false
	}
	n, weight := 0, 1
	for _, c := range b[:3] {
		d := strings.IndexByte(alphabet, c)
		if d < 0 {
			return false
		}
		n += d * weight
		weight *= 45
	}
	return n>>8 == 0x78 && n%31 == 0
}
