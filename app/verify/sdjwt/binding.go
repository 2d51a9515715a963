package sdjwt

import (
	"crypto/subtle"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// judgeBinding takes the checks that the holder of the key showed this here, to us and now (RFC 9901 §7.3).
func (c *credential) judgeBinding(req verify.Request) []check.Check {
	if c.binding == nil {
		return c.judgeUnbound(req)
	}
	if !c.bound {
		return []check.Check{check.Fail(CheckBinding, check.Structure, "the issuer bound it to no key")}
	}
	payload, err := trust.DecodeObject(c.binding.Payload)
	if err != nil {
		return []check.Check{check.Fail(CheckBinding, check.Structure, "")}
	}
	checks := []check.Check{c.judgeHash(payload), c.judgeHolder(), judgeAudience(payload, req), judgeNonce(payload, req), judgeFresh(payload, req)}
	return checks
}

func (c *credential) judgeUnbound(req verify.Request) []check.Check {
	switch {
	case c.bound:
		return []check.Check{check.Unsure(CheckBinding, ReasonNoBinding, "bound to a key, shown without its proof")}
	case req.Nonce != "":
		return []check.Check{check.Unsure(CheckBinding, ReasonNoBinding, "bound to no key")}
	}
	free := check.Unsure(CheckBinding, check.NotChecked, "bound to no key")
	free.Optional = true
	return []check.Check{free}
}

// judgeHash: type and sd_hash, the digest of everything that is shown.
func (c *credential) judgeHash(payload map[string]any) check.Check {
	if typ, _ := c.binding.Header["typ"].(string); typ != "kb+jwt" {
		return check.Fail(CheckBinding, ReasonType, "")
	}
	h, err := hashOf(c.payload)
	if err != nil {
		return check.Unsure(CheckBinding, check.NotSupported, "")
	}
	want, _ := payload["sd_hash"].(string)
	if subtle.ConstantTimeCompare([]byte(want), []byte(digest(h, c.covered))) != 1 {
		return check.Fail(CheckBinding, check.WrongDigest, "")
	}
	return check.Pass(CheckBinding, "sd_hash")
}

func (c *credential) judgeHolder() check.Check {
	claim, err := c.binding.Claim()
	if err != nil {
		return check.Fail(CheckHolder, check.Structure, "")
	}
	if j := claim.Algorithm.Judge(); j.Verdict != check.Passed {
		j.Name = CheckHolder
		return j
	}
	switch {
	case c.holder == nil:
		return check.Unsure(CheckHolder, check.NotSupported, "kind of cnf")
	case !claim.Algorithm.Fits(c.holder):
		return check.Fail(CheckHolder, trust.ReasonWrongKey, "cnf.jwk")
	case !claim.Algorithm.Verify(c.holder, claim.Message, claim.Signature):
		return check.Fail(CheckHolder, check.WrongSignature, "cnf.jwk")
	}
	return check.Pass(CheckHolder, "cnf.jwk")
}

func judgeAudience(payload map[string]any, req verify.Request) check.Check {
	aud, ok := payload["aud"].(string) // §4.3: a single string
	switch {
	case !ok || aud == "":
		return check.Fail("audience", check.Structure, "")
	case req.Audience == "":
		c := check.Unsure("audience", check.NotChecked, verify.Clean(aud[:min(len(aud), 200)]))
		c.Optional = true
		return c
	case aud != req.Audience:
		return check.Fail("audience", check.WrongAudience, verify.Clean(aud[:min(len(aud), 200)]))
	}
	return check.Pass("audience", aud)
}

func judgeNonce(payload map[string]any, req verify.Request) check.Check {
	nonce, ok := payload["nonce"].(string)
	switch {
	case !ok || nonce == "":
		return check.Fail("nonce", check.Structure, "")
	case req.Nonce == "":
		c := check.Unsure("nonce", check.NotChecked, "none was asked for")
		c.Optional = true
		return c
	case subtle.ConstantTimeCompare([]byte(nonce), []byte(req.Nonce)) != 1:
		return check.Fail("nonce", ReasonNonce, "")
	}
	return check.Pass("nonce", "")
}

func judgeFresh(payload map[string]any, req verify.Request) check.Check {
	iat, err := numericDate(payload, "iat")
	switch {
	case err != nil || iat.IsZero():
		return check.Fail(CheckFresh, check.Structure, "")
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure(CheckFresh, check.ClockUnsure, "")
	case req.At.Sub(iat) > freshFor:
		return check.Fail(CheckFresh, ReasonNotFresh, iat.Format(time.RFC3339))
	case iat.Sub(req.At) > skew:
		return check.Fail(CheckFresh, check.NotYetValid, iat.Format(time.RFC3339))
	}
	return check.Pass(CheckFresh, iat.Format(time.RFC3339))
}
