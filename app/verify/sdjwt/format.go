package sdjwt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "sd-jwt-vc"

const (
	skew     = 5 * time.Minute  // how far two clocks may differ
	freshFor = 10 * time.Minute // life of a key binding JWT
	maxText  = 512 << 10
)

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "sd-jwt-vc".
func (Format) ID() string { return ID }

// Sniff recognises a JWS with a tilde behind it.
func (Format) Sniff(b []byte) bool {
	b = bytes.TrimSpace(b)
	return bytes.HasPrefix(b, []byte("eyJ")) && bytes.IndexByte(b, '~') > 0 && bytes.Count(b[:bytes.IndexByte(b, '~')], []byte(".")) == 2
}

// credential is a presentation taken apart. Nothing in it is proven.
type credential struct {
	jws         *trust.JWS
	payload     map[string]any
	disclosures []string
	binding     *trust.JWS // nil: none
	covered     string     // what sd_hash is over: everything up to the last tilde
	exp, nbf    time.Time  // zero: absent
	iat         time.Time
	holder      any  // key of cnf.jwk
	bound       bool // there is a cnf
}

// Verify judges a presentation.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := parse(string(bytes.TrimSpace(b)))
	switch {
	case errors.Is(err, ErrUnreadable):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure("structure", check.Unreadable, "")}), nil
	case err != nil:
		return verify.NewResult(ID, req.At, []check.Check{check.Fail("structure", check.Structure, first(err))}), nil
	}
	checks := make([]check.Check, 0, 16)
	checks = append(checks, check.Pass("structure", fmt.Sprintf("RFC 9901, %d disclosures", len(c.disclosures))))
	claim, err := c.jws.Claim()
	if err != nil {
		return verify.NewResult(ID, req.At, []check.Check{check.Fail("structure", check.Structure, first(err))}), nil
	}
	if claim.Issuer, _ = c.payload["iss"].(string); claim.Issuer == "" { // as a W3C credential names it
		claim.Issuer, _ = c.payload["issuer"].(string)
	}
	if !req.ClockUnsure {
		claim.At = req.At
	}
	signer, proof := req.Anchors.Prove(claim)
	checks = append(checks, proof...)
	checks = append(checks, c.judgeType())
	shown, disclosed := c.judgeDisclosures()
	checks = append(checks, disclosed, c.judgeTime(req))
	checks = append(checks, judgeIssuer(signer, claim.Issuer)...)
	binding := c.judgeBinding(req)
	checks = append(checks, binding...)
	checks = append(checks, c.judgeStatus(req, signer)...)
	r := verify.NewResult(ID, req.At, checks)
	if signer != nil && shown != nil && (c.binding == nil || check.Overall(binding) == check.Passed) {
		r.Claims, r.Signer = claims(shown), signer
		nameIssuer(r.Claims, signer, claim.Issuer)
		r.Trust = signer.Trust(req.At)
	}
	return r, nil
}

