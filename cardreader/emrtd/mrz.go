package emrtd

import (
	"fmt"
	"log/slog"
	"strings"

	"bangban/cardreader"
)

// MRZ is a machine readable zone, ICAO Doc 9303-4 §4.2 (TD3), 9303-5 §4.2 (TD1), 9303-6 §4.2 (TD2). It does not print.
type MRZ struct {
	lines                                []string
	kind, state, number, nat             string
	birth, expiry                        string // YYMMDD
	sex                                  byte
	surname, given                       string
	numberDigit, birthDigit, expiryDigit byte
	optional                             string // with its check digit, TD3 only
	composite                            string
	compositeDigit                       byte
}

// format is where the fields of one kind of zone lie.
type format struct{ lines, width int }

var (
	td1 = format{3, 30}
	td2 = format{2, 36}
	td3 = format{2, 44}
)

// String tells the format, never the content.
func (m *MRZ) String() string { return fmt.Sprintf("mrz(%d lines)", len(m.lines)) }

// Format implements fmt.Formatter so that no verb prints content.
func (m *MRZ) Format(f fmt.State, _ rune) { fmt.Fprint(f, m.String()) }

// LogValue implements slog.LogValuer.
func (m *MRZ) LogValue() slog.Value { return slog.StringValue(m.String()) }

// ParseMRZ reads a zone as it was typed or scanned: lines joined with "|" or line feeds, or all in one; spaces and case
// do not count. Every check digit is verified; a *CheckDigitError names the first field that is wrong.
func ParseMRZ(text string) (*MRZ, error) {
	m, err := parseMRZ(text)
	if err != nil {
		return nil, err
	}
	return m, m.verify()
}

// parseMRZ cuts the zone into its fields without looking at check digits.
func parseMRZ(text string) (*MRZ, error) {
	all, n := clean(text)
	for _, r := range all {
		if !(r == '<' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z') {
			return nil, ErrMRZCharacter
		}
	}
	for _, f := range []format{td1, td2, td3} {
		if len(all) != f.lines*f.width || (n != 1 && n != f.lines) {
			continue
		}
		var lines []string
		for i := range f.lines {
			lines = append(lines, all[i*f.width:(i+1)*f.width])
		}
		m := &MRZ{lines: lines}
		m.cut(f)
		return m, nil
	}
	return nil, fmt.Errorf("%w: %d characters", ErrMRZLength, len(all))
}

// clean joins the lines and tells how many there were.
func clean(text string) (joined string, lines int) {
	if len(text) > 200 { // no zone is longer, with whatever stands between the lines
		return text[:200], 0
	}
	text = strings.ToUpper(strings.NewReplacer("\r", "", "\n", "|", " ", "", "\t", "").Replace(text))
	var parts []string
	for _, p := range strings.Split(text, "|") {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ""), len(parts)
}

func (m *MRZ) cut(f format) {
	if f == td1 {
		m.cutTD1()
		return
	}
	a, b := m.lines[0], m.lines[1]
	m.kind, m.state = trim(a[0:2]), trim(a[2:5])
	m.setNames(a[5:])
	m.number, m.numberDigit, m.nat = b[0:9], b[9], trim(b[10:13])
	m.birth, m.birthDigit, m.sex = b[13:19], b[19], b[20]
	m.expiry, m.expiryDigit = b[21:27], b[27]
	m.composite = b[0:10] + b[13:20] + b[21:len(b)-1]
	m.compositeDigit = b[len(b)-1]
	if f == td3 {
		m.optional = b[28:43]
	} else {
		m.longNumber(b[28:35])
	}
}

func (m *MRZ) cutTD1() {
	a, b, c := m.lines[0], m.lines[1], m.lines[2]
	m.kind, m.state = trim(a[0:2]), trim(a[2:5])
	m.number, m.numberDigit = a[5:14], a[14]
	m.birth, m.birthDigit, m.sex = b[0:6], b[6], b[7]
	m.expiry, m.expiryDigit, m.nat = b[8:14], b[14], trim(b[15:18])
	m.composite = a[5:30] + b[0:7] + b[8:15] + b[18:29]
	m.compositeDigit = b[29]
	m.longNumber(a[15:30])
	m.setNames(c)
}

// longNumber follows ICAO Doc 9303-5 §4.2.2 note j: a filler where the check digit should be says that the number goes
// on in the optional data, its check digit last.
func (m *MRZ) longNumber(optional string) {
	if m.numberDigit != '<' {
		return
	}
	rest, _, _ := strings.Cut(optional, "<")
	if rest == "" {
		return
	}
	m.number += rest[:len(rest)-1]
	m.numberDigit = rest[len(rest)-1]
}

// setNames splits the name field, ICAO Doc 9303-3 §4.6: two fillers part primary and secondary identifier.
func (m *MRZ) setNames(s string) {
	surname, given, _ := strings.Cut(s, "<<")
	m.surname, m.given = trim(surname), trim(given)
}

func trim(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// verify checks the digits, ICAO Doc 9303-3 §4.9. An empty optional field may carry a filler for its digit.
func (m *MRZ) verify() error {
	fields := []struct {
		name, text string
		digit      byte
	}{
		{"number", m.number, m.numberDigit},
		{"birth", m.birth, m.birthDigit},
		{"expiry", m.expiry, m.expiryDigit},
	}
	for _, f := range fields {
		if f.digit != checkDigit(f.text) {
			return &CheckDigitError{f.name}
		}
	}
	if n := len(m.optional); n > 0 {
		text, digit := m.optional[:n-1], m.optional[n-1]
		if digit != checkDigit(text) && !(digit == '<' && trim(text) == "") {
			return &CheckDigitError{"optional"}
		}
	}
	if m.compositeDigit != checkDigit(m.composite) {
		return &CheckDigitError{"composite"}
	}
	return nil
}

// checkDigit is modulo 10 with weights 7, 3, 1; A is 10, a filler 0.
func checkDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		v := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10)
}

// information is MRZ_information of ICAO Doc 9303-11 §4.3.2: number, birth and expiry with their check digits.
func (m *MRZ) information() string {
	return m.number + string(m.numberDigit) + m.birth + string(m.birthDigit) + m.expiry + string(m.expiryDigit)
}

// dg1Size is how long EF.DG1 is for this format: 61 L 5F1F L and the zone.
func (m *MRZ) dg1Size() int { return 5 + len(m.lines)*len(m.lines[0]) }

// subject makes the person of the zone. today settles the centuries.
func (m *MRZ) subject(today string) cardreader.Subject {
	birth, expires := dates(m.birth, m.expiry, today)
	sex := "X"
	if m.sex == 'M' || m.sex == 'F' {
		sex = string(m.sex)
	}
	return cardreader.Subject{
		Surname: m.surname, GivenNames: m.given, Sex: sex, BirthDate: birth, Nationality: m.nat,
		Number: strings.ReplaceAll(m.number, "<", ""), Authority: m.state, Expires: expires,
	}
}
