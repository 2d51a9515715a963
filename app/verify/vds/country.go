package vds

import (
	"strings"

	"golang.org/x/text/language"
)

// special are codes of Doc 9303-3 §5 that are no ISO 3166-1 codes, or that certificates write in another way.
var special = map[string]string{"D": "DE", "UTO": "UT", "EUE": "EU", "UNO": "UN", "UNA": "UN", "UNK": "UN", "XOM": "XO", "XPO": "XP", "RKS": "XK", "GBD": "GB"}

// alpha2 gives the two letters of a state that a certificate's name would have; "" where they are not known.
func alpha2(code string) string {
	code = strings.TrimRight(strings.ToUpper(strings.TrimSpace(code)), "<")
	if two, ok := special[code]; ok {
		return two
	}
	if len(code) == 2 {
		return code
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || len(r.String()) != 2 {
		return ""
	}
	return r.String()
}
