package aadhaar

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "aadhaar"

const skew = 5 * time.Minute // how far two clocks may differ

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "aadhaar".
func (Format) ID() string { return ID }

// Sniff recognises a long number, and the XML of older letters.
func (Format) Sniff(b []byte) bool {
	b = bytes.TrimSpace(b[:min(len(b), 2*maxDigits)])
	return isOld(b) || len(b) >= minDigits && len(b) <= maxDigits && len(bytes.Trim(b, "0123456789")) == 0
}

func isOld(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<")) && bytes.Contains(b[:min(len(b), 256)], []byte("PrintLetterBarcodeData"))
}

// Verify judges the text of a code.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	one := func(c check.Check) (*verify.Result, error) {
		return verify.NewResult(ID, req.At, []check.Check{c}), nil
	}
	if len(b) > 2*maxDigits {
		return one(check.Unsure("structure", check.Unreadable, "longer than a code"))
	}
	b = bytes.TrimSpace(b)
	if isOld(b) {
		return one(check.Unsure("structure", check.NotSupported, "the older code, which is not signed"))
	}
	content, err := content(b)
	if err != nil {
		return one(check.Unsure("structure", check.Unreadable, first(err)))
	}
	l, err := parse(content)
	if err != nil {
		return one(check.Fail("structure", check.Structure, first(err)))
	}
	signer, checks := l.prove(req)
	checks = append([]check.Check{check.Pass("structure", "Secure QR, version "+l.version)}, checks...)
	checks = append(checks, l.judgeTime(req))
	if req.Nonce != "" {
		checks = append(checks, check.Unsure("nonce", "no-key-binding", "a printed code answers no question"))
	}
	r := verify.NewResult(ID, req.At, checks)
	if signer != nil {
		r.Claims = l.claims()
		r.Trust = signer.Trust(req.At)
	}
	return r, nil
}

// first gives an error's sentence without what follows it.
func first(err error) string {
	for _, known := range []error{ErrUnreadable, ErrStructure} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

// prove takes the checks algorithm, issuer and signature. Certificates are looked at on the day the code was made.
func (l *letter) prove(req verify.Request) (*trust.Signer, []check.Check) {
	claim := trust.Claim{Algorithm: trust.RS256, Message: l.signed, Signature: l.signature, At: l.madeAt}
	if claim.At.IsZero() && !req.ClockUnsure {
		claim.At = req.At
	}
	var refused []check.Check
	for _, c := range req.Anchors.Certificates() {
		if c.PublicKey.RSA == nil {
			continue
		}
		claim.Held = c
		signer, checks := req.Anchors.Prove(claim)
		if signer != nil {
			return signer, checks
		}
		if trust.RS256.Verify(c.PublicKey.RSA, l.signed, l.signature) || // right key, at the wrong time or for another use
			refused == nil && c.Subject.Country == "IN" && c.CheckTime(claim.At) == nil {
			refused = checks
		}
	}
	claim.Held = nil
	if signer, checks := req.Anchors.Prove(claim); signer != nil || refused == nil {
		return signer, checks
	}
	return nil, refused
}

func (l *letter) judgeTime(req verify.Request) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case req.At.Add(skew).Before(l.madeAt):
		return check.Fail("time", check.NotYetValid, l.madeAt.Format(time.RFC3339))
	}
	return check.Pass("time", "has no end")
}

func (l *letter) claims() verify.Claims {
	out := make(verify.Claims, fields+2)
	set := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			out[name] = verify.Clean(value)
		}
	}
	for i, value := range l.fields {
		if i > 0 {
			set(order[i], latin1(value))
		}
	}
	set("number_ending", latin1(l.fields[0][:4]))
	if !l.madeAt.IsZero() {
		set("issued", l.madeAt.Format(time.RFC3339))
	}
	if l.photo > 0 {
		set("photo", strconv.Itoa(l.photo))
	}
	return out
}
