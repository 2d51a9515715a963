package aadhaar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"

	"bangban/app/verify"
)

// Bounds on a code: version 40 holds 7,089 digits.
const (
	minDigits     = 600
	maxDigits     = 8000
	maxContent    = 64 << 10
	signatureSize = 256
	hashSize      = 32
	maxField      = 512
)

// fields is how many there are, and order names them as they stand after the indicator.
const fields = 16

var order = [fields]string{"reference", "full_name", "birth_date", "sex", "care_of", "district", "landmark", "house", "location",
	"post_code", "post_office", "state", "street", "sub_district", "town", "mobile_ending"}

// letter is a code taken apart. Nothing in it is proven.
type letter struct {
	signed    []byte
	signature []byte
	fields    [fields][]byte // in the order above, ISO 8859-1
	madeAt    time.Time      // zero: the reference does not say
	photo     int            // bytes
	version   string
}

// content gives the bytes behind the number.
func content(digits []byte) ([]byte, error) {
	if len(digits) < minDigits || len(digits) > maxDigits || digits[0] == '0' {
		return nil, ErrUnreadable
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return nil, ErrUnreadable
		}
	}
	packed := number(digits)
	unpack := verify.Gunzip
	if packed[0] == 0x78 {
		unpack = verify.Unzlib
	}
	b, err := unpack(packed, maxContent)
	if err != nil {
		return nil, fmt.Errorf("%w: gzip", ErrUnreadable)
	}
	return b, nil
}

// chunk is how many digits go into one word, and base what they count to.
const (
	chunk = 19
	base  = 10_000_000_000_000_000_000
)

// number gives the big-endian bytes of a decimal number: what math/big does, without its scanner, which costs more than the
// signature's share of a code.
func number(digits []byte) []byte {
	words := make([]uint64, 0, len(digits)/chunk+1) // the lowest first
	for at, n := 0, (len(digits)-1)%chunk+1; at < len(digits); at, n = at+n, chunk {
		var carry uint64
		for _, d := range digits[at : at+n] {
			carry = 10*carry + uint64(d-'0')
		}
		for i, w := range words {
			hi, lo := bits.Mul64(w, base)
			lo, c := bits.Add64(lo, carry, 0)
			words[i], carry = lo, hi+c
		}
		if carry > 0 {
			words = append(words, carry)
		}
	}
	out := make([]byte, 8*len(words))
	for i, w := range words {
		binary.BigEndian.PutUint64(out[8*(len(words)-1-i):], w)
	}
	return bytes.TrimLeft(out, "\x00")
}

func parse(b []byte) (*letter, error) {
	if len(b) <= signatureSize {
		return nil, fmt.Errorf("%w: no signature", ErrStructure)
	}
	l := &letter{signed: b[:len(b)-signatureSize], signature: b[len(b)-signatureSize:], version: "1"}
	rest := l.signed
	take := func() ([]byte, bool) {
		field, after, ok := bytes.Cut(rest, []byte{0xff})
		rest = after
		return field, ok && len(field) <= maxField
	}
	first, ok := take()
	named := len(order) - 1 // the mobile number's digits came with version 2
	if len(first) == 2 && first[0] == 'V' {
		if first[1] < '2' || first[1] > '5' {
			return nil, fmt.Errorf("%w: version", ErrStructure)
		}
		l.version, named = string(first[1:]), len(order)
		first, ok = take()
	}
	if !ok || len(first) != 1 || first[0] < '0' || first[0] > '3' {
		return nil, fmt.Errorf("%w: indicator", ErrStructure)
	}
	for i := range named {
		if l.fields[i], ok = take(); !ok {
			return nil, fmt.Errorf("%w: %s", ErrStructure, order[i])
		}
	}
	hashes := [4]int{0, 1, 1, 2}[first[0]-'0'] * hashSize
	if l.photo = len(rest) - hashes; l.photo < 0 {
		return nil, fmt.Errorf("%w: hashes", ErrStructure)
	}
	return l, l.readReference()
}

// india is Indian time.
var india = time.FixedZone("IST", 19800)

// readReference: four digits of the number, then yyyyMMddHHmmssSSS in Indian time.
func (l *letter) readReference() error {
	r := l.fields[0]
	if len(r) < 4 {
		return fmt.Errorf("%w: reference", ErrStructure)
	}
	if len(r) >= 18 {
		t, err := time.ParseInLocation("20060102150405", string(r[4:18]), india)
		if err != nil {
			return fmt.Errorf("%w: reference", ErrStructure)
		}
		l.madeAt = t.UTC()
	}
	return nil
}

// latin1 reads ISO 8859-1.
func latin1(b []byte) string {
	if !bytes.ContainsFunc(b, func(r rune) bool { return r >= 0x80 }) { // as it is in ASCII
		return string(b)
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}
