package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"bangban/cardreader"
)

// split parts the first given name from the others.
func split(given string) (first, rest string) {
	first, rest, _ = strings.Cut(given, " ")
	return first, rest
}

// malaysianCards are MyKads: three files, read in three steps.
func malaysianCards() (all []specimen, err error) {
	picture, err := smallPortrait(face{hair: 0x3A3634, skin: 0xB07D54, cloth: 0x2E6B52, glasses: true}, 3900)
	if err != nil {
		return nil, err
	}
	base := cardreader.Subject{FullName: "SPECIMEN BINTI CONTOH", Number: "520305105558", Sex: "F", BirthDate: "1952-03-05",
		Issued: "2012-07-01", Nationality: "MYS", Address: "NO 1 JALAN CONTOH TAMAN SPECIMEN 50480 KUALA LUMPUR W. PERSEKUTUAN(KL)"}
	for _, c := range []struct {
		name, what string
		person     cardreader.Subject
		photo      []byte
	}{
		{"mykad", "MyKad", base, picture},
		{"mykad-nophoto", "MyKad without a portrait", base, nil},
		{"mykad-mismatch", "MyKad whose number says another birth", with(base, func(s *cardreader.Subject) { s.BirthDate = "1952-03-06" }), picture},
		{"mykad-long", "MyKad, a name of 36 letters and more", with(base, func(s *cardreader.Subject) {
			s.FullName = "SPECIMEN NUR SITI KHADIJAH AISYAH BINTI TENGKU MUHAMMAD CONTOH"
		}), picture},
	} {
		p, person, address, photo := c.person, blank(459), blank(171), make([]byte, 4011)
		put(person, 3, p.FullName)
		put(person, 273, p.Number)
		put(person, 286, map[string]string{"M": "L", "F": "P"}[p.Sex]+"0000000")
		put(person, 295, bcd(digits(p.BirthDate)))
		put(person, 299, "WILAYAH PERSEKUTUAN")
		put(person, 324, bcd(digits(p.Issued)))
		put(person, 328, "WARGANEGARA")
		put(address, 3, "NO 1 JALAN CONTOH")
		put(address, 33, "TAMAN SPECIMEN")
		put(address, 93, "\x50\x48\x00")
		put(address, 96, "KUALA LUMPUR")
		put(address, 121, "W. PERSEKUTUAN(KL)")
		copy(photo[3:], c.photo)
		all = append(all, specimen{Name: c.name, Kind: "mykad", Note: about(c.what), ATR: "3B6700007320006C689000", Truth: p, Plain: &plain{T0: true,
			Dialect: "three-steps", Apps: map[string]string{"A0000000744A504E0010": enc([]byte("\x6F\x03JPN"))},
			Files: map[string]file{"0001": {Bytes: person}, "0002": {Bytes: photo}, "0004": {Bytes: address}}}})
	}
	return all, nil
}

// Answers to reset of the two generations of Serbian cards.
const (
	atrApollo  = "3BB918008131FE9E8073FF614083000000DF"
	atrGemalto = "3BFF9400008131804380318065B0850201F3120FFF82900079"
)

// serbianCards are identity cards of Serbia of both generations, the foreigner's card and the residence permit.
func serbianCards() (all []specimen, err error) {
	picture, err := smallPortrait(face{hair: 0xA8A39E, skin: 0xE3B994, cloth: 0x7A2F3B, bun: true}, 9000)
	if err != nil {
		return nil, err
	}
	base := cardreader.Subject{Surname: "ПРИМЕРКОВИЋ", GivenNames: "СПЕЦИМЕНА", Sex: "F", BirthDate: "1952-03-05", Number: "000000001",
		Address: "УЛИЦА УЗОРАКА 7 12 ПРИМЕРОВО ПРИМЕР", Authority: "ПУ ПРИМЕР", Issued: "2020-07-01", Expires: "2034-07-01"}
	for _, c := range []struct {
		name, what, variant string
		person              cardreader.Subject
		photo               []byte
	}{
		{"rsid", "identity card of Serbia", "ID", base, picture},
		{"rsid-apollo", "identity card of Serbia, first generation, without an end", "", with(base, func(s *cardreader.Subject) { s.Expires = "" }), picture},
		{"rsid-foreigner", "Serbian card for a foreigner", "IF", base, picture},
		{"rsid-permit", "Serbian residence permit", "RP", base, picture},
		{"rsid-expired", "identity card of Serbia, expired", "ID", with(base, func(s *cardreader.Subject) { s.Expires = "2024-05-31" }), picture},
		{"rsid-nophoto", "identity card of Serbia without a portrait", "ID", base, nil},
		{"rsid-long", "identity card of Serbia, 36 letters of names", "ID", with(base, func(s *cardreader.Subject) {
			s.GivenNames = "СПЕЦИМЕНА АЛЕКСАНДРА ВИЛХЕЛМИНА ЂУРЂИЦА"
		}), picture},
	} {
		all = append(all, serbian(c.name, c.what, c.variant, c.person, c.photo))
	}
	return all, nil
}

