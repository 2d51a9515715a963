package aadhaar

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"time"
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

// order names the fields after the indicator.
var order = []string{"reference", "full_name", "birth_date", "sex", "care_of", "district", "landmark", "house", "location",
	"post_code", "post_office", "state", "street", "sub_district", "town"}

// letter is a code taken apart. Nothing in it is proven.
type letter struct {
	signed    []byte
	signature []byte
	fields    map[string]string
	madeAt    time.Time // zero: the reference does not say
	photo     int       // bytes
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
	n, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return nil, ErrUnreadable
	}
	src := bytes.NewReader(n.Bytes())
	z, err := gzip.NewReader(src)
	if err != nil {
		return nil, fmt.Errorf("%w: gzip", ErrUnreadable)
	}
	z.Multistream(false)
	b, err := io.ReadAll(io.LimitReader(z, maxContent+1))
	if err != nil || len(b) > maxContent || src.Len() > 0 {
		return nil, fmt.Errorf("%w: gzip", ErrUnreadable)
	}
	return b, nil
}

func parse(b []byte) (*letter, error) {
	if len(b) <= signatureSize {
		return nil, fmt.Errorf("%w: no signature", ErrStructure)
	}
	l := &letter{signed: b[:len(b)-signatureSize], signature: b[len(b)-signatureSize:], fields: map[string]string{}, version: "1"}
	rest := l.signed
	take := func() (string, bool) {
		field, after, ok := bytes.Cut(rest, []byte{0xff})
		rest = after
		return latin1(field), ok && len(field) <= maxField
	}
	first, ok := take()
	names := order
	if len(first) == 2 && first[0] == 'V' {
		if first[1] < '2' || first[1] > '5' {
			return nil, fmt.Errorf("%w: version", ErrStructure)
		}
		l.version, names = first[1:], append(order[:len(order):len(order)], "mobile_ending")
		first, ok = take()
	}
	indicator, err := strconv.Atoi(first)
	if !ok || err != nil || indicator < 0 || indicator > 3 || len(first) != 1 {
		return nil, fmt.Errorf("%w: indicator", ErrStructure)
	}
	for _, name := range names {
		if l.fields[name], ok = take(); !ok {
			return nil, fmt.Errorf("%w: %s", ErrStructure, name)
		}
	}
	hashes := []int{0, 1, 1, 2}[indicator] * hashSize
	if l.photo = len(rest) - hashes; l.photo < 0 {
		return nil, fmt.Errorf("%w: hashes", ErrStructure)
	}
	return l, l.readReference()
}

// readReference: four digits of the number, then yyyyMMddHHmmssSSS in Indian time.
func (l *letter) readReference() error {
	r := l.fields["reference"]
	if len(r) < 4 {
		return fmt.Errorf("%w: reference", ErrStructure)
	}
	if len(r) >= 18 {
		t, err := time.ParseInLocation("20060102150405", r[4:18], time.FixedZone("IST", 19800))
		if err != nil {
			return fmt.Errorf("%w: reference", ErrStructure)
		}
		l.madeAt = t.UTC()
	}
	return nil
}

// latin1 reads ISO 8859-1.
func latin1(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}
