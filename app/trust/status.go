package trust

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	typStatus      = "application/statuslist+cwt"
	typDelegations = "application/bangban-delegations+cwt"
	maxStatusBytes = 8 << 20 // after inflation: 64 million statuses of one bit
)

// StatusList is a Token Status List (draft-ietf-oauth-status-list-21 §4): an array of statuses of 1, 2, 4 or 8 bits,
// packed from the least significant bit of each byte.
type StatusList struct {
	Issuer   string // name of the institution that signed it; set by ParseStatusCWT
	URI      string // sub: where it is published, and what a voucher names
	MadeAt   time.Time
	NotAfter time.Time     // zero: none
	TTL      time.Duration // for how long whoever fetched it may keep it before asking again; zero: not said
	bits     int
	first    bool // one bit each, from the most significant one of each byte
	data     []byte
}

// NewStatusList makes a list of at least n statuses, all 0 (valid). An index outside the list is an answer of its own, so
// a list covers every index that was given out, also while nothing has been revoked.
func NewStatusList(uri string, bits, n int) (*StatusList, error) {
	if !validBits(bits) {
		return nil, ErrBits
	}
	if n < 0 || n > maxStatusBytes*8/bits {
		return nil, ErrTooLarge
	}
	return &StatusList{URI: uri, bits: bits, data: make([]byte, (n*bits+7)/8)}, nil
}

func validBits(bits int) bool { return bits == 1 || bits == 2 || bits == 4 || bits == 8 }

// Len is how many statuses the list holds.
func (l *StatusList) Len() uint64 { return uint64(len(l.data)) * 8 / uint64(l.bits) }

// At gives the status at index, and whether the list reaches that far.
func (l *StatusList) At(index uint64) (value uint8, listed bool) {
	if index >= l.Len() {
		return 0, false
	}
	bit := index * uint64(l.bits)
	if l.first {
		return l.data[bit/8] >> (7 - bit%8) & 1, true
	}
	return l.data[bit/8] >> (bit % 8) & (1<<l.bits - 1), true
}

// Set changes a status of a list that is being made. It is an error outside the list or where bits do not hold value.
func (l *StatusList) Set(index uint64, value uint8) error {
	if index >= l.Len() || int(value) >= 1<<l.bits {
		return fmt.Errorf("%w: index or value", ErrBits)
	}
	bit := index * uint64(l.bits)
	mask := byte(1<<l.bits-1) << (bit % 8)
	l.data[bit/8] = l.data[bit/8]&^mask | value<<(bit%8)
	return nil
}

// Snapshot says what the list is and how old.
func (l *StatusList) Snapshot(source string) Snapshot {
	return Snapshot{Kind: KindStatus, Name: l.URI, Source: source, MadeAt: l.MadeAt, NotAfter: l.NotAfter}
}

// listMap is the status list claim (§4.3): { "bits": uint, "lst": bstr }.
type listMap struct {
	Bits int    `cbor:"bits"`
	List []byte `cbor:"lst"`
	// AggregationURI (§9.3) is where a network would be asked; it is read and not used.
	AggregationURI string `cbor:"aggregation_uri,omitempty"`
}

type statusClaims struct {
	Sub  string   `cbor:"2,keyasint"`
	Exp  int64    `cbor:"4,keyasint,omitempty"`
	Iat  int64    `cbor:"6,keyasint"`
	List *listMap `cbor:"65533,keyasint"`
	TTL  uint64   `cbor:"65534,keyasint,omitempty"`
}

// SignStatusCWT signs the list with the issuing key of an institution.
func SignStatusCWT(rand io.Reader, l *StatusList, issuingKey crypto.Signer, issuing *x509.Certificate) ([]byte, error) {
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(l.data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	c := statusClaims{Sub: l.URI, Iat: l.MadeAt.Unix(), List: &listMap{Bits: l.bits, List: packed.Bytes()}, TTL: uint64(l.TTL / time.Second)}
	if !l.NotAfter.IsZero() {
		c.Exp = l.NotAfter.Unix()
	}
	return sealList(rand, issuingKey, issuing, typStatus, c)
}

// ParseStatusCWT reads a status list and verifies that one of the institutions signed it.
func ParseStatusCWT(msg []byte, issuers []*Institution) (*StatusList, error) {
	payload, by, err := openList(msg, typStatus, issuers)
	if err != nil {
		return nil, err
	}
	var c statusClaims
	if err := decMode.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("%w: status list: %w", ErrStructure, err)
	}
	if c.Sub == "" || c.List == nil || !validDates(c.Iat, c.Exp) {
		return nil, fmt.Errorf("%w: status list: sub, iat or list", ErrStructure)
	}
	l, err := unpack(c.List)
	if err != nil {
		return nil, err
	}
	l.Issuer, l.URI, l.MadeAt = by.Name, c.Sub, time.Unix(c.Iat, 0).UTC()
	if c.Exp != 0 {
		l.NotAfter = time.Unix(c.Exp, 0).UTC()
	}
	l.TTL = time.Duration(min(c.TTL, maxTTL)) * time.Second
	if err := by.inForce(l.MadeAt); err != nil {
		return nil, err
	}
	return l, nil
}

const maxTTL = 10 * 365 * 24 * 3600 // seconds

const maxDate = 253402300799 // the last second of the year 9999

func validDates(iat, exp int64) bool {
	return iat > 0 && iat <= maxDate && (exp == 0 || exp > iat && exp <= maxDate)
}

// unpack inflates the array (§4.1: DEFLATE in the ZLIB format).
func unpack(m *listMap) (*StatusList, error) {
	if !validBits(m.Bits) {
		return nil, ErrBits
	}
	src := bytes.NewReader(m.List)
	r, err := zlib.NewReader(src)
	if err != nil {
		return nil, fmt.Errorf("%w: status list: %w", ErrStructure, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxStatusBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: status list: %w", ErrStructure, err)
	case len(data) > maxStatusBytes:
		return nil, ErrTooLarge
	case src.Len() > 0:
		return nil, fmt.Errorf("%w: status list: %w", ErrStructure, errors.New("bytes after the stream"))
	}
	return &StatusList{bits: m.Bits, data: data}, nil
}
