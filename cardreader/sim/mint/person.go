package main

import "strings"

// person is an invented citizen of Utopia.
type person struct {
	surname, given, sex, birth, number, expires string // dates YYYY-MM-DD
	face                                        face
}

// truth is what a reader must make of the card: the "subject" of `bangbanctl card read --json`.
type truth struct {
	Surname     string `json:"surname"`
	GivenNames  string `json:"given_names"`
	Sex         string `json:"sex"`
	BirthDate   string `json:"birth_date"`
	Nationality string `json:"nationality"`
	Number      string `json:"number"`
	Authority   string `json:"authority"` // the issuing state
	Expires     string `json:"expires"`
}

func (p person) truth() *truth {
	return &truth{p.surname, p.given, p.sex, p.birth, "UTO", p.number, "UTO", p.expires}
}

// mrz writes the two lines of a TD3 document, ICAO Doc 9303-4 §4.2.2.
func (p person) mrz() [2]string {
	fill := func(s string, n int) string { return (s + strings.Repeat("<", n))[:n] }
	name := strings.ReplaceAll(p.surname, " ", "<") + "<<" + strings.ReplaceAll(p.given, " ", "<")
	number, birth, expires, optional := fill(p.number, 9), short(p.birth), short(p.expires), fill("", 14)
	number, birth, expires = number+digit(number), birth+digit(birth), expires+digit(expires)
	optional += "<" // an empty field may carry a filler for its check digit
	return [2]string{
		fill("P<UTO"+name, 44),
		number + "UTO" + birth + p.sex + expires + optional + digit(number+birth+expires+optional),
	}
}

// short makes YYMMDD of YYYY-MM-DD.
func short(date string) string { return strings.ReplaceAll(date[2:], "-", "") }

// digit is the check digit of ICAO Doc 9303-3 §4.9: weights 7, 3, 1, modulo 10.
func digit(s string) string {
	sum := 0
	for i, r := range s {
		v := 0
		switch {
		case r >= '0' && r <= '9':
			v = int(r - '0')
		case r >= 'A' && r <= 'Z':
			v = int(r-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return string(rune('0' + sum%10))
}
