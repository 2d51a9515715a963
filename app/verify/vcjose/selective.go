package vcjose

import (
	"context"
	"slices"
	"strings"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// selective judges an SD-JWT: the envelope by the format that was handed in, the credential by the rules here. What is
// proven and disclosed comes back as claims by name; dates may be among them.
func (f Format) selective(ctx context.Context, c *credential, b []byte, req verify.Request) (*verify.Result, error) {
	if f.SDJWT == nil {
		return verify.NewResult(sd, req.At, []check.Check{check.Unsure("structure", check.NotSupported, sd)}), nil
	}
	r, err := f.SDJWT.Verify(ctx, b, req)
	if err != nil {
		return nil, err
	}
	proven := len(r.Claims) > 0
	for _, name := range []string{"validFrom", "validUntil"} {
		if v, shown := r.Claims[name]; shown && c.doc[name] == nil {
			c.doc[name] = v
		}
	}
	if c.doc["credentialSubject"] == nil && anyUnder(r.Claims, "credentialSubject.") {
		c.doc["credentialSubject"] = map[string]any{"disclosed": true}
	}
	c.discloseStatus(r.Claims)
	own := []check.Check{c.judgeType(), c.judgeModel(), c.judgeIssuer(r.Signer)}
	var checks []check.Check
	for _, k := range r.Checks { // the order of package sdjwt, its type and time replaced by those of a credential
		switch k.Name {
		case CheckType:
			checks = append(checks, own...)
		case CheckIssuer: // own has it
		case "time":
			if k.Verdict == check.Passed {
				k = c.judgeTime(req)
			}
			checks = append(checks, k)
		default:
			checks = append(checks, k)
		}
	}
	checks = append(checks, c.judgeStatus(req, r.Signer)...)
	out := verify.NewResult(sd, req.At, checks)
	if proven && check.Overall(own) == check.Passed {
		out.Claims, out.Trust = rename(r.Claims), r.Trust
		if r.Signer != nil {
			out.Trust = r.Signer.Trust(req.At)
		}
	}
	return out, nil
}

// discloseStatus puts a status that the holder disclosed where an issuer would have written it.
func (c *credential) discloseStatus(claims verify.Claims) {
	const prefix = "credentialStatus."
	if _, there := c.doc["credentialStatus"]; there || !anyUnder(claims, prefix) {
		return
	}
	entry := map[string]any{}
	for k, v := range claims {
		if name, ok := strings.CutPrefix(k, prefix); ok {
			entry[name] = v
		}
	}
	c.doc["credentialStatus"] = entry
}

func anyUnder(claims verify.Claims, prefix string) bool {
	for k := range claims {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// rename gives flattened claims the names that the other envelopes use.
func rename(in verify.Claims) verify.Claims {
	out := verify.Claims{}
	fixed := map[string]string{"validFrom": "valid_from", "validUntil": "valid_until", "issuer": "issuer", "issuer.id": "issuer",
		"issuer.name": "issuer_name", "id": "id", "not_before": "not_before", "expires": "expires", "issued": "issued"}
	var types []string
	for k, v := range in {
		switch {
		case fixed[k] != "":
			out[fixed[k]] = v
		case k == "type" || strings.HasPrefix(k, "type."):
			if v != "VerifiableCredential" {
				types = append(types, v)
			}
		case strings.HasPrefix(k, "credentialSubject."):
			name := strings.TrimPrefix(k, "credentialSubject.")
			if name == "id" || fixed[name] != "" || name == "type" || strings.HasPrefix(name, "type.") {
				name = "subject." + name
			}
			out[name] = v
		}
	}
	if len(types) > 0 {
		slices.Sort(types)
		out["type"] = strings.Join(types, " ")
	}
	return out
}
