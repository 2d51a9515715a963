package claim169

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// credential is a foreign Claim 169. Nothing in it is proven.
type credential struct {
	alg           int64
	issuer        string
	audience      []string
	exp, nbf, iat time.Time // zero: absent
	hasStatus     bool
	identity      labels
	faces         int
}

// foreign judges a credential of somebody else.
func foreign(m *message, err error, req verify.Request) *verify.Result {
	var c *credential
	if err == nil {
		c, err = m.credential()
	}
	switch {
	case errors.Is(err, ErrEncrypted), errors.Is(err, errAlgorithm):
		return verify.NewResult(FormatForeign, req.At,
			[]check.Check{check.Unsure(voucher.CheckStructure, check.NotSupported, err.Error())})
	case err != nil:
		return verify.NewResult(FormatForeign, req.At,
			[]check.Check{check.Fail(voucher.CheckStructure, check.Structure, err.Error())})
	}
	checks := []check.Check{check.Pass(voucher.CheckStructure, "")}
	key, proof := m.prove(c.alg, req.Anchors)
	checks = append(checks, proof...)
	checks = append(checks, c.judge(req)...)
	r := verify.NewResult(FormatForeign, req.At, checks)
	if key != nil {
		r.Claims = c.claims()
		r.Trust = rests(req, key.Name)
	}
	return r
}

// prove takes the checks issuer and signature, and gives the key where both passed.
func (m *message) prove(alg int64, store *trust.Store) (*trust.Key, []check.Check) {
	if len(m.signature) == 0 {
		return nil, []check.Check{check.Unsure(voucher.CheckIssuer, check.NotChecked, ""),
			check.Fail(voucher.CheckSignature, check.WrongSignature, "empty")}
	}
	kid := m.kid()
	var named bool // a key of this very kid is held
	if store != nil {
		for _, k := range store.Keys() {
			same := len(kid) > 0 && bytes.Equal(k.ID, kid)
			if !same && len(kid) > 0 && len(k.ID) > 0 || !fits(alg, k.Public) {
				continue
			}
			named = named || same
			if m.verify(alg, k.Public) {
				return &k, []check.Check{check.Pass(voucher.CheckIssuer, k.Name), check.Pass(voucher.CheckSignature, k.Name)}
			}
		}
	}
	detail := fmt.Sprintf("key %x", kid)
	if named {
		return nil, []check.Check{check.Pass(voucher.CheckIssuer, detail), check.Fail(voucher.CheckSignature, check.WrongSignature, detail)}
	}
	return nil, []check.Check{check.Unsure(voucher.CheckIssuer, check.UnknownIssuer, detail), check.Unsure(voucher.CheckSignature, check.NotChecked, "")}
}

func rests(req verify.Request, key string) []verify.Freshness {
	for _, s := range req.Anchors.Snapshots() {
		if s.Kind == trust.KindKey && s.Name == key {
			return []verify.Freshness{s.Freshness(req.At)}
		}
	}
	return nil
}

var errAlgorithm = errors.New("claim169: algorithm not supported")

// credential reads the claims.
func (m *message) credential() (*credential, error) {
	alg, ok := m.protected.number(1) // never from the unprotected header
	if !ok {
		return nil, fmt.Errorf("%w: no algorithm in the protected header", ErrStructure)
	}
	if alg != algES256 && alg != algES384 && alg != algEdDSA {
		return nil, fmt.Errorf("%w: %d", errAlgorithm, alg)
	}
	if _, crit := m.protected[int64(2)]; crit { // RFC 9052 §3.1: not understood means not accepted
		return nil, fmt.Errorf("%w: critical headers", errAlgorithm)
	}
	var claims labels
	if err := decMode.Unmarshal(m.payload, &claims); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrStructure, err)
	}
	if _, terms := claims[int64(-70001)]; terms {
		// Else a single key that somebody trusts would stand for what its delegation bounds.
		return nil, fmt.Errorf("%w: a voucher without its delegation", ErrStructure)
	}
	c := &credential{alg: alg}
	c.issuer, _ = claims.text(1)
	var err error
	if c.audience, err = audience(claims); err != nil {
		return nil, err
	}
	for key, t := range map[int64]*time.Time{4: &c.exp, 5: &c.nbf, 6: &c.iat} {
		if *t, err = numericDate(claims, key); err != nil {
			return nil, err
		}
	}
	_, c.hasStatus = claims[int64(65535)]
	return c, c.readIdentity(claims)
}