// first gives the first of an error's sentences.
func first(err error) string {
	for _, known := range []error{trust.ErrTooLarge, trust.ErrKey, trust.ErrStructure, ErrStructure} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

func parse(text string) (*credential, error) {
	if len(text) > maxText {
		return nil, ErrUnreadable
	}
	last := strings.LastIndexByte(text, '~')
	if last < 0 {
		return nil, ErrUnreadable
	}
	parts := strings.Split(text[:last], "~")
	if strings.Count(parts[0], ".") != 2 {
		return nil, ErrUnreadable
	}
	if len(parts)-1 > maxDisclosures {
		return nil, fmt.Errorf("%w: %d disclosures", ErrStructure, len(parts)-1)
	}
	c := &credential{disclosures: parts[1:], covered: text[:last+1]}
	var err error
	if c.jws, err = trust.ParseJWS(parts[0]); err != nil {
		return nil, err
	}
	if c.payload, err = trust.DecodeObject(c.jws.Payload); err != nil {
		return nil, err
	}
	if kb := text[last+1:]; kb != "" {
		if c.binding, err = trust.ParseJWS(kb); err != nil {
			return nil, err
		}
	}
	for _, d := range []struct {
		name string
		to   *time.Time
	}{{"exp", &c.exp}, {"nbf", &c.nbf}, {"iat", &c.iat}} {
		if *d.to, err = numericDate(c.payload, d.name); err != nil {
			return nil, err
		}
	}
	return c, c.readHolder()
}

// readHolder takes cnf.jwk (RFC 7800 §3.2). Another confirmation method binds, and cannot be checked here.
func (c *credential) readHolder() error {
	cnf, there := c.payload["cnf"]
	if !there {
		return nil
	}
	c.bound = true
	m, ok := cnf.(map[string]any)
	if !ok {
		return fmt.Errorf("%w: cnf", ErrStructure)
	}
	if raw, ok := m["jwk"].(map[string]any); ok {
		c.holder, _ = trust.JWKPublicKey(raw)
	}
	return nil
}

// numericDate reads seconds (RFC 7519 §2).
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

func (c *credential) judgeType() check.Check {
	typ, _ := c.jws.Header["typ"].(string)
	vct, _ := c.payload["vct"].(string)
	switch {
	case vct == "": // SD-JWT VC §2.2.2.1
		return check.Fail(CheckType, ReasonType, "no vct")
	case typ == "dc+sd-jwt":
		return check.Pass(CheckType, typ)
	case typ == "vc+sd-jwt":
		return check.Pass(CheckType, "vc+sd-jwt, the name before November 2024")
	}
	return check.Fail(CheckType, ReasonType, "")
}

// judgeIssuer says whether what vouches for the key names the issuer that the credential speaks of. Where it does not, that
// is the credential's own word: the issuer is whoever the certificate is of (SD-JWT VC §2.5).
func judgeIssuer(signer *trust.Signer, issuer string) []check.Check {
	switch {
	case signer == nil || issuer == "":
		return nil
	case signer.Names(issuer):
		return []check.Check{check.Pass(CheckIssuerName, "")}
	}
	c := check.Unsure(CheckIssuerName, check.NotChecked, "the credential's own word")
	c.Optional = true
	return []check.Check{c}
}

// nameIssuer puts the proven name first.
func nameIssuer(to verify.Claims, signer *trust.Signer, issuer string) {
	if signer.Certificate != nil && !signer.Names(issuer) {
		to["issuer"] = verify.Clean(signer.Name)
		if issuer != "" {
			to["issuer_claimed"] = verify.Clean(issuer[:min(len(issuer), maxShown)])
		}
	}
}

func (c *credential) judgeDisclosures() (map[string]any, check.Check) {
	shown, err := disclose(c.payload, c.disclosures)
	switch {
	case errors.Is(err, ErrUnreferenced):
		return nil, check.Fail(CheckDisclosures, ReasonUnreferenced, "")
	case errors.Is(err, ErrDuplicate):
		return nil, check.Fail(CheckDisclosures, ReasonDuplicate, "")
	case errors.Is(err, ErrHash):
		return nil, check.Unsure(CheckDisclosures, check.NotSupported, "")
	case err != nil:
		return nil, check.Fail(CheckDisclosures, check.Structure, "")
	}
	return shown, check.Pass(CheckDisclosures, fmt.Sprintf("%d shown", len(c.disclosures)))
}

func (c *credential) judgeTime(req verify.Request) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case !c.exp.IsZero() && !req.At.Before(c.exp):
		return check.Fail("time", check.Expired, c.exp.Format(time.RFC3339))
	case req.At.Add(skew).Before(c.nbf):
		return check.Fail("time", check.NotYetValid, c.nbf.Format(time.RFC3339))
	case req.At.Add(skew).Before(c.iat):
		return check.Fail("time", check.NotYetValid, "issued "+c.iat.Format(time.RFC3339))
	case c.exp.IsZero():
		return check.Pass("time", "has no end")
	}
	return check.Pass("time", c.exp.Format(time.RFC3339))
}

// judgeStatus asks the status list that the credential names, where one of that issuer is held.
func (c *credential) judgeStatus(req verify.Request, signer *trust.Signer) []check.Check {
	raw, there := c.payload["status"]
	if !there {
		return nil
	}
	status, ok := raw.(map[string]any)
	listed, other := status["status_list"]
	list, isList := listed.(map[string]any)
	switch {
	case ok && !other: // another mechanism: nobody asked it
		c := check.Unsure("status", check.NotSupported, "")
		c.Optional = true
		return []check.Check{c}
	case !isList:
		return []check.Check{check.Fail("status", check.Structure, "")}
	}
	uri, _ := list["uri"].(string)
	n, _ := list["idx"].(json.Number)
	index, err := n.Int64()
	if err != nil || index < 0 {
		return []check.Check{check.Fail("status", check.Structure, "")}
	}
	return []check.Check{req.Anchors.JudgeStatusOf(signer, uri, uint64(index), req.At)}
}
