package trust

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// typStatusJWT is the type of a status list as JWT, draft-ietf-oauth-status-list-21 §5.1.
const typStatusJWT = "statuslist+jwt"

// foreign takes what a status list claims, and proves that somebody held here signed it while his certificate was in force.
type foreign struct {
	claim    Claim
	uri      string
	iat, exp time.Time
	ttl      uint64
	list     *StatusList
}

// prove gives the list under the name of whose credentials it counts for (see JudgeStatusOf).
func (f *foreign) prove(s *Store) (*StatusList, *Signer, error) {
	if f.uri == "" || f.iat.IsZero() || !validDates(f.iat.Unix(), unixOrZero(f.exp)) {
		return nil, nil, fmt.Errorf("%w: status list: sub, iat or exp", ErrStructure)
	}
	f.claim.At, f.claim.list = f.iat, true
	signer, checks := s.listProvers().Prove(f.claim)
	for _, c := range checks {
		if signer == nil && c.Reason != "" && !c.Optional {
			kind := ErrUnknown
			if c.Name == CheckSignature || c.Name == "algorithm" {
				kind = ErrSignature
			}
			return nil, nil, fmt.Errorf("%w: status list: %s: %s", kind, c.Name, c.Reason)
		}
	}
	if signer == nil {
		return nil, nil, fmt.Errorf("%w: status list", ErrUnknown)
	}
	l := f.list
	l.Issuer, l.URI, l.MadeAt, l.NotAfter = strings.TrimPrefix(signer.realm(), "institution "), f.uri, f.iat, f.exp
	l.TTL = time.Duration(min(f.ttl, maxTTL)) * time.Second
	return l, signer, nil
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// addForeign takes a list that was proven.
func (s *Store) addForeign(l *StatusList, by *Signer, source string) error {
	if by == nil {
		return ErrUnknown
	}
	return s.AddStatus(l, source)
}

// parseForeignCWT reads a status list (§5.2) that no institution file held here vouches for.
func (s *Store) parseForeignCWT(b []byte) (*StatusList, *Signer, error) {
	m, err := ParseSign1(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnknownFile, err)
	}
	if typ, _ := m.Protected.Text(int64(16)); typ != typStatus {
		return nil, nil, fmt.Errorf("%w: another type", ErrUnknownFile)
	}
	var c statusClaims
	if err := DecodeCBOR(m.Payload, &c); err != nil {
		return nil, nil, err
	}
	if c.List == nil || !validDates(c.Iat, c.Exp) {
		return nil, nil, fmt.Errorf("%w: status list", ErrStructure)
	}
	f := foreign{uri: c.Sub, iat: time.Unix(c.Iat, 0).UTC(), ttl: c.TTL}
	if c.Exp != 0 {
		f.exp = time.Unix(c.Exp, 0).UTC()
	}
	if f.list, err = unpack(c.List); err != nil {
		return nil, nil, err
	}
	f.claim = Claim{KeyID: m.KeyID(), Message: m.Signed("Signature1", nil), Signature: m.Signature}
	if f.claim.Algorithm, err = m.Algorithm(); err != nil {
		return nil, nil, err
	}
	if f.claim.Chain, err = m.Chain(); err != nil {
		return nil, nil, err
	}
	return f.prove(s)
}

// addJWT takes a signed list in JSON: statuses, a bitstring of the W3C, or trusted entities.
func (s *Store) addJWT(text string, snap Snapshot) error {
	j, err := parseJWS(text, maxList, "sigT", "iat")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknownFile, err)
	}
	body, err := decodeJSON(j.Payload, maxList)
	p, ok := body.(map[string]any)
	if err != nil || !ok {
		return fmt.Errorf("%w: payload", ErrStructure)
	}
	typ, _ := j.Header["typ"].(string)
	typ = strings.TrimPrefix(typ, "application/")
	switch {
	case typ == typStatusJWT:
		l, by, err := s.parseStatusJWT(j, p)
		if err != nil {
			return err
		}
		return s.addForeign(l, by, snap.Source)
	case p["LoTE"] != nil || p["ListAndSchemeInformation"] != nil:
		l, err := openLoTE(j, p)
		if err != nil {
			return err
		}
		return s.AddLoTE(l, snap.Source)
	case p["credentialSubject"] != nil:
		l, by, err := s.parseBitstring(j, p)
		if err != nil {
			return err
		}
		return s.addForeign(l, by, snap.Source)
	}
	return fmt.Errorf("%w: a JWT of another kind", ErrUnknownFile)
}

