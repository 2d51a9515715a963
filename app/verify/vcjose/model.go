package vcjose

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// contextV2 is the first context of every credential of version 2 (VCDM §4.3).
const contextV2 = "https://www.w3.org/ns/credentials/v2"

const skew = 5 * time.Minute // how far two clocks may differ

// judgeType: the header says what this is, so that nothing signed for another end is taken for a credential.
func (c *credential) judgeType() check.Check {
	switch {
	case strings.HasPrefix(c.typ, "vp+"):
		return check.Unsure(CheckType, check.NotSupported, "a presentation")
	case c.envelope == sd && c.typ == "dc+sd-jwt", c.typ != c.envelope:
		return check.Fail(CheckType, ReasonType, "")
	case c.envelope == cose && c.contentType != "vc", c.envelope != cose && c.contentType != "" && c.contentType != "vc":
		return check.Fail(CheckType, ReasonType, "content type")
	}
	return check.Pass(CheckType, c.typ)
}

// judgeModel holds the credential to the rules of the data model, each by its name.
func (c *credential) judgeModel() check.Check {
	breaks := func(what string) check.Check { return check.Fail(CheckModel, ReasonModel, what) }
	_, v1 := c.doc["vc"]
	_, vp := c.doc["vp"]
	contexts, ok := c.doc["@context"].([]any)
	if one, single := c.doc["@context"].(string); single {
		contexts, ok = []any{one}, true
	}
	types, typed := several(c.doc["type"])
	id, _ := c.issuer()
	_, subjects := c.subjects()
	switch {
	case v1 && c.doc["@context"] == nil:
		return check.Unsure(CheckModel, check.NotSupported, "version 1.1 in a JWT")
	case v1 || vp:
		return breaks("vc or vp in the payload")
	case !ok || len(contexts) == 0 || contexts[0] != any(contextV2):
		return breaks("@context")
	case !typed || !slices.Contains(types, "VerifiableCredential"):
		return breaks("type")
	case !isURL(id):
		return breaks("issuer")
	case !subjects:
		return breaks("credentialSubject")
	case c.doc["id"] != nil && !isURL(text(c.doc["id"])):
		return breaks("id")
	}
	for _, name := range []string{"validFrom", "validUntil"} {
		if v, there := c.doc[name]; there {
			if _, err := stamp(v); err != nil {
				return breaks(name)
			}
		}
	}
	return check.Pass(CheckModel, "VCDM 2.0")
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// judgeIssuer: envelope and credential speak of the same issuer, subject and credential, §3.1.3.
func (c *credential) judgeIssuer(signer *trust.Signer) check.Check {
	id, _ := c.issuer()
	controller, _, fragment := strings.Cut(string(c.claim.KeyID), "#")
	switch {
	case c.doc["iss"] != nil && text(c.doc["iss"]) != id:
		return check.Fail(CheckIssuer, ReasonIssuer, "iss")
	case fragment && !sameController(controller, id):
		return check.Fail(CheckIssuer, ReasonIssuer, "kid")
	case c.doc["jti"] != nil && c.doc["id"] != nil && text(c.doc["jti"]) != text(c.doc["id"]):
		return check.Fail(CheckIssuer, ReasonIssuer, "jti")
	}
	if sub, there := c.doc["sub"]; there {
		subjects, _ := c.subjects()
		for _, s := range subjects {
			if s["id"] != nil && text(s["id"]) != text(sub) {
				return check.Fail(CheckIssuer, ReasonIssuer, "sub")
			}
		}
	}
	if signer != nil && !signer.Names(id) { // neither its certificate nor the key says so
		word := check.Unsure(CheckIssuer, check.NotChecked, "the credential's own word")
		word.Optional = true
		return word
	}
	return check.Pass(CheckIssuer, "")
}

// sameController tells whether a verification method can be the issuer's: of a DID, its own; of a web address, one of the
// same scheme and host. Other names of keys are what the anchors call them.
func sameController(controller, id string) bool {
	if strings.HasPrefix(controller, "did:") {
		return controller == id
	}
	a, errA := url.Parse(controller)
	b, errB := url.Parse(id)
	if errA != nil || a.Host == "" {
		return true
	}
	return errB == nil && strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host)
}

// numericDate reads seconds (RFC 7519 §2) of the envelope; a date of another shape is no date.
func (c *credential) numericDate(name string) (time.Time, bool) {
	v, there := c.doc[name]
	if !there {
		return time.Time{}, true
	}
	n, ok := v.(json.Number)
	f, err := n.Float64()
	if !ok || err != nil || math.IsNaN(f) || f <= 0 || f >= 253402300800 {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0).UTC(), true
}

// life is when a credential may be relied on: its own dates and those of its envelope, whichever is narrower.
func (c *credential) life() (from, until time.Time, ok bool) {
	var all [5]time.Time
	good := true
	for i, name := range []string{"nbf", "iat", "exp"} {
		var fine bool
		all[i], fine = c.numericDate(name)
		good = good && fine
	}
	for i, name := range []string{"validFrom", "validUntil"} {
		if v, there := c.doc[name]; there {
			var err error
			all[3+i], err = stamp(v)
			good = good && err == nil
		}
	}
	for _, t := range []time.Time{all[0], all[1], all[3]} {
		if t.After(from) {
			from = t
		}
	}
	until = all[2]
	if until.IsZero() || !all[4].IsZero() && all[4].Before(until) {
		until = all[4]
	}
	return from, until, good
}

func (c *credential) judgeTime(req verify.Request) check.Check {
	from, until, ok := c.life()
	switch {
	case !ok:
		return check.Fail("time", check.Structure, "date")
	case !until.IsZero() && until.Before(from):
		return check.Fail("time", check.Structure, "ends before it begins")
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case !until.IsZero() && !req.At.Before(until):
		return check.Fail("time", check.Expired, until.Format(time.RFC3339))
	case req.At.Add(skew).Before(from):
		return check.Fail("time", check.NotYetValid, from.Format(time.RFC3339))
	case until.IsZero():
		return check.Pass("time", "has no end")
	}
	return check.Pass("time", until.Format(time.RFC3339))
}

// judgeBinding: a bare credential proves nothing about who shows it. Where a proof was asked for, or the issuer bound it
// to a key (cnf, §3.1.3), it may be a copy.
func (c *credential) judgeBinding(req verify.Request) check.Check {
	_, bound := c.doc["cnf"]
	switch {
	case bound:
		return check.Unsure(CheckBinding, ReasonNoBinding, "bound to a key, shown without its proof")
	case req.Nonce != "":
		return check.Unsure(CheckBinding, ReasonNoBinding, "a credential without a presentation answers no question")
	}
	free := check.Unsure(CheckBinding, check.NotChecked, "bound to no key")
	free.Optional = true
	return free
}

// judgeAudience: a credential seldom names one (aud of the envelope); where it does, it counts.
func (c *credential) judgeAudience(req verify.Request) []check.Check {
	v, there := c.doc["aud"]
	if !there {
		return nil
	}
	auds, ok := several(v)
	shown := verify.Clean(strings.Join(auds, " "))
	shown = strings.ToValidUTF8(shown[:min(len(shown), 200)], "")
	switch {
	case !ok:
		return []check.Check{check.Fail("audience", check.Structure, "")}
	case req.Audience == "":
		c := check.Unsure("audience", check.NotChecked, shown)
		c.Optional = true
		return []check.Check{c}
	case !slices.Contains(auds, req.Audience):
		return []check.Check{check.Fail("audience", check.WrongAudience, shown)}
	}
	return []check.Check{check.Pass("audience", req.Audience)}
}
