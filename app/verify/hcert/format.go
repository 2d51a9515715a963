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
		checks = append(checks, c.judgeUsage(signer))
	}
	return signer, checks
}

// usages are the extended key usages that limit a signer (volume 1, annex; the second arc is an early misprint that many
// certificates carry).
var usages = map[string]string{
	"test":        "1.3.6.1.4.1.1847.2021.1.1 1.3.6.1.4.1.0.1847.2021.1.1",
	"vaccination": "1.3.6.1.4.1.1847.2021.1.2 1.3.6.1.4.1.0.1847.2021.1.2",
	"recovery":    "1.3.6.1.4.1.1847.2021.1.3 1.3.6.1.4.1.0.1847.2021.1.3",
}

// judgeUsage: a certificate that names none of the usages may sign any entry.
func (c *credential) judgeUsage(signer *trust.Signer) check.Check {
	limited := false
	may := map[string]bool{}
	for kind, oids := range usages {
		for _, oid := range strings.Fields(oids) {
			if slices.Contains(signer.Certificate.ExtKeyUsage, oid) {
				limited, may[kind] = true, true
			}
		}
	}
	for kind, n := range map[string]int{"vaccination": len(c.content.Vaccinations), "test": len(c.content.Tests), "recovery": len(c.content.Recoveries)} {
		if limited && n > 0 && !may[kind] {
			return check.Fail("key-usage", check.WrongKeyUsage, signer.Name)
		}
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
	out := verify.Claims{}
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
	for name, t := range map[string]time.Time{"issued": c.iat, "expires": c.exp} {
		if !t.IsZero() {
			set(name, t.Format(time.RFC3339))
		}
	}
	for kind, entries := range map[string][]entry{"vaccination": c.content.Vaccinations, "test": c.content.Tests, "recovery": c.content.Recoveries} {
		for _, e := range entries {
			set("type", kind)
			for short, name := range fields {
				set(name, show(e[short]))
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
	if raw[0]>>5 == 3 { // text, as most are
		var s string
		_ = trust.DecodeCBOR(raw, &s)
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
