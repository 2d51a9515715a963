package voucher

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/dasio/base45"
)

// Bounds of what is read from paper.
const (
	MaxText = 8 << 10  // characters; a QR code of version 40-L holds 4,296
	maxCOSE = 64 << 10 // bytes after inflation
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" // RFC 9285 §3.2

// Encode gives the text of the QR code: the COSE bytes as a zlib stream without stored blocks, in Base45.
func Encode(cose []byte) (text string) { return base45.EncodeToString(deflate(cose)) }

// Decode reads what Encode wrote, or any other Claim 169 text. Line ends around the text are dropped; a space is a
// character of the alphabet and stays. No signature is looked at: the bytes are for Open.
func Decode(text string) (cose []byte, err error) {
	text = strings.Trim(text, "\r\n")
	if len(text) > MaxText {
		return nil, ErrTooLong
	}
	packed, err := unbase45(text)
	if err != nil {
		return nil, err
	}
	src := bytes.NewReader(packed)
	r, err := zlib.NewReader(src)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDeflate, err)
	}
	cose, err = io.ReadAll(io.LimitReader(r, maxCOSE+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDeflate, err)
	case len(cose) > maxCOSE:
		return nil, ErrTooLong
	case src.Len() > 0:
		return nil, fmt.Errorf("%w: %d bytes after its end", ErrDeflate, src.Len())
	}
	return cose, nil
}

// Canonical tells whether text is what Encode gives for the COSE bytes that were decoded from it. A zlib stream can say
// the same bytes in several ways; a voucher has one text, so that no changed character of it passes. Line ends around
// the text do not count.
func Canonical(text string, cose []byte) bool { return Encode(cose) == strings.Trim(text, "\r\n") }

// unbase45 decodes RFC 9285 §4 strictly. github.com/dasio/base45 is not used for reading: it wraps groups above
// 65535 round, where §4 asks for refusal, so two texts would mean the same bytes.
func unbase45(s string) ([]byte, error) {
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrBase45)
	}
	out := make([]byte, 0, len(s)/3*2+1)
	for i := 0; i < len(s); i += 3 {
		group := s[i:min(i+3, len(s))]
		val, weight := 0, 1
		for j := range len(group) {
			d := strings.IndexByte(alphabet, group[j])
			if d < 0 {
				return nil, fmt.Errorf("%w: character %d", ErrAlphabet, i+j+1)
			}
			val += d * weight
			weight *= 45
		}
		switch {
		case len(group) == 3 && val <= 0xffff:
			out = append(out, byte(val>>8), byte(val))
		case len(group) == 2 && val <= 0xff:
			out = append(out, byte(val))
		case len(group) == 1:
			return nil, fmt.Errorf("%w: one character left over", ErrBase45)
		default:
			return nil, fmt.Errorf("%w: group at character %d is too large", ErrBase45, i+1)
		}
	}
	return out, nil
}
