package sdjwt

import (
	"crypto"
	"crypto/sha256"
	_ "crypto/sha512" // the digests that crypto.Hash.New needs
	"encoding/base64"
	"fmt"

	"bangban/app/trust"
)

// Bounds on disclosures.
const (
	maxDisclosures = 256
	maxNesting     = 12
)

// always are the claims that the issuer must not leave to the holder to show (SD-JWT VC §2.2.2.2): else a credential that has
// ended would be shown without its end.
var always = map[string]bool{"iss": true, "nbf": true, "exp": true, "cnf": true, "vct": true, "vct#integrity": true, "status": true}

// disclosure is one of RFC 9901 §4.2; an element of an array has no name.
type disclosure struct {
	name  string
	named bool
	value any
	used  bool
}

// hashes are those of the IANA registry that are taken; sha-256 where the payload names none (§4.1.1).
var hashes = map[string]crypto.Hash{"sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512}

// hashOf gives the digest algorithm of a payload.
func hashOf(payload map[string]any) (crypto.Hash, error) {
	v, there := payload["_sd_alg"]
	if !there {
		return crypto.SHA256, nil
	}
	name, _ := v.(string)
	if h, ok := hashes[name]; ok {
		return h, nil
	}
	return 0, ErrHash
}

func digest(h crypto.Hash, text string) string {
	if h == crypto.SHA256 {
		sum := sha256.Sum256([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	w := h.New()
	w.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(w.Sum(nil))
}

// parseDisclosures reads them by digest; one twice is refused (§7.1 step 4).
func parseDisclosures(texts []string, h crypto.Hash) (map[string]*disclosure, error) {
	all := make(map[string]*disclosure, len(texts))
	for i, text := range texts {
		raw, err := trust.DecodeBase64URL(text)
		if err != nil {
			return nil, fmt.Errorf("%w: disclosure %d", ErrStructure, i+1)
		}
		v, err := trust.DecodeJSON(raw)
		a, ok := v.([]any)
		if err != nil || !ok || len(a) < 2 || len(a) > 3 {
			return nil, fmt.Errorf("%w: disclosure %d", ErrStructure, i+1)
		}
		if _, salted := a[0].(string); !salted {
			return nil, fmt.Errorf("%w: salt of disclosure %d", ErrStructure, i+1)
		}
		d := &disclosure{value: a[len(a)-1]}
		if len(a) == 3 {
			if d.name, d.named = a[1].(string); !d.named || d.name == "_sd" || d.name == "..." {
				return nil, fmt.Errorf("%w: name of disclosure %d", ErrStructure, i+1)
			}
		}
		sum := digest(h, text)
		if all[sum] != nil {
			return nil, fmt.Errorf("%w: disclosure %d", ErrDuplicate, i+1)
		}
		all[sum] = d
	}
	return all, nil
}

// unfold puts disclosures where their digests are, §7.1 step 3.
type unfold struct {
	byDigest map[string]*disclosure
	seen     map[string]bool // every digest met, disclosed or not
}

// disclose gives the payload as the issuer's claims with what is shown, and refuses what is not referenced (step 5).
func disclose(payload map[string]any, texts []string) (map[string]any, error) {
	h, err := hashOf(payload)
	if err != nil {
		return nil, err
	}
	all, err := parseDisclosures(texts, h)
	if err != nil {
		return nil, err
	}
	u := &unfold{byDigest: all, seen: map[string]bool{}}
	v, err := u.value(payload, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if !d.used {
			return nil, ErrUnreferenced
		}
	}
	out := v.(map[string]any)
	delete(out, "_sd_alg")
	return out, nil
}

func (u *unfold) value(v any, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("%w: nested too deep", ErrStructure)
	}
	switch x := v.(type) {
	case map[string]any:
		return u.object(x, depth)
	case []any:
		return u.array(x, depth)
	}
	return v, nil
}

// take finds the disclosure of a digest; nil: it is not shown, or a decoy.
func (u *unfold) take(v any, named bool) (*disclosure, error) {
	sum, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%w: digest", ErrStructure)
	}
	if u.seen[sum] { // step 4
		return nil, ErrDuplicate
	}
	u.seen[sum] = true
	d := u.byDigest[sum]
	if d == nil {
		return nil, nil
	}
	if d.named != named {
		return nil, fmt.Errorf("%w: disclosure of another shape", ErrStructure)
	}
	d.used = true
	return d, nil
}

func (u *unfold) object(m map[string]any, depth int) (any, error) {
	out := make(map[string]any, len(m))
	for name, v := range m {
		if name == "_sd" {
			continue
		}
		if name == "..." {
			return nil, fmt.Errorf("%w: digest of an element in an object", ErrStructure)
		}
		w, err := u.value(v, depth+1)
		if err != nil {
			return nil, err
		}
		out[name] = w
	}
	raw, there := m["_sd"]
	if !there {
		return out, nil
	}
	sums, ok := raw.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: _sd", ErrStructure)
	}
	for _, s := range sums {
		d, err := u.take(s, true)
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		if depth == 0 && always[d.name] {
			return nil, fmt.Errorf("%w: %s left to the holder", ErrStructure, d.name)
		}
		if _, taken := m[d.name]; taken || out[d.name] != nil { // step 3.c.ii.3
			return nil, fmt.Errorf("%w: a claim twice", ErrStructure)
		}
		w, err := u.value(d.value, depth+1)
		if err != nil {
			return nil, err
		}
		out[d.name] = w
	}
	return out, nil
}

func (u *unfold) array(a []any, depth int) (any, error) {
	out := make([]any, 0, len(a))
	for _, v := range a {
		if m, ok := v.(map[string]any); ok && len(m) == 1 {
			if s, digested := m["..."]; digested {
				d, err := u.take(s, false)
				if err != nil {
					return nil, err
				}
				if d == nil {
					continue
				}
				v = d.value
			}
		}
		w, err := u.value(v, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}
