package cms

import (
	"strconv"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func context(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific() }

func contextSet(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }

// readOID reads an OBJECT IDENTIFIER into its dotted form. Arcs are bounded to 63 bits, the whole to 64 bytes.
func readOID(s *cryptobyte.String) (string, bool) {
	var b cryptobyte.String
	if !s.ReadASN1(&b, asn1.OBJECT_IDENTIFIER) || len(b) == 0 || len(b) > 64 || b[len(b)-1]&0x80 != 0 {
		return "", false
	}
	var room [128]byte
	out := room[:0]
	var v uint64
	first, start := true, true
	for _, c := range b {
		if start && c == 0x80 || v > 1<<55 {
			return "", false
		}
		v, start = v<<7|uint64(c&0x7F), false
		if c&0x80 != 0 {
			continue
		}
		if first {
			top := min(v/40, 2)
			out = strconv.AppendUint(out, top, 10)
			v, first = v-40*top, false
		}
		out = strconv.AppendUint(append(out, '.'), v, 10)
		v, start = 0, true
	}
	return string(out), true
}

// readTime reads Time, RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime after. States write either at any time.
func readTime(s *cryptobyte.String) (time.Time, bool) {
	var t time.Time
	if s.PeekASN1Tag(asn1.UTCTime) {
		ok := s.ReadASN1UTCTime(&t)
		return t.UTC(), ok
	}
	ok := s.ReadASN1GeneralizedTime(&t)
	return t.UTC(), ok
}

// readBoolean reads a BOOLEAN DEFAULT FALSE. Any byte but 0 is TRUE, as in BER: the Ukrainian CSCA certificate of 2015
// writes 01 where DER wants FF.
func readBoolean(s *cryptobyte.String, v *bool) bool {
	if !s.PeekASN1Tag(asn1.BOOLEAN) {
		return true
	}
	var b cryptobyte.String
	if !s.ReadASN1(&b, asn1.BOOLEAN) || len(b) != 1 {
		return false
	}
	*v = b[0] != 0
	return true
}
