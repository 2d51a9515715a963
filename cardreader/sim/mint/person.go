package main

import "strings"

// person is an invented citizen of Utopia.
type person struct {
	surname, given, sex, birth, number, expires string // dates YYYY-MM-DD
	face                                        face
	fullName, address, authority, issued        string // of DG11 and DG12
}

// truth is what a reader must make of the card: the "subject" of `bangbanctl card read --json`.
type truth struct {
	Surname     string `json:"surname"`
	GivenNames  string `json:"given_names"`
	FullName    string `json:"full_name,omitempty"`
	Sex         string `json:"sex"`
	BirthDate   string `json:"birth_date"`
	Nationality string `json:"nationality"`
	Number      string `json:"number"`
	Address     string `json:"address,omitempty"`
	Authority   string `json:"authority"` // the issuing state, or the office that DG12 names
	Issued      string `json:"issued,omitempty"`
	Expires     string `json:"expires"`
}

func (p person) truth() *truth {
	authority := "UTO"
	if p.authority != "" {
		authority = p.authority
	}
	return &truth{p.surname, p.given, p.fullName, p.sex, p.birth, "UTO", p.number, strings.ReplaceAll(p.address, "<", ", "), authority, p.issued, p.expires}
}

// details is EF.DG11, ICAO Doc 9303-10 §4.7.11: name in the person's own script, full date of birth, address.
func (p person) details() []byte {
	return tlv(0x6B, tlv(0x5C, []byte{0x5F, 0x0E, 0x5F, 0x2B, 0x5F, 0x42}), tlv(0x5F0E, []byte(p.fullName)),
		tlv(0x5F2B, []byte(strings.ReplaceAll(p.birth, "-", ""))), tlv(0x5F42, []byte(p.address)))
}

// issuing is EF.DG12, §4.7.12: issuing authority and date.
func (p person) issuing() []byte {
	return tlv(0x6C, tlv(0x5C, []byte{0x5F, 0x19, 0x5F, 0x26}), tlv(0x5F19, []byte(p.authority)),
		tlv(0x5F26, []byte(strings.ReplaceAll(p.issued, "-", ""))))
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
