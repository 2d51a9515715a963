package vcjose

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
)

// Bounds on a credential.
const (
	maxMessage  = 512 << 10
	maxSubjects = 16
	maxStatuses = 8
)

// Envelopes.
const (
	jose = "vc+jwt"
	sd   = "vc+sd-jwt"
	cose = "vc+cose"
)

// credential is an enveloped credential taken apart. Nothing in it is proven.
type credential struct {
	envelope    string
	typ         string // of the header, without "application/"; "": none
	contentType string // of COSE
	claim       trust.Claim
	doc         map[string]any // the credential; claims of the envelope stand beside its own
}

// envelopeOf tells cheaply which envelope the bytes may be; "" for none.
func envelopeOf(b []byte) string {
	if len(b) == 0 || len(b) > maxMessage {
		return ""
	}
	if isCOSE(b) {
		return cose
	}
	b = bytes.TrimSpace(b)
	if !bytes.HasPrefix(b, []byte("eyJ")) {
		return ""
	}
	token, _, selective := bytes.Cut(b, []byte("~"))
	first, rest, _ := bytes.Cut(token, []byte("."))
	second, third, ok := bytes.Cut(rest, []byte("."))
	if !ok || bytes.IndexByte(third, '.') >= 0 {
		return ""
	}
	head, err := trust.DecodeBase64URL(string(first))
	if err != nil {
		return ""
	}
	payload, err := trust.DecodeBase64URL(string(second))
	return kindOf(head, payload, err == nil, selective)
}

// kindOf tells which envelope a JWS is.
func kindOf(head, payload []byte, readable, selective bool) string {
	model := readable && bytes.Contains(payload, []byte(`"@context"`))
	switch {
	case selective && model:
		return sd
	case !selective && (model || bytes.Contains(head, []byte(jose)) || bytes.Contains(head, []byte("vp+jwt"))):
		return jose
	}
	return ""
}

// isCOSE: a COSE_Sign1 whose payload is a JSON object with a context, or whose header says that it is a credential.
func isCOSE(b []byte) bool {
	tagged := bytes.TrimPrefix(b, []byte{0xd8, 61})
	if len(tagged) > 0 && tagged[0] == 0xd2 {
		tagged = tagged[1:]
	}
	if len(tagged) < 8 || tagged[0] != 0x84 || tagged[1]>>5 != 2 {
		return false
	}
	return bytes.Contains(tagged, []byte(`"@context"`)) || bytes.Contains(tagged[:min(len(tagged), 512)], []byte("application/vc"))
}

// open takes the bytes of an envelope apart, once. It gives the envelope that they may be, "" where they are none.
func open(b []byte) (envelope string, c *credential, err error) {
	if len(b) == 0 || len(b) > maxMessage {
		return "", nil, nil
	}
	if isCOSE(b) {
		c, err = openCOSE(b)
		return cose, c, err
	}
	text := bytes.TrimSpace(b)
	if !bytes.HasPrefix(text, []byte("eyJ")) {
		return "", nil, nil
	}
	token, _, selective := strings.Cut(string(text), "~")
	j, err := trust.ParseJWS(token)
	if err != nil {
		return envelopeOf(b), nil, err
	}
	if envelope = kindOf(j.RawHeader, j.Payload, true, selective); envelope != "" {
		c, err = openJOSE(j, envelope)
	}
	return envelope, c, err
}

func openJOSE(j *trust.JWS, envelope string) (c *credential, err error) {
	c = &credential{envelope: envelope}
	if c.claim, err = j.Claim(); err != nil {
		return nil, err
	}
	typ, _ := j.Header["typ"].(string)
	c.typ = mediaType(typ)
	if cty, there := j.Header["cty"]; there {
		s, _ := cty.(string)
		c.contentType = mediaType(s)
	}
	c.doc, err = trust.DecodeObject(j.Payload)
	return c, err
}

func openCOSE(b []byte) (*credential, error) {
	m, err := trust.ParseSign1(b)
	if err != nil {
		return nil, err
	}
	c := &credential{envelope: cose}
	if c.claim.Algorithm, err = m.Algorithm(); err != nil {
		return nil, err
	}
	if c.claim.Chain, err = m.Chain(); err != nil {
		return nil, err
	}
	c.claim.KeyID, c.claim.Signature, c.claim.Message = m.KeyID(), m.Signature, m.Signed("Signature1", nil)
	typ, _ := m.Protected.Text(int64(16)) // RFC 9596
	c.typ = mediaType(typ)
	content, _ := m.Protected.Text(int64(3))
	c.contentType = mediaType(content)
	if len(m.Payload) == 0 {
		return nil, fmt.Errorf("%w: no payload", ErrStructure)
	}
	c.doc, err = trust.DecodeObject(m.Payload)
	return c, err
}

// mediaType leaves "application/" out, as RFC 7515 §4.1.9 lets senders do, and takes any case (RFC 2045 §5.1).
func mediaType(s string) string { return strings.TrimPrefix(strings.ToLower(s), "application/") }

// stamp reads dateTimeStamp of XML Schema 1.1: RFC 3339 with a zone.
func stamp(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	return t.UTC(), nil
}

// strings of a value that is one or several.
func several(v any) (out []string, ok bool) {
	switch x := v.(type) {
	case string:
		return []string{x}, true
	case []any:
		for _, e := range x {
			s, isText := e.(string)
			if !isText {
				return nil, false
			}
			out = append(out, s)
		}
		return out, len(out) > 0
	}
	return nil, false
}

// issuer gives id and name of the issuer (VCDM §4.7).
func (c *credential) issuer() (id, name string) {
	switch x := c.doc["issuer"].(type) {
	case string:
		return x, ""
	case map[string]any:
		id, _ = x["id"].(string)
		name, _ = x["name"].(string)
	}
	return id, name
}

// subjects gives them as objects (VCDM §4.8).
func (c *credential) subjects() (out []map[string]any, ok bool) {
	list := []any{c.doc["credentialSubject"]}
	if many, several := c.doc["credentialSubject"].([]any); several {
		list = many
	}
	if len(list) > maxSubjects {
		return nil, false
	}
	for _, e := range list {
		m, isObject := e.(map[string]any)
		if !isObject || len(m) == 0 {
			return nil, false
		}
		out = append(out, m)
	}
	return out, len(out) > 0
}

// isURL tells whether s has a scheme and something behind it (VCDM §4.4).
func isURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	odd := func(r rune) bool { return r <= ' ' || r == 0x7f }
	return ok && scheme != "" && rest != "" && !strings.ContainsFunc(s, odd) &&
		!slices.ContainsFunc([]rune(scheme), func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '-' || r == '.')
		})
}
