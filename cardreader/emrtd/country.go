package emrtd

import (
	"strings"

	"golang.org/x/text/language"
)

// sameState tells whether the two letters of a certificate's country and the code of an issuing state in a machine
// readable zone name the same one. known is false where the code is in no list.
func sameState(alpha2, code string) (same, known bool) {
	want := alpha2Of(code)
	if want == "" {
		return false, false
	}
	alpha2 = strings.ToUpper(alpha2)
	if want == "XK" { // Kosovo: certificates say KS
		return alpha2 == "XK" || alpha2 == "KS", true
	}
	return alpha2 == want, true
}

// alpha2Of gives the ISO 3166-1 alpha-2 code of a state's code in ICAO Doc 9303-3 §5, empty where there is none.
func alpha2Of(code string) string {
	switch code {
	case "D": // part A, Germany
		return "DE"
	case "UTO": // the state of all specimens
		return "UT"
	case "EUE": // part C, laissez-passer of the European Union
		return "EU"
	case "UNO", "UNA", "UNK": // part D, United Nations, its agencies, its mission in Kosovo
		return "UN"
	case "RKS":
		return "XK"
	case "GBD", "GBN", "GBO", "GBP", "GBS": // part B, British nationals other than citizens
		return "GB"
	}
	if len(code) != 3 {
		return ""
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || r.ISO3() != code {
		return ""
	}
	return r.String()
}
