package trust

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
)

// Bounds on CBOR that is read here; what exceeds them is left to the library.
const (
	plainDepth = 8
	plainCount = 64
	freeTags   = 24 // tags below say of what type their content is, which the library looks at
)

// decodePlain reads CBOR (RFC 8949) that is written in the plain way, of definite length and within bounds, into one of a
// few types. False leaves v as it was: the library reads it then, or refuses it with its reason. Raw values share b.
func decodePlain(b []byte, v any) bool {
	switch to := v.(type) {
	case *Labels:
		return plainMap(b, (*map[any]cbor.RawMessage)(to), (*plain).label)
	case *map[int64]cbor.RawMessage:
		return plainMap(b, to, (*plain).number)
	case *map[string]cbor.RawMessage:
		return plainMap(b, to, (*plain).text)
	case *[]cbor.RawMessage:
		return plainList(b, to, (*plain).raw)
	case *string:
		return plainOne(b, to, (*plain).text)
	case *int64:
		return plainOne(b, to, (*plain).number)
	case *[]byte:
		return plainOne(b, to, (*plain).blob)
	}
	return false
}

// plain reads items one after the other.
type plain struct {
	b  []byte
	at int
}

// head reads major type and argument, RFC 8949 §3.
func (p *plain) head() (major byte, n uint64, ok bool) {
	if p.at >= len(p.b) {
		return 0, 0, false
	}
	first := p.b[p.at]
	major, n = first>>5, uint64(first&31)
	p.at++
	if n < 24 {
		return major, n, true
	}
	rest := p.b[p.at:]
	size := 1 << (n - 24)
	if n > 27 || len(rest) < size {
		return 0, 0, false
	}
	p.at += size
	switch size {
	case 1:
		n = uint64(rest[0])
	case 2:
		n = uint64(binary.BigEndian.Uint16(rest))
	case 4:
		n = uint64(binary.BigEndian.Uint32(rest))
	default:
		n = binary.BigEndian.Uint64(rest)
	}
	return major, n, major != 7 || size > 1 || n >= 32 // §3.3: a simple value below 32 has one byte
}

// take passes over n bytes.
func (p *plain) take(n uint64) ([]byte, bool) {
	if n > uint64(len(p.b)-p.at) {
		return nil, false
	}
	from := p.at
	p.at += int(n)
	return p.b[from:p.at:p.at], true
}

// skip passes over one item.
func (p *plain) skip(depth int) bool {
	major, n, ok := p.head()
	if !ok || depth == 0 {
		return false
	}
	switch major {
	case 2, 3:
		_, ok = p.take(n)
		return ok
	case 4, 5:
		if n > plainCount {
			return false
		}
		for n *= uint64(major - 3); n > 0 && ok; n-- {
			ok = p.skip(depth - 1)
		}
		return ok
	case 6:
		return n >= freeTags && p.skip(depth-1)
	}
	return true
}

// raw gives one item as it is.
func (p *plain) raw() (cbor.RawMessage, bool) {
	from := p.at
	if !p.skip(plainDepth) {
		return nil, false
	}
	return p.b[from:p.at:p.at], true
}

func (p *plain) number() (int64, bool) {
	major, n, ok := p.head()
	if !ok || n > math.MaxInt64 || major > 1 {
		return 0, false
	}
	if major == 1 {
		return -1 - int64(n), true
	}
	return int64(n), true
}

func (p *plain) text() (string, bool) {
	major, n, ok := p.head()
	if !ok || major != 3 {
		return "", false
	}
	s, ok := p.take(n)
	return string(s), ok && utf8.Valid(s)
}

// blob copies a byte string, as the library does.
func (p *plain) blob() ([]byte, bool) {
	s, ok := p.shared()
	return append([]byte{}, s...), ok
}

// shared gives a byte string without copying it.
func (p *plain) shared() ([]byte, bool) {
	major, n, ok := p.head()
	if !ok || major != 2 {
		return nil, false
	}
	return p.take(n)
}

// label reads a key of a map of header parameters or claims.
func (p *plain) label() (any, bool) {
	if p.at < len(p.b) && p.b[p.at]>>5 == 3 {
		return boxed(p.text())
	}
	return boxed(p.number())
}

func boxed[T any](v T, ok bool) (any, bool) { return v, ok }

func plainOne[T any](b []byte, to *T, read func(*plain) (T, bool)) bool {
	p := plain{b: b}
	v, ok := read(&p)
	if ok = ok && p.at == len(b); ok {
		*to = v
	}
	return ok
}

func plainMap[K comparable](b []byte, to *map[K]cbor.RawMessage, key func(*plain) (K, bool)) bool {
	p := plain{b: b}
	m, ok := readMap(&p, key)
	if ok = ok && p.at == len(b) && *to == nil; ok {
		*to = m
	}
	return ok
}

// readMap reads a map; a key twice is the library's to refuse.
func readMap[K comparable](p *plain, key func(*plain) (K, bool)) (map[K]cbor.RawMessage, bool) {
	major, n, ok := p.head()
	if !ok || major != 5 || n > plainCount {
		return nil, false
	}
	m := make(map[K]cbor.RawMessage, min(int(n), len(p.b)-p.at))
	for i := range int(n) {
		k, ok := key(p)
		if !ok {
			return nil, false
		}
		v, ok := p.raw()
		if !ok {
			return nil, false
		}
		if m[k] = v; len(m) != i+1 {
			return nil, false
		}
	}
	return m, true
}

func plainList[T any](b []byte, to *[]T, read func(*plain) (T, bool)) bool {
	p := plain{b: b}
	major, n, ok := p.head()
	if !ok || major != 4 || n > plainCount || *to != nil {
		return false
	}
	list := make([]T, 0, n)
	for range n {
		v, ok := read(&p)
		if !ok {
			return false
		}
		list = append(list, v)
	}
	if p.at != len(b) {
		return false
	}
	*to = list
	return true
}

// appendHead writes major type and argument in the shortest form, RFC 8949 §4.2.1.
func appendHead(to []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(to, major|byte(n))
	case n <= math.MaxUint8:
		return append(to, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(to, major|27), n)
}
