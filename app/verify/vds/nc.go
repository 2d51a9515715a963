package vds

import (
	"fmt"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// maxJSON bounds a VDS-NC: a QR code of version 40 holds 2,953 bytes, a file somewhat more.
const maxJSON = 32 << 10

// usage is the extended key usage of a signer of VDS-NC.
const usage = "2.23.136.1.1.14.2"

// nc is a VDS-NC taken apart. Nothing in it is proven.
type nc struct {
	kind, issuer string
	claim        trust.Claim
	message      map[string]any
}

func parseNC(b []byte) (*nc, error) {
	if len(b) > maxJSON {
		return nil, ErrUnreadable
	}
	m, err := trust.DecodeObject(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStructure, err)
	}
	data, isData := m["data"].(map[string]any)
	sig, isSig := m["sig"].(map[string]any)
	if !isData || !isSig || len(m) != 2 {
		return nil, fmt.Errorf("%w: data and sig", ErrStructure)
	}
	header, _ := data["hdr"].(map[string]any)
	s := &nc{}
	s.kind, _ = header["t"].(string)
	s.issuer, _ = header["is"].(string)
	if s.message, _ = data["msg"].(map[string]any); s.message == nil || s.kind == "" || s.issuer == "" || len(data) != 2 {
		return nil, fmt.Errorf("%w: hdr and msg", ErrStructure)
	}
	if fmt.Sprint(header["v"]) != "1" {
		return nil, fmt.Errorf("%w: version", ErrStructure)
	}
	alg, ok := sig["alg"].(string)
	if !ok {
		return nil, fmt.Errorf("%w: no algorithm", ErrStructure)
	}
	s.claim.Algorithm = trust.Algorithm(alg)
	for name, to := range map[string]*[]byte{"sigvl": &s.claim.Signature, "cer": new([]byte)} {
		text, _ := sig[name].(string)
		raw, err := trust.DecodeBase64URL(strings.TrimRight(text, "="))
		if err != nil || len(raw) == 0 {
			return nil, fmt.Errorf("%w: %s", ErrStructure, name)
		}
		if *to = raw; name == "cer" {
			s.claim.Chain = [][]byte{raw}
		}
	}
	if s.claim.Message, err = canonical(data); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *nc) judge(req verify.Request) *verify.Result {
	if a := s.claim.Algorithm; a == trust.RS256 || a == trust.PS256 || a == trust.EdDSA {
		return verify.NewResult(ID, req.At, []check.Check{check.Pass("structure", "VDS-NC"), check.Fail("algorithm", trust.ReasonWrongKey, string(a))})
	}
	s.claim.Usage, s.claim.Travel = usage, true
	if !req.ClockUnsure {
		s.claim.At = req.At
	}
	signer, proof := req.Anchors.Prove(s.claim)
	checks := append([]check.Check{check.Pass("structure", "VDS-NC")}, proof...)
	if signer != nil {
		name := judgeName(s.issuer, signer)
		if checks = append(checks, name); name.Verdict != check.Passed {
			signer = nil
		}
	}
	checks = append(checks, judgeTime(req, time.Time{}), judgePaper(req))
	r := verify.NewResult(ID, req.At, dropEmpty(checks))
	if signer != nil {
		r.Claims = verify.Claims{}
		flatten(r.Claims, "", s.message)
		r.Claims["type"], r.Claims["issuer"] = verify.Clean(s.kind), verify.Clean(s.issuer)
		r.Trust = signer.Trust(req.At)
	}
	return r
}

// judgeName: a state signs for itself.
func judgeName(issuer string, signer *trust.Signer) check.Check {
	state := ""
	if signer.Certificate != nil {
		state = signer.Certificate.Subject.Country
	}
	two := alpha2(issuer)
	switch {
	case two == "" || state == "":
		return check.Unsure(CheckIssuerName, check.NotChecked, state)
	case two != state && !strings.EqualFold(issuer, state):
		return check.Fail(CheckIssuerName, ReasonCountry, state)
	}
	return check.Pass(CheckIssuerName, state)
}

// judgeTime: a seal has no end of its own; its signer must not be younger than now.
func judgeTime(req verify.Request, signed time.Time) check.Check {
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case req.At.Add(24 * time.Hour).Before(signed): // a date without a zone
		return check.Fail("time", check.NotYetValid, signed.Format(time.DateOnly))
	}
	return check.Pass("time", "has no end")
}

// judgePaper: a printed code cannot answer a question.
func judgePaper(req verify.Request) check.Check {
	if req.Nonce == "" {
		return check.Check{}
	}
	return check.Unsure("nonce", "no-key-binding", "a printed code answers no question")
}

func dropEmpty(checks []check.Check) []check.Check {
	var out []check.Check
	for _, c := range checks {
		if c.Name != "" {
			out = append(out, c)
		}
	}
	return out
}
