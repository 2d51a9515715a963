package vcjose

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/verify"
)

const (
	maxShown  = 2000 // characters of one value
	maxClaims = 512
)

// claims flattens the credential.
func (c *credential) claims() verify.Claims {
	out := make(verify.Claims, 16)
	types, _ := several(c.doc["type"])
	put(out, "type", strings.Join(slices.DeleteFunc(slices.Clone(types), func(s string) bool { return s == "VerifiableCredential" }), " "))
	id, name := c.issuer()
	put(out, "issuer", id)
	put(out, "issuer_name", name)
	put(out, "id", text(c.doc["id"]))
	if t, err := stamp(c.doc["validFrom"]); err == nil {
		put(out, "valid_from", t.Format(time.RFC3339))
	}
	if t, err := stamp(c.doc["validUntil"]); err == nil {
		put(out, "valid_until", t.Format(time.RFC3339))
	}
	subjects, _ := c.subjects()
	for i, s := range subjects {
		prefix := ""
		if i > 0 {
			prefix = strconv.Itoa(i+1) + "/"
		}
		for _, k := range sorted(s) {
			own := prefix + verify.Clean(k)
			if _, taken := out[own]; taken || k == "id" {
				own = prefix + "subject." + verify.Clean(k)
			}
			flatten(out, own, s[k], 0)
		}
	}
	return out
}

// sorted gives the names of an object in order.
func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

func flatten(out verify.Claims, name string, v any, depth int) {
	if len(name) > 300 || depth > 24 {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range sorted(x) {
			flatten(out, name+"."+verify.Clean(k), x[k], depth+1)
		}
	case []any:
		for i, e := range x {
			flatten(out, name+"."+strconv.Itoa(i), e, depth+1)
		}
	case string:
		put(out, name, x)
	case json.Number:
		put(out, name, x.String())
	case bool:
		put(out, name, strconv.FormatBool(x))
	}
}

func put(out verify.Claims, name, s string) {
	if s = verify.Clean(s); len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	if _, taken := out[name]; !taken && s != "" && len(out) < maxClaims {
		out[name] = s
	}
}
