package main

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"bangban/cardreader"
)

// social is one social security card of the People's Republic of China, LD/T 32-2015.
type social struct {
	name, what string
	person     cardreader.Subject
	raw        string // the name as bytes, where it is not what the coder makes of it
	first      bool   // of the first generation: no rest of the name
	access     string
	pin        *pin
	told       string // the PIN
}

func socialCards() ([]specimen, error) {
	base := cardreader.Subject{FullName: "样本·秀英", Sex: "F", BirthDate: "1949-12-31", Number: numbered18("11010519491231002"),
		Issued: "2018-06-01", Expires: "2038-06-01"}
	old := with(base, func(s *cardreader.Subject) {
		s.FullName, s.Sex, s.BirthDate, s.Number, s.Issued, s.Expires = "样本建国", "M", "1944-10-01", numbered18("99010519441001001"), "2012-03-01", ""
	})
	named := func(name string) cardreader.Subject {
		return with(base, func(s *cardreader.Subject) { s.FullName = name })
	}
	code := &pin{Value: "123456", Tries: 3}
	list := []social{
		{name: "sscard", what: "social security card, second generation", person: base},
		{name: "sscard-first", what: "social security card, first generation, without an end", person: old, first: true},
		{name: "sscard-rare", what: "social security card, a name outside the basic plane", person: named("样本·\U0002CB5A\u4DAE")},
		{name: "sscard-private", what: "social security card, a name with a character that has no code point", raw: "\xD1\xF9\xB1\xBE\xFE\x59", person: named("")},
		{name: "sscard-long", what: "social security card, a name that goes on in a second record", person: named("样本古丽·样本买买提·样本阿卜杜热合曼")},
		{name: "sscard-expired", what: "social security card, expired", person: with(base, func(s *cardreader.Subject) { s.Expires = "2024-05-31" })},
		{name: "sscard-pin", what: "social security card that wants its PIN", person: base, access: "pin", pin: code, told: "123456"},
		{name: "sscard-last-try", what: "social security card with one try of the PIN left", person: base, access: "pin", pin: &pin{Value: "123456", Tries: 1}, told: "123456"},
		{name: "sscard-blocked", what: "social security card whose PIN is blocked", person: base, access: "pin", pin: &pin{Value: "123456"}, told: "123456"},
		{name: "sscard-key", what: "social security card that opens to its issuer only", person: base, access: "key", pin: code, told: "123456"},
	}
	var all []specimen
	for _, c := range list {
		s, err := c.make()
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (c social) make() (specimen, error) {
	gb := &coder{charset: simplifiedchinese.GB18030}
	record := func(id byte, value string) []byte { return append([]byte{id, byte(len(value))}, value...) }
	p, name := c.person, c.raw
	if name == "" {
		name = gb.text(p.FullName)
	}
	sex := map[string]string{"M": "1", "F": "2"}[p.Sex]
	card := [][]byte{record(1, filled("SPECIMEN", 16)), record(2, "3"), record(3, "2.00"), record(4, filled("SPECIMEN", 12)),
		record(5, bcd(digits(p.Issued))), record(6, filled(bcd(digits(p.Expires)), 4)), record(7, "A00000001")}
	person := [][]byte{record(8, p.Number), record(9, filled(name[:min(30, len(name))], 30)), record(0x4E, filled(name[min(30, len(name)):], 20)),
		record(0x0A, sex), record(0x0B, "\x01"), record(0x0C, "\x11\x01\x05"), record(0x0D, bcd(digits(p.BirthDate)))}
	if c.first {
		person = append(person[:2:2], person[3:]...)
	}
	var told any = p
	if c.access == "key" || c.pin != nil && c.pin.Tries < 2 { // nobody ever reads it
		told = nil
	}
	return specimen{Name: c.name, Kind: "sscard", Note: about(c.what), ATR: contact(), Code: c.told, Truth: told, Plain: &plain{T0: true, PIN: c.pin,
		Apps:  map[string]string{enc([]byte("sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF")): ""},
		Files: map[string]file{"EF05": {Records: card, SFI: "05"}, "EF06": {Records: person, SFI: "06", Access: c.access}}}}, gb.err
}

// taiwanCards are health insurance cards of Taiwan: one data object of fixed places, years of the Republic, Big5.
func taiwanCards() (all []specimen, err error) {
	base := cardreader.Subject{FullName: "樣本王", Number: "A123456789", BirthDate: "1952-03-05", Sex: "F", Issued: "2024-02-29"}
	for _, c := range []struct {
		name, what, raw string
		person          cardreader.Subject
	}{
		{"twnhi", "health insurance card", "", base},
		{"twnhi-rare", "health insurance card, a name with a character outside Big5", "\xBC\xCB\xA5\xBB\xFA\x40", with(base, func(s *cardreader.Subject) { s.FullName = "" })},
		{"twnhi-letters", "health insurance card of a foreign resident, number with two letters", "", with(base, func(s *cardreader.Subject) { s.Number = "AC01234567" })},
		{"twnhi-number", "health insurance card, a number that does not fit its last digit", "", with(base, func(s *cardreader.Subject) { s.Number = "A123456780" })},
	} {
		big := &coder{charset: traditionalchinese.Big5}
		p, name := c.person, c.raw
		if name == "" {
			name = big.text(p.FullName)
		}
		republic := func(date string) string {
			d := digits(date)
			year := int(d[0]-'0')*1000 + int(d[1]-'0')*100 + int(d[2]-'0')*10 + int(d[3]-'0') - 1911
			return string([]byte{byte('0' + year/100), byte('0' + year/10%10), byte('0' + year%10)}) + d[4:]
		}
		record := "000000000001" + filled(name, 20) + p.Number + republic(p.BirthDate) + p.Sex + republic(p.Issued)
		all = append(all, specimen{Name: c.name, Kind: "twnhi", Note: about(c.what), ATR: contact(), Truth: p, Plain: &plain{T0: true,
			Apps: map[string]string{"D1580000010000000000000000001100": ""}, Data: map[string][]byte{"1100": []byte(record)}}})
		if big.err != nil {
			return nil, big.err
		}
	}
	return all, nil
}

// thaiCards are national identity cards of Thailand: one long file, Buddhist years, TIS-620.
func thaiCards() (all []specimen, err error) {
	picture, err := smallPortrait(face{hair: 0x6E6A67, skin: 0xC98F62, cloth: 0x9A6B1F}, 5000)
	if err != nil {
		return nil, err
	}
	base := cardreader.Subject{FullName: "นางสาว ตัวอย่าง ทดสอบ", Surname: "Specimen", GivenNames: "Tuayang Maria", Sex: "F",
		BirthDate: "1952-03-05", Number: "3109900000122", Authority: "ท้องถิ่นเขตตัวอย่าง/กรุงเทพมหานคร",
		Address: "99/9 หมู่ที่ 1 ตำบลตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง", Issued: "2020-07-01", Expires: "2030-03-04"}
	for _, c := range []thai{
		{name: "thaiid", what: "national identity card", person: base},
		{name: "thaiid-life", what: "national identity card for life, birth known by its year only", expires: "99999999",
			person: with(base, func(s *cardreader.Subject) { s.BirthDate, s.Expires = "1938-00-00", "9999-12-31" })},
		{name: "thaiid-expired", what: "national identity card, expired", person: with(base, func(s *cardreader.Subject) { s.Expires = "2024-05-31" })},
		{name: "thaiid-tampered", what: "national identity card, a number that its last digit contradicts", person: with(base, func(s *cardreader.Subject) { s.Number = "3109900000132" })},
		{name: "thaiid-nophoto", what: "national identity card without a portrait", person: base, nophoto: true},
		{name: "thaiid-long", what: "national identity card, 36 letters of names", person: with(base, func(s *cardreader.Subject) {
			s.GivenNames = "Tuayangthongchaiprasertwattana Maria"
		})},
	} {
		if !c.nophoto {
			c.photo = picture
		}
		s, err := c.make()
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

type thai struct {
	name, what, expires string
	person              cardreader.Subject
	nophoto             bool
	photo               []byte
}

func (c thai) make() (specimen, error) {
	th := &coder{charset: charmap.Windows874}
	p, f := c.person, blank(0x1579+100)
	clear(f[0x17B : 0x17B+5118])
	buddhist := func(date string) string {
		d := digits(date)
		year := int(d[0]-'0')*1000 + int(d[1]-'0')*100 + int(d[2]-'0')*10 + int(d[3]-'0') + 543
		return string([]byte{byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10)}) + d[4:]
	}
	expires := c.expires
	if expires == "" {
		expires = buddhist(p.Expires)
	}
	given, middle := split(p.GivenNames)
	put(f, 0x0004, p.Number)
	put(f, 0x0011, th.text("นางสาว#ตัวอย่าง##ทดสอบ"))
	put(f, 0x0075, "Miss#"+given+"#"+middle+"#"+p.Surname)
	put(f, 0x00D9, buddhist(p.BirthDate))
	put(f, 0x00E1, map[string]string{"M": "1", "F": "2"}[p.Sex])
	put(f, 0x00E2, th.text(p.Authority))
	put(f, 0x0167, buddhist(p.Issued))
	put(f, 0x016F, expires)
	copy(f[0x017B:], c.photo)
	put(f, 0x1579, th.text("99/9#หมู่ที่ 1####ตำบลตัวอย่าง#อำเภอตัวอย่าง#จังหวัดตัวอย่าง"))
	return specimen{Name: c.name, Kind: "thaiid", Note: about(c.what), ATR: "3B6700002920006F789000", Truth: p, Plain: &plain{T0: true, Respond: 1,
		Dialect: "length-in-data", Apps: map[string]string{"A000000054480001": enc([]byte("SPECIMEN!!"))}, Files: map[string]file{"0001": {Bytes: f}}}}, th.err
}
