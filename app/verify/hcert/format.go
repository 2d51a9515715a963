package hcert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// ID is the format's name.
const ID = "hcert"

// skew is how far two clocks may differ.
const skew = 5 * time.Minute

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "hcert".
func (Format) ID() string { return ID }

// Sniff recognises "HC1:".
func (Format) Sniff(b []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(b, "\r\n"), []byte(prefix)) }

// Verify judges the text of a code.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	one := func(c check.Check) (*verify.Result, error) {
		return verify.NewResult(ID, req.At, []check.Check{c}), nil
	}
	if len(b) > 2*maxText {
		return one(check.Unsure("structure", check.Unreadable, ErrTooLarge.Error()))
	}
	cose, err := unpack(b)
	if err != nil {
		return one(check.Unsure("structure", check.Unreadable, first(err)))
	}
	c, err := parse(cose)
	if err != nil {
		return one(check.Fail("structure", check.Structure, first(err)))
	}
	signer, checks := c.prove(req)
	checks = append(checks, c.judgeTime(req))
	if req.Nonce != "" {
		checks = append(checks, check.Unsure("nonce", "no-key-binding", "a printed code answers no question"))
	}
	r := verify.NewResult(ID, req.At, checks)
	if signer != nil {
		r.Claims = c.claims()
		r.Trust = signer.Trust(req.At)
	}
	return r, nil
}

// first gives the first of an error's sentences; what a library adds may quote the bytes.
func first(err error) string {
	for _, known := range []error{ErrUnreadable, ErrTooLarge, ErrStructure, trust.ErrTooLarge, trust.ErrKey, trust.ErrStructure} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

// prove takes the checks structure to key-usage.
func (c *credential) prove(req verify.Request) (*trust.Signer, []check.Check) {
	claim := trust.Claim{Algorithm: c.alg, KeyID: c.message.KeyID(), Chain: c.chain,
		Message: c.message.Signed("Signature1", nil), Signature: c.message.Signature}
	if !req.ClockUnsure {
		claim.At = req.At
	}
	if len(c.chain) == 0 {
		claim.Held = req.Anchors.ByKeyID(claim.KeyID)
	}
	signer, proof := req.Anchors.Prove(claim)
	checks := append([]check.Check{check.Pass("structure", "HC1, schema "+verify.Clean(c.content.Version))}, proof...)
	if signer != nil && signer.Certificate != nil {
		checks = append(checks, c.judgeUsage(signer), c.judgeName(signer))
	}
	return signer, checks
}

// judgeName: a state signs for itself. Whether one may sign for another nobody here can tell.
func (c *credential) judgeName(signer *trust.Signer) check.Check {
	state := signer.Certificate.Subject.Country
	switch {
	case c.issuer == "" || state == "":
		name := check.Unsure(CheckIssuerName, check.NotChecked, state)
		name.Optional = true
		return name
	case !strings.EqualFold(c.issuer, state):
		return check.Unsure(CheckIssuerName, ReasonCountry, state)
	}
	return check.Pass(CheckIssuerName, state)
}

// kind is one of three, with the extended key usages that limit a signer to it (volume 1, annex; the second arc is an early
// misprint that many certificates carry).
type kind struct {
	name    string
	usages  [2]string
	entries []entry
}

func (c *content) kinds() [3]kind {
	return [3]kind{
		{"test", [2]string{"1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.0.1847.2021.1.1"}, c.Tests},
		{"vaccination", [2]string{"1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.4.1.0.1847.2021.1.2"}, c.Vaccinations},
		{"recovery", [2]string{"1.3.6.1.4.1.1847.2021.1.3", "1.3.6.1.4.1.0.1847.2021.1.3"}, c.Recoveries},
	}
}

// judgeUsage: a certificate that names none of the usages may sign any entry.
func (c *credential) judgeUsage(signer *trust.Signer) check.Check {
	limited, missing := false, false
	for _, kind := range c.content.kinds() {
		may := slices.ContainsFunc(kind.usages[:], func(oid string) bool { return slices.Contains(signer.Certificate.ExtKeyUsage, oid) })
		limited = limited || may
		missing = missing || len(kind.entries) > 0 && !may
	}
	if limited && missing {
		return check.Fail("key-usage", check.WrongKeyUsage, signer.Name)
	}
	return check.Pass("key-usage", signer.Name)
}

func (c *credential) judgeTime(req verify.Request) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case !c.exp.IsZero() && req.At.After(c.exp): // at the very second it still is: Denmark's vectors say so
		return check.Fail("time", check.Expired, c.exp.Format(time.RFC3339))
	case req.At.Add(skew).Before(c.iat):
		return check.Fail("time", check.NotYetValid, c.iat.Format(time.RFC3339))
	case c.exp.IsZero():
		return check.Pass("time", "has no end")
	}
	return check.Pass("time", c.exp.Format(time.RFC3339))
}

// fields names what entries hold (volume 3 §2.6).
var fields = map[string]string{
	"tg": "disease", "vp": "vaccine", "mp": "product", "ma": "manufacturer", "dn": "dose", "sd": "doses", "dt": "date",
	"co": "country", "is": "authority", "ci": "certificate_id", "tt": "test_type", "nm": "test_name", "tr": "test_result",
	"sc": "sampled", "tc": "centre", "fr": "first_positive", "df": "valid_from", "du": "valid_until",
}

func (c *credential) claims() verify.Claims {
	out := make(verify.Claims, 16)
	set := func(name, value string) {
		if value != "" {
			out[name] = verify.Clean(value)
		}
	}
	n := c.content.Name
	name := strings.TrimSpace(n.Given + " " + n.Family)
	if name == "" {
		name = strings.TrimSpace(n.GivenTr + " " + n.FamilyTr)
	}
	set("full_name", name)
	set("birth_date", c.content.Born)
	set("issuer", c.issuer)
	if !c.iat.IsZero() {
		set("issued", c.iat.Format(time.RFC3339))
	}
	if !c.exp.IsZero() {
		set("expires", c.exp.Format(time.RFC3339))
	}
	for _, kind := range c.content.kinds() {
		for _, e := range kind.entries {
			set("type", kind.name)
			for short, raw := range e {
				if name := fields[short]; name != "" {
					set(name, show(raw))
				}
			}
		}
	}
	return out
}

// show writes a text, a number or a time.
func show(raw cbor.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	if s, ok := trust.CBORText(raw); ok { // as most are
		return s
	}
	var v any
	if trust.DecodeCBOR(raw, &v) != nil {
		return ""
	}
	switch x := v.(type) {
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case string, int64, uint64, float64:
		return fmt.Sprint(x)
	}
	return ""
}
