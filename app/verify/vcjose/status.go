package vcjose

import (
	"encoding/json"
	"strconv"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// judgeStatus asks the lists that credentialStatus names (Bitstring Status List v1.0 §2.1), one entry or several.
//
//	{ "type": "BitstringStatusListEntry", "statusPurpose", "statusListIndex": "94567", "statusListCredential": URL }
func (c *credential) judgeStatus(req verify.Request, signer *trust.Signer) (out []check.Check) {
	raw, there := c.doc["credentialStatus"]
	if !there {
		return nil
	}
	entries, many := raw.([]any)
	if !many {
		entries = []any{raw}
	}
	if len(entries) == 0 || len(entries) > maxStatuses {
		return []check.Check{check.Fail("status", check.Structure, "credentialStatus")}
	}
	issuer, _ := c.issuer()
	for _, e := range entries {
		m, ok := e.(map[string]any)
		if !ok {
			return []check.Check{check.Fail("status", check.Structure, "credentialStatus")}
		}
		out = append(out, judgeEntry(m, issuer, req, signer))
	}
	return out
}

func judgeEntry(m map[string]any, issuer string, req verify.Request, signer *trust.Signer) check.Check {
	if types, _ := several(m["type"]); len(types) != 1 || types[0] != "BitstringStatusListEntry" {
		c := check.Unsure("status", check.NotSupported, "kind of status")
		c.Optional = req.Own != issuer
		return c
	}
	index, ok := statusIndex(m["statusListIndex"])
	uri := text(m["statusListCredential"])
	purpose := text(m["statusPurpose"])
	if !ok || !isURL(uri) || purpose == "" {
		return check.Fail("status", check.Structure, "entry")
	}
	if purpose != "revocation" && purpose != "suspension" { // "message", "refresh": they say nothing against it
		c := check.Unsure("status", check.NotChecked, "purpose")
		c.Optional = true
		return c
	}
	out := req.Anchors.JudgeStatusOf(signer, trust.BitstringName(uri, purpose), index, req.At)
	if purpose == "suspension" && out.Reason == check.Revoked {
		out.Reason = "suspended"
	}
	return out
}

// statusIndex is an integer of base 10 as text; as a number it is taken too.
func statusIndex(v any) (uint64, bool) {
	s, ok := v.(string)
	if n, number := v.(json.Number); number {
		s, ok = n.String(), true
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return n, ok && err == nil
}
