package trust

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Bounds on a COSE message of somebody else.
const (
	maxMessage = 1 << 20
	maxHeader  = 64 << 10
)

// looseMode reads hostile CBOR as wallets write it: tags and indefinite lengths may stand inside, nothing may stand twice.
var looseMode = must(cbor.DecOptions{
	DupMapKey:            cbor.DupMapKeyEnforcedAPF,
	IntDec:               cbor.IntDecConvertSignedOrFail,
	MaxNestedLevels:      16,
	MaxArrayElements:     1024,
	MaxMapPairs:          1024,
	UTF8:                 cbor.UTF8RejectInvalid,
	UnrecognizedTagToAny: cbor.UnrecognizedTagContentToAny,
	FieldNameMatching:    cbor.FieldNameMatchingCaseSensitive,
}.DecMode())

// DecodeCBOR reads hostile CBOR: bounded depth and counts, no duplicate keys, no bytes after it. Raw values may share b.
func DecodeCBOR(b []byte, v any) error {
	if len(b) > maxMessage {
		return ErrTooLarge
	}
	if decodePlain(b, v) {
		return nil
	}
	if err := looseMode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrStructure, err)
	}
	return nil
}

// Labels is a map of header parameters or claims, still encoded.
type Labels map[any]cbor.RawMessage

// Number, Text and Blob give a label's value; ok is false where it is absent or of another type.
func (l Labels) Number(key any) (n int64, ok bool) {
	raw, there := l[key]
	return n, there && DecodeCBOR(raw, &n) == nil
}

// Text gives a text string.
func (l Labels) Text(key any) (s string, ok bool) {
	raw, there := l[key]
	if !there {
		return "", false
	}
	return CBORText(raw)
}

// CBORText is DecodeCBOR of a text string.
func CBORText(raw []byte) (string, bool) {
	if len(raw) == 0 || raw[0]>>5 != 3 {
		return "", false
	}
	p := plain{b: raw}
	if s, ok := p.text(); ok && p.at == len(raw) {
		return s, true
	}
	var s string
	err := DecodeCBOR(raw, &s)
	return s, err == nil
}

// Blob gives a byte string.
func (l Labels) Blob(key any) (b []byte, ok bool) {
	raw, there := l[key]
	return b, there && len(raw) > 0 && raw[0]>>5 == 2 && DecodeCBOR(raw, &b) == nil
}

// Sign1 is a COSE_Sign1 or a COSE_Mac0 (RFC 9052 §4.2, §6.2) of somebody else, taken apart. Nothing in it is proven.
//
//	[ protected : bstr .cbor map / h'', unprotected : map, payload : bstr / nil, signature or tag : bstr ]
//
// Real wallets write header values of other types than the standard says (kid as text); they are left alone.
type Sign1 struct {
	Protected   Labels
	Unprotected Labels
	Payload     []byte // nil: detached
	Signature   []byte
	head        []byte
}

// ParseSign1 takes a message apart, behind tags 61, 18 and 17 or none. It shares b.
func ParseSign1(b []byte) (*Sign1, error) {
	b = bytes.TrimPrefix(b, []byte{0xd8, 61})
	if len(b) > 0 && (b[0] == 0xd2 || b[0] == 0xd1) {
		b = b[1:]
	}
	m := plainSign1(b)
	if m == nil {
		var err error
		if m, err = looseSign1(b); err != nil {
			return nil, err
		}
	}
	if _, crit := m.Protected[int64(2)]; crit { // RFC 9052 §3.1: not understood means not accepted
		return nil, fmt.Errorf("%w: critical headers", ErrKey)
	}
	return m, nil
}