// parseStatusJWT reads §5.1: { sub, iat, ? exp, ? ttl, status_list: { bits, lst: base64url(zlib) } }.
func (s *Store) parseStatusJWT(j *JWS, p map[string]any) (*StatusList, *Signer, error) {
	m, _ := p["status_list"].(map[string]any)
	bits, okBits := whole(m["bits"])
	lst, okList := m["lst"].(string)
	packed, err := DecodeBase64URL(lst)
	if !okBits || !okList || err != nil {
		return nil, nil, fmt.Errorf("%w: status_list", ErrStructure)
	}
	f := foreign{}
	if f.list, err = unpack(&listMap{Bits: int(min(bits, 64)), List: packed}); err != nil {
		return nil, nil, err
	}
	f.uri, _ = p["sub"].(string)
	f.ttl, _ = whole(p["ttl"])
	for name, t := range map[string]*time.Time{"iat": &f.iat, "exp": &f.exp} {
		if v, there := p[name]; there {
			n, ok := whole(v)
			if !ok || n > maxDate {
				return nil, nil, fmt.Errorf("%w: %s", ErrStructure, name)
			}
			*t = time.Unix(int64(n), 0).UTC()
		}
	}
	if f.claim, err = j.Claim(); err != nil {
		return nil, nil, err
	}
	f.claim.Issuer, _ = p["iss"].(string)
	return f.prove(s)
}

// whole reads a number that is not negative; a fraction of a second (RFC 7519 §2) is cut off.
func whole(v any) (uint64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	if err != nil || math.IsNaN(f) || f < 0 || f >= 1<<53 {
		return 0, false
	}
	return uint64(f), true
}

// parseBitstring reads a BitstringStatusListCredential of the W3C (Bitstring Status List v1.0 §2.2, secured as in VC-JOSE-COSE):
// encodedList is multibase "u", base64url of GZIP, the first status in the most significant bit. Its name is that of the
// credential and its purpose: BitstringName.
func (s *Store) parseBitstring(j *JWS, p map[string]any) (*StatusList, *Signer, error) {
	subject, _ := p["credentialSubject"].(map[string]any)
	if t, _ := subject["type"].(string); t != "BitstringStatusList" {
		return nil, nil, fmt.Errorf("%w: a credential that is no status list", ErrUnknownFile)
	}
	purpose, _ := subject["statusPurpose"].(string)
	encoded, _ := subject["encodedList"].(string)
	id, _ := p["id"].(string)
	text, multibase := strings.CutPrefix(encoded, "u")
	packed, err := DecodeBase64URL(text)
	if !multibase || err != nil || purpose == "" || id == "" {
		return nil, nil, fmt.Errorf("%w: bitstring status list", ErrStructure)
	}
	f := foreign{uri: BitstringName(id, purpose), list: &StatusList{bits: 1, first: true}}
	if f.list.data, err = gunzip(packed); err != nil {
		return nil, nil, err
	}
	for name, t := range map[string]*time.Time{"validFrom": &f.iat, "validUntil": &f.exp} {
		if v, there := p[name].(string); there {
			if *t, err = time.Parse(time.RFC3339, v); err != nil {
				return nil, nil, fmt.Errorf("%w: %s", ErrStructure, name)
			}
			*t = t.UTC()
		}
	}
	if ms, ok := whole(subject["ttl"]); ok { // milliseconds
		f.ttl = ms / 1000
	}
	if f.claim, err = j.Claim(); err != nil {
		return nil, nil, err
	}
	f.claim.Issuer = issuerOf(p["issuer"])
	return f.prove(s)
}

// BitstringName names the list of one purpose in a status list credential.
func BitstringName(credential, purpose string) string { return credential + "#" + purpose }

// issuerOf reads issuer: a URL, or an object with one as id.
func issuerOf(v any) string {
	if m, ok := v.(map[string]any); ok {
		v = m["id"]
	}
	s, _ := v.(string)
	return s
}

func gunzip(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: bitstring status list: %w", ErrStructure, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxStatusBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: bitstring status list: %w", ErrStructure, err)
	case len(data) > maxStatusBytes:
		return nil, ErrTooLarge
	}
	return data, nil
}
