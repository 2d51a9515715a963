package emrtd

import "time"

// expiryWindow is how many years ahead a date of expiry may lie. Documents live at most 15 years, cards for life are
// written with a date about 50 years away.
const expiryWindow = 50

// dates settles the centuries of two dates YYMMDD, ICAO Doc 9303-3 §4.8: a zone has two digits for the year. A birth is
// never after today; an expiry lies at most expiryWindow years ahead. today is YYYY-MM-DD or empty where the clock is
// not to be trusted: the date of expiry then stands in for it.
//
// A person of 100 years or more whose document says so nowhere else comes out 100 years too young.
func dates(birth, expiry, today string) (born, expires string) {
	expires = date("20", expiry)
	if t, err := time.Parse(time.DateOnly, today); err == nil && expires > t.AddDate(expiryWindow, 0, 0).Format(time.DateOnly) {
		expires = date("19", expiry)
	}
	limit := today
	if limit == "" {
		limit = expires
	}
	if born = date("20", birth); born > limit {
		born = date("19", birth)
	}
	return born, expires
}

// date makes YYYY-MM-DD of a century and YYMMDD; fillers, ICAO Doc 9303-3 §4.8, become 00. Empty: no date.
func date(century, s string) string {
	b := []byte(century + s)
	for i, c := range b {
		switch {
		case c == '<' && i >= 4:
			b[i] = '0'
		case c < '0' || c > '9':
			return ""
		}
	}
	d := string(b[0:4]) + "-" + string(b[4:6]) + "-" + string(b[6:8])
	if d[5:7] > "12" || d[8:] > "31" {
		return ""
	}
	return d
}
