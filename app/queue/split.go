package queue

import (
	"encoding/binary"
	"unicode/utf8"
)

// What gateways read by the thousand is split in place: nothing is copied, and what comes out points into what went in.
// It takes exactly what decodeExact takes but for null in the place of a string: the fuzz target compares the two.

// Major types of CBOR (RFC 8949 §3.1).
const (
	cborBytes = 2
	cborText  = 3
	cborArray = 4
)

// splitter reads deterministic CBOR from the front of some bytes. After a failure it stays failed.
type splitter struct {
	b      []byte
	failed bool
}

// head reads the head of a major type in its shortest form (RFC 8949 §4.2.1).
func (s *splitter) head(major byte) int {
	if s.failed || len(s.b) == 0 || s.b[0]>>5 != major {
		s.failed = true
		return 0
	}
	info := s.b[0] & 31
	if info < 24 {
		s.b = s.b[1:]
		return int(info)
	}
	size := 1 << (info - 24) // 1, 2, 4, 8
	if info > 26 || len(s.b) < 1+size {
		s.failed = true
		return 0
	}
	var wide [4]byte
	copy(wide[4-size:], s.b[1:1+size])
	n := binary.BigEndian.Uint32(wide[:])
	least := uint32(24) // shorter forms hold what is less
	if size > 1 {
		least = 1 << (4 * size)
	}
	if n < least || n > MaxBatch {
		s.failed = true
		return 0
	}
	s.b = s.b[1+size:]
	return int(n)
}

// bytes reads a byte or text string.
func (s *splitter) bytes(major byte) []byte {
	n := s.head(major)
	if s.failed || n > len(s.b) {
		s.failed = true
		return nil
	}
	out := s.b[:n:n]
	s.b = s.b[n:]
	return out
}

// done tells whether all was read and nothing is left.
func (s *splitter) done() bool { return !s.failed && len(s.b) == 0 }

// splitEnvelope reads [header: bstr, sealed: bstr, signature: bstr].
func splitEnvelope(b []byte) (w wireEnvelope, ok bool) {
	s := &splitter{b: b}
	if s.head(cborArray) != 3 {
		return w, false
	}
	w.Header, w.Sealed, w.Signature = s.bytes(cborBytes), s.bytes(cborBytes), s.bytes(cborBytes)
	return w, s.done()
}

// splitSealed reads [wraps: [+ [key id: tstr, enc: bstr, wrapped key: bstr]], ciphertext: bstr].
func splitSealed(b []byte) (body sealedBody, ok bool) {
	s := &splitter{b: b}
	if s.head(cborArray) != 2 {
		return body, false
	}
	n := s.head(cborArray)
	if s.failed || n > MaxHolders {
		return body, false
	}
	body.Wraps = make([]wrap, 0, n)
	for range n {
		if s.head(cborArray) != 3 {
			return body, false
		}
		w := wrap{ID: string(s.bytes(cborText)), Enc: s.bytes(cborBytes), Key: s.bytes(cborBytes)}
		if !utf8.ValidString(w.ID) {
			return body, false
		}
		body.Wraps = append(body.Wraps, w)
	}
	body.Ciphertext = s.bytes(cborBytes)
	return body, s.done()
}