// plainSign1 reads a message that is written in the plain way; nil: it is not, or is broken.
func plainSign1(b []byte) *Sign1 {
	if len(b) == 0 || len(b) > maxMessage || b[0] != 0x84 {
		return nil
	}
	p, m := plain{b: b, at: 1}, &Sign1{}
	var ok [4]bool
	m.head, ok[0] = p.shared()
	m.Unprotected, ok[1] = readMap(&p, (*plain).label)
	m.Payload, ok[2] = p.shared()
	m.Signature, ok[3] = p.shared()
	if ok != [4]bool{true, true, true, true} || p.at != len(b) || len(m.head) > maxHeader {
		return nil
	}
	if len(m.head) > 0 && !decodePlain(m.head, &m.Protected) {
		return nil
	}
	return m
}

// looseSign1 has the library read it.
func looseSign1(b []byte) (*Sign1, error) {
	var a struct {
		_           struct{} `cbor:",toarray"`
		Protected   []byte
		Unprotected Labels
		Payload     cbor.RawMessage
		Signature   []byte
	}
	if len(b) == 0 || b[0] != 0x84 { // an array of four; null would decode into nothing
		return nil, fmt.Errorf("%w: not an array of four", ErrStructure)
	}
	if err := DecodeCBOR(b, &a); err != nil {
		return nil, err
	}
	m := &Sign1{Unprotected: a.Unprotected, Signature: a.Signature, head: a.Protected}
	if len(a.Payload) != 1 || a.Payload[0] != 0xf6 { // not nil: a byte string
		if len(a.Payload) == 0 || a.Payload[0]>>5 != 2 || DecodeCBOR(a.Payload, &m.Payload) != nil {
			return nil, fmt.Errorf("%w: payload", ErrStructure)
		}
		if m.Payload == nil {
			m.Payload = []byte{}
		}
	}
	if len(a.Protected) > maxHeader {
		return nil, ErrTooLarge
	}
	if len(a.Protected) > 0 {
		if err := DecodeCBOR(a.Protected, &m.Protected); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Algorithm is label 1 of the protected header, and never of the other. A number that no algorithm here has gives "".
func (m *Sign1) Algorithm() (Algorithm, error) {
	n, ok := m.Protected.Number(int64(1))
	if !ok {
		return "", fmt.Errorf("%w: no algorithm in the protected header", ErrStructure)
	}
	if n == 4 || n == 5 || n == 6 || n == 7 { // HMAC, RFC 9053 §3.1
		return "HS256", nil
	}
	return COSEAlgorithm(n), nil
}

// KeyID is label 4, from the protected header where it is there (RFC 9052 §3.1).
func (m *Sign1) KeyID() []byte {
	for _, l := range []Labels{m.Protected, m.Unprotected} {
		if k, ok := l.Blob(int64(4)); ok {
			return k
		}
		if k, ok := l.Text(int64(4)); ok {
			return []byte(k)
		}
	}
	return nil
}

// Chain is x5chain, label 33: one certificate or an array (RFC 9360 §2).
func (m *Sign1) Chain() ([][]byte, error) {
	for _, l := range []Labels{m.Protected, m.Unprotected} {
		raw, there := l[int64(33)]
		if !there {
			continue
		}
		if one, ok := l.Blob(int64(33)); ok {
			return [][]byte{one}, nil
		}
		var many [][]byte
		if err := DecodeCBOR(raw, &many); err != nil || len(many) == 0 {
			return nil, fmt.Errorf("%w: x5chain", ErrStructure)
		}
		return many, nil
	}
	return nil, nil
}

// Signed is what the signature or tag is over (RFC 9052 §4.4, §6.3): context is "Signature1" or "MAC0". A nil payload
// means the message's own.
func (m *Sign1) Signed(context string, payload []byte) []byte {
	if payload == nil {
		payload = m.Payload
	}
	head := m.head
	if bytes.Equal(head, []byte{0xa0}) { // an empty header counts as an empty byte string
		head = nil
	}
	b := make([]byte, 0, 32+len(head)+len(payload))
	b = append(appendHead(append(b, 0x84), 3, uint64(len(context))), context...)
	b = append(appendHead(b, 2, uint64(len(head))), head...)
	return append(appendHead(append(b, 0x40), 2, uint64(len(payload))), payload...)
}
