package trust

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on JSON of somebody else.
const (
	maxJSONDepth  = 24
	maxJSONValues = 20000
)

// DecodeJSON reads hostile JSON into maps, slices, strings, json.Number, bool and nil: bounded depth and counts, no name
// twice in an object, nothing behind it, valid UTF-8.
func DecodeJSON(b []byte) (any, error) { return decodeJSON(b, maxMessage) }

func decodeJSON(b []byte, limit int) (any, error) {
	if len(b) > limit {
		return nil, ErrTooLarge
	}
	if !utf8.Valid(b) {
		return nil, errJSON
	}
	d := jsonReader{b: string(b), apart: limit > maxMessage, limit: max(maxJSONValues, (limit-maxMessage)/64)}
	return d.whole()
}

// DecodeObject is DecodeJSON of an object.
func DecodeObject(b []byte) (map[string]any, error) {
	v, err := DecodeJSON(b)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: not a JSON object", ErrStructure)
	}
	return m, nil
}

// The two alphabets, strictly: one text for the same bytes. Nobody changes them.
var strictURL, strictStd = base64.RawURLEncoding.Strict(), base64.StdEncoding.Strict()

// DecodeBase64URL is base64url without padding (RFC 7515 §2), strictly: one text for the same bytes.
func DecodeBase64URL(s string) ([]byte, error) {
	if strings.IndexByte(s, '\r') >= 0 || strings.IndexByte(s, '\n') >= 0 { // which the library skips
		return nil, fmt.Errorf("%w: base64url", ErrStructure)
	}
	b, err := strictURL.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: base64url", ErrStructure)
	}
	return b, nil
}

// JWS is a JWS in compact serialization (RFC 7515 §3.1), taken apart. Nothing in it is proven.
type JWS struct {
	Header    map[string]any
	RawHeader []byte // in JSON, as it was signed
	Payload   []byte
	Signature []byte
	signed    string
}

// ParseJWS takes a compact JWS apart. Critical headers are refused: none is understood.
func ParseJWS(s string) (*JWS, error) { return parseJWS(s, maxMessage) }

// parseJWS takes the critical headers that are understood.
func parseJWS(s string, limit int, understood ...string) (*JWS, error) {
	if len(s) > limit {
		return nil, ErrTooLarge
	}
	first, rest, ok := strings.Cut(s, ".")
	second, third, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || strings.IndexByte(third, '.') >= 0 {
		return nil, fmt.Errorf("%w: not a compact JWS", ErrStructure)
	}
	head, err := DecodeBase64URL(first)
	if err != nil {
		return nil, err
	}
	j := &JWS{RawHeader: head, signed: s[:len(s)-len(third)-1]}
	if j.Header, err = DecodeObject(head); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if j.Payload, err = DecodeBase64URL(second); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	if j.Signature, err = DecodeBase64URL(third); err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	crit, there := j.Header["crit"] // §4.1.11
	list, _ := crit.([]any)
	if there && (len(understood) == 0 || len(list) == 0) {
		return nil, fmt.Errorf("%w: critical headers", ErrKey)
	}
	for _, name := range list {
		if n, ok := name.(string); !ok || !slices.Contains(understood, n) {
			return nil, fmt.Errorf("%w: critical headers", ErrKey)
		}
	}
	return j, nil
}

// Claim is what the JWS says about its signature. Certificates come from x5c (§4.1.6) and from nowhere else: keys and
// addresses in the header (jwk, jku, x5u) are what a forger would give.
func (j *JWS) Claim() (Claim, error) {
	alg, ok := j.Header["alg"].(string)
	if !ok {
		return Claim{}, fmt.Errorf("%w: no algorithm", ErrStructure)
	}
	c := Claim{Algorithm: Algorithm(alg), Message: []byte(j.signed), Signature: j.Signature}
	if kid, ok := j.Header["kid"].(string); ok {
		c.KeyID = []byte(kid)
	}
	raw, there := j.Header["x5c"]
	if !there {
		return c, nil
	}
	list, ok := raw.([]any)
	if !ok || len(list) == 0 || len(list) > maxChain {
		return Claim{}, fmt.Errorf("%w: x5c", ErrStructure)
	}
	for _, e := range list {
		s, _ := e.(string)
		der, err := strictStd.DecodeString(s)
		if err != nil || len(der) == 0 {
			return Claim{}, fmt.Errorf("%w: x5c", ErrStructure)
		}
		c.Chain = append(c.Chain, der)
	}
	return c, nil
}

// JWKPublicKey reads one JWK that was decoded by DecodeJSON.
func JWKPublicKey(m map[string]any) (any, error) {
	s := func(name string) string { v, _ := m[name].(string); return v }
	if s("d") != "" {
		return nil, fmt.Errorf("%w: a private key", ErrKey)
	}
	return jwk{KTY: s("kty"), CRV: s("crv"), X: s("x"), Y: s("y"), N: s("n"), E: s("e")}.public()
}