// readIdentity takes claim 169 as a map, or as a byte string that holds one.
func (c *credential) readIdentity(claims labels) error {
	raw, there := claims[int64(169)]
	if !there {
		return fmt.Errorf("%w: no claim 169", ErrStructure)
	}
	if inner, ok := claims.blob(169); ok {
		raw = inner
	}
	if err := decMode.Unmarshal(raw, &c.identity); err != nil {
		return fmt.Errorf("%w: claim 169: %w", ErrStructure, err)
	}
	if face, there := c.identity[int64(62)]; there {
		var many []labels
		var one labels
		switch {
		case decMode.Unmarshal(face, &many) == nil:
			c.faces = len(many)
		case decMode.Unmarshal(face, &one) == nil:
			c.faces = 1
		default:
			return fmt.Errorf("%w: face", ErrStructure)
		}
	}
	return nil
}

// audience is one text or an array of them (RFC 8392 §3.1.3).
func audience(claims labels) ([]string, error) {
	raw, there := claims[int64(3)]
	if !there {
		return nil, nil
	}
	if one, ok := claims.text(3); ok {
		return []string{one}, nil
	}
	var many []string
	if err := decMode.Unmarshal(raw, &many); err != nil {
		return nil, fmt.Errorf("%w: audience", ErrStructure)
	}
	return many, nil
}

// numericDate reads whole or broken seconds, with or without tag 1 (RFC 8392 §2).
func numericDate(claims labels, key int64) (time.Time, error) {
	raw, there := claims[key]
	if !there {
		return time.Time{}, nil
	}
	var v float64
	raw = cbor.RawMessage(bytes.TrimPrefix(raw, []byte{0xc1}))
	if err := decMode.Unmarshal(raw, &v); err != nil || !(v > 0 && v < 253402300800) {
		return time.Time{}, fmt.Errorf("%w: date in claim %d", ErrStructure, key)
	}
	return time.Unix(int64(v), 0).UTC(), nil
}

// judge takes the checks time, audience, nonce where asked for, and status.
func (c *credential) judge(req verify.Request) []check.Check {
	checks := []check.Check{c.judgeTime(req), c.judgeAudience(req)}
	if req.Nonce != "" {
		checks = append(checks, check.Fail(voucher.CheckNonce, voucher.ReasonWrongNonce, "none"))
	}
	// A list of a foreign issuer would have to be signed by it; none such is held.
	status := check.Unsure(voucher.CheckStatus, check.NoList, "")
	status.Optional = true
	if c.hasStatus {
		checks = append(checks, status)
	}
	return checks
}

func (c *credential) judgeTime(req verify.Request) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure(voucher.CheckTime, check.ClockUnsure, "")
	case !c.exp.IsZero() && !req.At.Before(c.exp):
		return check.Fail(voucher.CheckTime, check.Expired, date(c.exp))
	case req.At.Add(voucher.Skew).Before(c.nbf):
		return check.Fail(voucher.CheckTime, check.NotYetValid, date(c.nbf))
	case c.exp.IsZero():
		return check.Pass(voucher.CheckTime, "has no end")
	}
	return check.Pass(voucher.CheckTime, date(c.exp))
}

func (c *credential) judgeAudience(req verify.Request) check.Check {
	shown := clean(strings.Join(c.audience, " "))
	if req.Audience == "" || len(c.audience) == 0 {
		unasked := check.Unsure(voucher.CheckAudience, check.NotChecked, shown)
		unasked.Optional = true
		return unasked
	}
	for _, a := range c.audience {
		if a == req.Audience {
			return check.Pass(voucher.CheckAudience, shown)
		}
	}
	return check.Fail(voucher.CheckAudience, check.WrongAudience, shown)
}

// shownFields are the fields of the Claim 169 table v1.2 that are shown, under the names of the command line.
var shownFields = map[int64]string{1: "id", 4: "full_name", 8: "birth_date", 10: "address", 13: "nationality", 19: "second_name"}

func (c *credential) claims() verify.Claims {
	out := verify.Claims{}
	set := func(name, value string) {
		if value != "" {
			out[name] = clean(value)
		}
	}
	for key, name := range shownFields {
		s, _ := c.identity.text(key)
		if name == "birth_date" && len(s) == 8 { // the table says YYYYMMDD, its examples also YYYY-MM-DD
			s = s[:4] + "-" + s[4:6] + "-" + s[6:]
		}
		set(name, s)
	}
	if n, ok := c.identity.number(9); ok {
		set("sex", sex(n))
	}
	if c.faces > 0 {
		set("faces", fmt.Sprint(c.faces))
	}
	set("issuer", c.issuer)
	set("audience", strings.Join(c.audience, " "))
	for name, t := range map[string]time.Time{"issued": c.iat, "not_before": c.nbf, "expires": c.exp} {
		if !t.IsZero() {
			set(name, date(t))
		}
	}
	return out
}

// clean replaces what could make a screen say something else: control characters and bidirectional overrides (UAX #9 §2).
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, s)
}
