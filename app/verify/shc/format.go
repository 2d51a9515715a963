package shc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "shc"

const (
	skew     = 5 * time.Minute // how far two clocks may differ
	cardType = "https://smarthealth.cards#health-card"
)

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "shc".
func (Format) ID() string { return ID }

// Sniff recognises "shc:/" and a file of cards.
func (Format) Sniff(b []byte) bool {
	b = bytes.TrimSpace(b[:min(len(b), maxInput)])
	return isCode(b) || isFile(b)
}

// Verify judges the text of a code, or a file.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	texts, err := cards(b)
	switch {
	case errors.Is(err, ErrChunks):
		return one(req, check.Unsure("structure", check.NotSupported, ErrChunks.Error())), nil
	case errors.Is(err, ErrStructure):
		return one(req, check.Fail("structure", check.Structure, "")), nil
	case err != nil:
		return one(req, check.Unsure("structure", check.Unreadable, "")), nil
	}
	r := &verify.Result{}
	var checks []check.Check
	claims, rests, proven := verify.Claims{}, []verify.Freshness{}, true
	for i, text := range texts {
		c, err := parse(text)
		if err != nil {
			checks = append(checks, check.Fail("structure", check.Structure, first(err)))
			proven = false
			continue
		}
		signer, some := c.judge(req)
		if checks = append(checks, some...); signer == nil {
			proven = false
			continue
		}
		c.claim(claims, i)
		for _, fresh := range signer.Trust(req.At) {
			if !slices.Contains(rests, fresh) {
				rests = append(rests, fresh)
			}
		}
	}
	if req.Nonce != "" {
		checks = append(checks, check.Unsure("nonce", "no-key-binding", "a printed code answers no question"))
	}
	if r = verify.NewResult(ID, req.At, checks); proven {
		r.Claims, r.Trust = claims, rests
	}
	return r, nil
}

func one(req verify.Request, c check.Check) *verify.Result {
	return verify.NewResult(ID, req.At, []check.Check{c})
}

// first gives the first of an error's sentences.
func first(err error) string {
	for _, known := range []error{ErrTooLarge, ErrStructure, trust.ErrTooLarge, trust.ErrKey, trust.ErrStructure} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

func (c *card) judge(req verify.Request) (*trust.Signer, []check.Check) {
	checks := []check.Check{check.Pass("structure", "SMART Health Card")}
	claim, err := c.jws.Claim()
	if err != nil || len(claim.KeyID) == 0 {
		return nil, []check.Check{check.Fail("structure", check.Structure, "alg or kid")}
	}
	if claim.Algorithm != trust.ES256 && claim.Algorithm.Judge().Verdict == check.Passed { // § Signing Health Cards: ES256 alone
		return nil, append(checks, check.Fail("algorithm", trust.ReasonWrongKey, string(claim.Algorithm)))
	}
	claim.Issuer, _ = c.payload["iss"].(string)
	if !req.ClockUnsure {
		claim.At = req.At
	}
	signer, proof := req.Anchors.Prove(claim)
	checks = append(checks, proof...)
	if slices.Contains(c.types, cardType) {
		checks = append(checks, check.Pass("type", cardType))
	} else {
		checks = append(checks, check.Fail("type", ReasonType, ""))
	}
	checks = append(checks, c.judgeTime(req))
	if rid, _ := path(c.payload, "vc", "rid").(string); rid != "" { // § Revocation: lists of the issuer, and none is held
		status := check.Unsure("status", check.NoList, "")
		status.Optional = true
		checks = append(checks, status)
	}
	return signer, checks
}

func (c *card) judgeTime(req verify.Request) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case !c.exp.IsZero() && !req.At.Before(c.exp):
		return check.Fail("time", check.Expired, c.exp.Format(time.RFC3339))
	case req.At.Add(skew).Before(c.nbf):
		return check.Fail("time", check.NotYetValid, c.nbf.Format(time.RFC3339))
	case c.exp.IsZero():
		return check.Pass("time", "has no end")
	}
	return check.Pass("time", c.exp.Format(time.RFC3339))
}

// claim adds what card i says.
func (c *card) claim(to verify.Claims, i int) {
	prefix := ""
	if i > 0 {
		prefix = strconv.Itoa(i+1) + "/"
	}
	set := func(name string, v any) {
		if s, ok := v.(string); ok && s != "" {
			to[prefix+name] = verify.Clean(s[:min(len(s), 500)])
		}
	}
	set("issuer", c.payload["iss"])
	set("not_before", c.nbf.Format(time.RFC3339))
	if !c.exp.IsZero() {
		set("expires", c.exp.Format(time.RFC3339))
	}
	var kinds []string
	for _, t := range c.types {
		kinds = append(kinds, t[strings.LastIndexByte(t, '#')+1:])
	}
	set("type", strings.Join(kinds, ","))
	entries := path(c.payload, "vc", "credentialSubject", "fhirBundle", "entry")
	list, _ := entries.([]any)
	set("resources", strconv.Itoa(len(list)))
	n := 0
	for _, e := range list[:min(len(list), maxShown)] {
		resource, _ := path(e, "resource").(map[string]any)
		switch resource["resourceType"] {
		case "Patient":
			set("full_name", name(resource["name"]))
			set("birth_date", resource["birthDate"])
		case "Immunization":
			n++
			set(fmt.Sprintf("vaccine.%d", n), path(resource, "vaccineCode", "coding", 0, "code"))
			set(fmt.Sprintf("date.%d", n), resource["occurrenceDateTime"])
			set(fmt.Sprintf("lot.%d", n), resource["lotNumber"])
		}
	}
}

// path goes down objects by name and arrays by number; nil where there is no such place.
func path(v any, steps ...any) any {
	for _, s := range steps {
		switch k := s.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			a, _ := v.([]any)
			if k >= len(a) {
				return nil
			}
			v = a[k]
		}
	}
	return v
}

// name joins given and family of the first HumanName.
func name(v any) string {
	var parts []string
	given, _ := path(v, 0, "given").([]any)
	for _, g := range append(given, path(v, 0, "family")) {
		if s, ok := g.(string); ok {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}
