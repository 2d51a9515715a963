package emrtd

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"bangban/cardreader"
)

// The specimens of ICAO Doc 9303-4 appendix B, 9303-5 appendix B and 9303-6 appendix B.
const (
	specimenTD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1204159ZE184226B<<<<<10"
	specimenTD1 = "I<UTOD231458907<<<<<<<<<<<<<<<|7408122F1204159UTO<<<<<<<<<<<6|ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	specimenTD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<|D231458907UTO7408122F1204159<<<<<<<6"
)

func TestZones(t *testing.T) {
	eriksson := cardreader.Subject{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", Sex: "F", BirthDate: "1974-08-12",
		Nationality: "UTO", Number: "D23145890", Authority: "UTO", Expires: "2012-04-15"}
	passport := eriksson
	passport.Number = "L898902C3"
	for _, tc := range []struct {
		name, text string
		size       int
		want       cardreader.Subject
	}{
		{"TD3", specimenTD3, 93, passport},
		{"TD1", specimenTD1, 95, eriksson},
		{"TD2", specimenTD2, 77, eriksson},
		{"in one", strings.ReplaceAll(specimenTD1, "|", ""), 95, eriksson},
		{"typed", " " + strings.ToLower(strings.ReplaceAll(specimenTD3, "|", "\r\n")) + "\n", 93, passport},
	} {
		m, err := ParseMRZ(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if m.subject("2026-11-26") != tc.want {
			t.Errorf("%s: the person differs", tc.name)
		}
		if m.dg1Size() != tc.size {
			t.Errorf("%s: DG1 of %d bytes, want %d", tc.name, m.dg1Size(), tc.size)
		}
	}
}

func TestLongNumber(t *testing.T) {
	m, err := ParseMRZ("I<UTOD23145890<7349<<<<<<<<<<<|3407127M9507122UTO<<<<<<<<<<<2|STEVENSON<<PETER<JOHN<<<<<<<<<")
	if err != nil {
		t.Fatal(err)
	}
	if s := m.subject("2026-11-26"); s.Number != "D23145890734" || s.Surname != "STEVENSON" || s.GivenNames != "PETER JOHN" {
		t.Errorf("number of %d characters", len(s.Number))
	}
}

func TestZonesRefused(t *testing.T) {
	digit := func(field string) error { return &CheckDigitError{field} }
	for _, tc := range []struct {
		name, text string
		want       error
	}{
		{"empty", "", ErrMRZLength},
		{"one line", strings.Split(specimenTD3, "|")[0], ErrMRZLength},
		{"line missing", strings.Join(strings.Split(specimenTD1, "|")[:2], "|"), ErrMRZLength},
		{"a character too few", specimenTD3[:len(specimenTD3)-1], ErrMRZLength},
		{"two lines of three", strings.Replace(specimenTD1, "|", "", 1), ErrMRZLength},
		{"far too long", strings.Repeat("<", 5000), ErrMRZLength},
		{"other script", strings.Replace(specimenTD3, "ANNA", "ÄNNA", 1)[:90], ErrMRZCharacter},
		{"punctuation", strings.Replace(specimenTD3, "ANNA", "AN-A", 1), ErrMRZCharacter},
		{"number", strings.Replace(specimenTD3, "L898902C3", "L898902C4", 1), digit("number")},
		{"birth", strings.Replace(specimenTD3, "7408122F", "7408132F", 1), digit("birth")},
		{"expiry", strings.Replace(specimenTD3, "1204159", "1204158", 1), digit("expiry")},
		{"optional", strings.Replace(specimenTD3, "ZE184226B", "ZE184226C", 1), digit("optional")},
		{"composite", strings.Replace(specimenTD1, "UTO<<<<<<<<<<<6", "UTO<<<<<<<<<<<7", 1), digit("composite")},
		{"filler for a digit", strings.Replace(specimenTD3, "7408122F", "740812<F", 1), digit("birth")},
	} {
		_, err := ParseMRZ(tc.text)
		var got, want *CheckDigitError
		if errors.As(tc.want, &want) {
			if !errors.As(err, &got) || got.Field != want.Field {
				t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
			}
		} else if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

// ICAO Doc 9303-3 §4.9: the worked examples of the check digit.
func TestCheckDigit(t *testing.T) {
	for text, want := range map[string]byte{"520727": '3', "AB2134<<<": '5', "": '0', "<<<": '0'} {
		if got := checkDigit(text); got != want {
			t.Errorf("%s: %c, want %c", text, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for _, tc := range []struct{ birth, expiry, today, born, expires string }{
		{"430412", "360411", "2026-11-26", "1943-04-12", "2036-04-11"},
		{"261126", "310101", "2026-11-26", "2026-11-26", "2031-01-01"}, // born today
		{"261127", "310101", "2026-11-26", "1926-11-27", "2031-01-01"}, // never tomorrow
		{"000229", "761231", "2026-11-26", "2000-02-29", "1976-12-31"}, // beyond the window
		{"000229", "761126", "2026-11-26", "2000-02-29", "2076-11-26"},
		{"99<<<<", "310101", "2026-11-26", "1999-00-00", "2031-01-01"},
		{"9912<<", "310101", "2026-11-26", "1999-12-00", "2031-01-01"},
		{"<<<<<<", "310101", "2026-11-26", "", "2031-01-01"},
		{"991301", "ABCDEF", "2026-11-26", "", ""},
		{"430412", "360411", "", "1943-04-12", "2036-04-11"}, // no clock: before the expiry
		{"350412", "360411", "", "2035-04-12", "2036-04-11"},
	} {
		born, expires := dates(tc.birth, tc.expiry, tc.today)
		if born != tc.born || expires != tc.expires {
			t.Errorf("%s %s on %s: %s %s, want %s %s", tc.birth, tc.expiry, tc.today, born, expires, tc.born, tc.expires)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string][2]string{
		"VAN<DER<MEER<<JAN<<<<": {"VAN DER MEER", "JAN"},
		"ARKFREITH<<<<<<<<<<<":  {"ARKFREITH", ""},
		"<<<<<<<<":              {"", ""},
		"A<<B<<C<<<<":           {"A", "B C"},
	} {
		var m MRZ
		if m.setNames(in); m.surname != want[0] || m.given != want[1] {
			t.Errorf("%s: %q %q", in, m.surname, m.given)
		}
	}
}

func TestZoneDoesNotPrint(t *testing.T) {
	m, err := ParseMRZ(specimenTD3)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("zone", "mrz", m)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q %x", m, m, m, m, m, m), log.String()} {
		if strings.Contains(text, "ERIKSSON") || strings.Contains(text, "L898902C") || !strings.Contains(text, "mrz(2 lines)") {
			t.Errorf("%s", text)
		}
	}
}

func FuzzMRZ(f *testing.F) {
	for _, s := range []string{specimenTD1, specimenTD2, specimenTD3, "", "|||", strings.Repeat("<", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMRZ(s)
		if (m == nil) && err == nil {
			t.Fatal("neither zone nor error")
		}
		if err != nil {
			if m, err = parseMRZ(s); err != nil {
				return
			}
		}
		again, err := parseMRZ(strings.Join(m.lines, "|"))
		if err != nil || strings.Join(again.lines, "") != strings.Join(m.lines, "") {
			t.Fatalf("own lines refused: %v", err)
		}
		for _, today := range []string{"2026-11-26", ""} {
			if b := m.subject(today).BirthDate; today != "" && b > today {
				t.Fatal("born after today")
			}
		}
	})
}