func serbian(name, what, variant string, p cardreader.Subject, photo []byte) specimen {
	field := func(tag uint16, value string) []byte {
		b := binary.LittleEndian.AppendUint16(nil, tag)
		return append(binary.LittleEndian.AppendUint16(b, uint16(len(value))), value...)
	}
	day := func(date string) string {
		if date == "" {
			return "01010001"
		}
		d := digits(date)
		return d[6:] + d[4:6] + d[:4]
	}
	head := 4
	card := &plain{Selected: "62028000", Files: map[string]file{}}
	atr := atrGemalto
	if variant == "" {
		head, atr, card.Open = 6, atrApollo, true
	} else {
		card.Apps = map[string]string{enc([]byte("\xF3\x81\x00\x00\x02SER" + variant + "\x01")): ""}
	}
	for id, content := range map[string][]byte{
		"0F02": bytes.Join([][]byte{field(1545, "ID"), field(1546, p.Number), field(1547, "ID"), field(1549, day(p.Issued)), field(1550, day(p.Expires)), field(1551, p.Authority)}, nil),
		"0F03": bytes.Join([][]byte{field(1558, "0503952715005"), field(1559, p.Surname), field(1560, p.GivenNames), field(1562, "Ж"), field(1566, day(p.BirthDate))}, nil),
		"0F04": bytes.Join([][]byte{field(1568, "SRB"), field(1569, "ПРИМЕР"), field(1570, "ПРИМЕРОВО"), field(1571, "УЛИЦА УЗОРАКА"), field(1572, "7"), field(1573, ""), field(1578, "12")}, nil),
		"0F06": append(make([]byte, 4), photo...),
	} {
		b := make([]byte, head, head+len(content))
		binary.LittleEndian.PutUint16(b[head-2:], uint16(len(content)))
		card.Files[id] = file{Bytes: append(b, content...)}
	}
	return specimen{Name: name, Kind: "rsid", Note: about(what), ATR: atr, Truth: p, Plain: card}
}

// residentCards are further identity cards of the People's Republic of China, GA/T 490-2019: what the shipped good ones do
// not show.
func residentCards() ([]specimen, error) {
	number := numbered18("11010519491231002")
	base := cardreader.Subject{FullName: "样本梅", Sex: "F", BirthDate: "1949-12-31", Nationality: "CHN", Number: number,
		Address: "样本市样本区样本街道1号", Authority: "样本市公安局样本分局", Issued: "2020-01-01", Expires: "2040-01-01"}
	wlt := make([]byte, 1024)
	copy(wlt, "\x57\x4C\x66\x00\x7E\x00\x32")
	var all []specimen
	for _, c := range []struct {
		name, what string
		person     cardreader.Subject
		photo      []byte
		units      []uint16 // of the name, where it is not text
		faults     map[string]string
		pull       int
	}{
		{name: "cnid-expired", what: "resident identity card, expired", photo: wlt, person: with(base, func(s *cardreader.Subject) { s.Expires = "2024-05-31" })},
		{name: "cnid-nophoto", what: "resident identity card without a photograph", person: base},
		{name: "cnid-mismatch", what: "resident identity card whose number says another birth", photo: wlt, person: with(base, func(s *cardreader.Subject) { s.BirthDate = "1949-12-30" })},
		{name: "cnid-private", what: "resident identity card, a name with a private character that has no other code point", photo: wlt,
			person: with(base, func(s *cardreader.Subject) { s.FullName = "样本\uE5E5" })},
		{name: "cnid-damaged", what: "resident identity card, half a surrogate pair in the name", photo: wlt, units: []uint16{0x6837, 0x672C, 0xD872},
			person: with(base, func(s *cardreader.Subject) { s.FullName = "样本\uFFFD" })},
		{name: "cnid-refused", what: "a card that refuses the security module of the reader", photo: wlt, person: base, faults: map[string]string{"2002": "000031"}},
		{name: "cnid-pulled", what: "resident identity card, lifted while it is read", photo: wlt, person: base, pull: 5},
	} {
		p := c.person
		block := bytes.Repeat([]byte{0x20, 0x00}, 128)
		wide := func(at int, units []uint16) {
			for i, u := range units {
				binary.LittleEndian.PutUint16(block[at+2*i:], u)
			}
		}
		if c.units == nil {
			c.units = utf16.Encode([]rune(p.FullName))
		}
		wide(0, c.units)
		for at, text := range map[int]string{30: "2", 32: "01", 36: digits(p.BirthDate), 52: p.Address, 122: p.Number, 158: p.Authority,
			188: digits(p.Issued), 204: digits(p.Expires)} {
			wide(at, utf16.Encode([]rune(text)))
		}
		if len(block) != 256 {
			return nil, fmt.Errorf("%s: %d bytes", c.name, len(block))
		}
		var told any = p
		if c.faults != nil || c.pull > 0 { // nobody ever reads it
			told = nil
		}
		all = append(all, specimen{Name: c.name, Kind: "cnid", Note: about(c.what), Truth: told, Faults: c.faults, PullAt: c.pull,
			Dirs: []directory{{Files: map[string][]byte{"base": block, "photo": c.photo}}}})
	}
	return all, nil
}
