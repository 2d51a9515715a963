package vcjose

import (
	"context"
	"errors"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name; a result's names the envelope.
const ID = "vc"

// Format implements verify.Format.
type Format struct {
	// SDJWT judges the envelope of vc+sd-jwt: signature, disclosures, key binding. Nil: that one is not supported.
	SDJWT verify.Format
}

var _ verify.Format = Format{}

// ID is "vc".
func (Format) ID() string { return ID }

// Sniff recognises a JWS, an SD-JWT or a COSE_Sign1 whose header or payload is that of a credential.
func (Format) Sniff(b []byte) bool { return envelopeOf(b) != "" }

// Verify judges an enveloped credential.
func (f Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	one := func(c check.Check) (*verify.Result, error) {
		return verify.NewResult(ID, req.At, []check.Check{c}), nil
	}
	envelope, c, err := open(b)
	switch {
	case envelope == "":
		return one(check.Unsure("structure", check.Unreadable, ""))
	case err != nil:
		return one(check.Fail("structure", check.Structure, first(err)))
	}
	if envelope == sd {
		return f.selective(ctx, c, b, req)
	}
	if !req.ClockUnsure {
		c.claim.At = req.At
	}
	c.claim.Issuer, _ = c.issuer()
	checks := []check.Check{check.Pass("structure", envelope)}
	signer, proof := req.Anchors.Prove(c.claim)
	checks = append(checks, proof...)
	own := []check.Check{c.judgeType(), c.judgeModel(), c.judgeIssuer(signer)}
	checks = append(checks, own...)
	checks = append(checks, c.judgeTime(req))
	checks = append(checks, c.judgeAudience(req)...)
	checks = append(checks, c.judgeBinding(req))
	checks = append(checks, c.judgeStatus(req, signer)...)
	r := verify.NewResult(envelope, req.At, checks)
	if signer != nil && check.Overall(own) == check.Passed {
		r.Claims = c.claims()
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
