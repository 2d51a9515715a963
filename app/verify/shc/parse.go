package shc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
)

// Bounds on cards. A QR code of version 40 holds 7,089 digits; a file may hold more than a code.
const (
	prefix     = "shc:/"
	maxInput   = 256 << 10
	maxPayload = 512 << 10
	maxCards   = 8
	maxShown   = 64 // FHIR resources that are looked at
)

// cards gives the JWS texts of an input.
func cards(b []byte) ([]string, error) {
	if len(b) > maxInput {
		return nil, ErrTooLarge
	}
	b = bytes.TrimSpace(b)
	if isCode(b) {
		s, err := denumber(string(b[len(prefix):]))
		return []string{s}, err
	}
	if !isFile(b) {
		return nil, ErrUnreadable
	}
	m, err := trust.DecodeObject(b)
	if err != nil {
		return nil, ErrUnreadable
	}
	list, ok := m["verifiableCredential"].([]any)
	if !ok || len(list) == 0 || len(list) > maxCards {
		return nil, fmt.Errorf("%w: verifiableCredential", ErrStructure)
	}
	var out []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("%w: verifiableCredential", ErrStructure)
		}
		out = append(out, s)
	}
	return out, nil
}

func isCode(b []byte) bool {
	return len(b) > len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

func isFile(b []byte) bool {
	return bytes.HasPrefix(b, []byte("{")) && bytes.Contains(b[:min(len(b), 512)], []byte(`"verifiableCredential"`))
}

// denumber turns pairs of digits into characters.
func denumber(digits string) (string, error) {
	if strings.Contains(digits, "/") {
		return "", ErrChunks
	}
	if len(digits)%2 != 0 {
		return "", fmt.Errorf("%w: odd number of digits", ErrUnreadable)
	}
	out := make([]byte, 0, len(digits)/2)
	for i := 0; i < len(digits); i += 2 {
		a, b := digits[i]-'0', digits[i+1]-'0'
		if a > 9 || b > 9 || 10*a+b > 'z'-45 {
			return "", fmt.Errorf("%w: digit %d", ErrUnreadable, i)
		}
		out = append(out, 10*a+b+45)
	}
	return string(out), nil
}

// card is one health card taken apart. Nothing in it is proven.
type card struct {
	jws      *trust.JWS
	payload  map[string]any
	types    []string
	exp, nbf time.Time // zero: absent
}

func parse(text string) (*card, error) {
	j, err := trust.ParseJWS(text)
	if err != nil {
		return nil, err
	}
	if zip, _ := j.Header["zip"].(string); zip != "DEF" {
		return nil, fmt.Errorf("%w: zip", ErrStructure)
	}
	if _, chain := j.Header["x5c"]; chain { // the framework's x5c goes with the JWK set, not with the card
		return nil, fmt.Errorf("%w: x5c in a card", ErrStructure)
	}
	plain, err := inflate(j.Payload)
	if err != nil {
		return nil, err
	}
	c := &card{jws: j}
	if c.payload, err = trust.DecodeObject(plain); err != nil {
		return nil, err
	}
	if c.exp, err = numericDate(c.payload, "exp"); err != nil {
		return nil, err
	}
	if c.nbf, err = numericDate(c.payload, "nbf"); err != nil {
		return nil, err
	}
	if iss, _ := c.payload["iss"].(string); iss == "" || c.nbf.IsZero() {
		return nil, fmt.Errorf("%w: iss or nbf", ErrStructure)
	}
	vc, _ := c.payload["vc"].(map[string]any)
	types, _ := vc["type"].([]any)
	for _, t := range types {
		if s, ok := t.(string); ok {
			c.types = append(c.types, s)
		}
	}
	return c, nil
}

// inflate bounds what comes out, and wants the stream to end with the bytes.
func inflate(b []byte) ([]byte, error) {
	plain, err := verify.Inflate(b, maxPayload)
	switch {
	case errors.Is(err, verify.ErrTooLong):
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: DEFLATE", ErrStructure)
	}
	return plain, nil
}

func numericDate(m map[string]any, name string) (time.Time, error) {
	v, there := m[name]
	if !there {
		return time.Time{}, nil
	}
	n, ok := v.(json.Number)
	f, err := n.Float64()
	if !ok || err != nil || math.IsNaN(f) || f <= 0 || f >= 253402300800 {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	return time.Unix(int64(f), 0).UTC(), nil
}
