package sdjwt

import (
	"encoding/json"
	"maps"
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

// renamed are registered claims under the names of the command line; hidden ones are machinery.
var (
	renamed = map[string]string{"vct": "type", "iss": "issuer"}
	dates   = map[string]string{"iat": "issued", "nbf": "not_before", "exp": "expires"}
	hidden  = map[string]bool{"cnf": true, "status": true, "_sd_alg": true, "vct#integrity": true}
)

// claims flattens what is shown.
func claims(shown map[string]any) verify.Claims {
	out := make(verify.Claims, len(shown)+8)
	for name, to := range renamed { // first: they keep their names, whatever else is called so
		flatten(out, to, shown[name])
	}
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		v := shown[name]
		if hidden[name] || renamed[name] != "" {
			continue
		}
		if n, ok := dates[name]; ok {
			if t, err := numericDate(shown, name); err == nil {
				out[n] = t.Format(time.RFC3339)
			}
			continue
		}
		flatten(out, verify.Clean(name), v)
	}
	return out
}

func flatten(out verify.Claims, name string, v any) {
	if len(out) >= maxClaims || len(name) > 300 {
		return
	}
	s := ""
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			flatten(out, name+"."+verify.Clean(k), e)
		}
		return
	case []any:
		for i, e := range x {
			flatten(out, name+"."+strconv.Itoa(i), e)
		}
		return
	case string:
		s = verify.Clean(x)
	case json.Number:
		s = x.String()
	case bool:
		s = strconv.FormatBool(x)
	}
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	if _, taken := out[name]; !taken && s != "" {
		out[name] = s
	}
}
