package thaiid_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/thaiid"
)

// chip is a card: one long file, over T=0 (61xx) or T=1.
type chip struct {
	atr      []byte
	file     []byte
	t1       bool
	short    int // bytes left out of every answer
	selected bool
	waiting  []byte
}

func (c *chip) ATR() []byte { return c.atr }
func (*chip) Close() error  { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	cmd, err := apdu.ParseCommand(b)
	if err != nil {
		return []byte{0x67, 0x00}, nil
	}
	var out []byte
	switch at := int(cmd.P1)<<8 | int(cmd.P2); {
	case cmd.INS == 0xA4 && cmd.P1 == 4 && bytes.Equal(cmd.Data, []byte{0xA0, 0, 0, 0, 0x54, 0x48, 0, 1}):
		c.selected, out = true, []byte("SPECIMEN!!")
	case cmd.INS == 0xC0 && (cmd.P2 == 1) == bytes.HasPrefix(c.atr, []byte{0x3B, 0x67}) && cmd.Ne == len(c.waiting):
		out = append(c.waiting, 0x90, 0x00)
		c.waiting = nil
		return out, nil
	case cmd.CLA == 0x80 && cmd.INS == 0xB0 && c.selected && len(cmd.Data) == 2 && at+int(cmd.Data[1]) <= len(c.file):
		out = bytes.Clone(c.file[at : at+int(cmd.Data[1])-c.short])
	default:
		return []byte{0x6A, 0x86}, nil
	}
	if c.t1 {
		return append(out, 0x90, 0x00), nil
	}
	c.waiting = out
	return []byte{0x61, byte(len(out))}, nil
}

var jpeg = append(append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, bytes.Repeat([]byte("SPECIMEN"), 500)...), 0xFF, 0xD9)

// content is the file of an invented person: นางสาว ตัวอย่าง ทดสอบ, "Miss Specimen Test".
func content(t testing.TB) []byte {
	t.Helper()
	file := bytes.Repeat([]byte{' '}, 0x1579+100+200)
	put := func(at int, text string) {
		b, err := charmap.Windows874.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		copy(file[at:], b)
	}
	put(0x0004, "3109900000122")
	put(0x0011, "นางสาว#ตัวอย่าง##ทดสอบ")
	put(0x0075, "Miss#Tuayang#Maria#Specimen")
	put(0x00D9, "24950305")
	put(0x00E1, "2")
	put(0x00E2, "ท้องถิ่นเขตตัวอย่าง/กรุงเทพมหานคร")
	put(0x0167, "25630701")
	put(0x016F, "25710304")
	copy(file[0x017B:], bytes.Repeat([]byte{0}, 5118))
	copy(file[0x017B:], jpeg)
	put(0x1579, "99/9#หมู่ที่ 1####ตำบลตัวอย่าง#อำเภอตัวอย่าง#จังหวัดตัวอย่าง")
	return file
}

func truth() cardreader.Subject {
	return cardreader.Subject{FullName: "นางสาว ตัวอย่าง ทดสอบ", Surname: "Specimen", GivenNames: "Tuayang Maria", Sex: "F",
		BirthDate: "1952-03-05", Number: "3109900000122", Authority: "ท้องถิ่นเขตตัวอย่าง/กรุงเทพมหานคร",
		Address: "99/9 หมู่ที่ 1 ตำบลตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง", Issued: "2020-07-01", Expires: "2028-03-04"}
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func kind() cardreader.Kind { return thaiid.New(thaiid.Deps{Now: now}) }

func fixture(t testing.TB, c chip, most int) kindtest.Fixture {
	file := content(t)
	return kindtest.Fixture{Kind: kind(), Truth: truth(), Files: []string{"person", "address", "issue", "photo"}, Most: most,
		Open: func(testing.TB) cardreader.Conn { fresh := c; fresh.file = file; return &fresh }}
}

// 25 commands, each followed by GET RESPONSE with T=0.
func TestContract(t *testing.T) { kindtest.Run(t, fixture(t, chip{}, 50)) }
func TestContractT1(t *testing.T) {
	kindtest.Run(t, fixture(t, chip{t1: true}, 25))
}
func TestContractOtherGetResponse(t *testing.T) {
	kindtest.Run(t, fixture(t, chip{atr: []byte{0x3B, 0x67, 0x00}}, 50))
}

func FuzzRead(f *testing.F) { kindtest.Fuzz(f, fixture(f, chip{t1: true}, 0)) }

func read(c *chip) (*cardreader.Document, error) {
	return kind().Read(context.Background(), c, nil, nil)
}

// The card cannot prove itself: the whole is never Passed.
func TestNeverPassed(t *testing.T) {
	doc, err := read(&chip{file: content(t)})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Indeterminate || !bytes.Equal(doc.Photo, jpeg) || len(doc.Checks) != 3 {
		t.Errorf("%v %+v, photo of %d bytes", doc.Verdict(), doc.Checks, len(doc.Photo))
	}
	if c := doc.Checks[0]; c.Name != "issuer" || c.Verdict != check.Indeterminate || c.Reason != check.NotSupported || c.Optional {
		t.Errorf("%+v", c)
	}
}

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*chip)
		want   error
	}{
		"file too short":  {func(c *chip) { c.file = c.file[:0x400] }, apdu.ErrWrongParameters},
		"short answers":   {func(c *chip) { c.short = 1 }, thaiid.ErrShort},
		"number":          {func(c *chip) { c.file[5] = 'X' }, thaiid.ErrField},
		"sex":             {func(c *chip) { c.file[0xE1] = '3' }, thaiid.ErrField},
		"birth":           {func(c *chip) { copy(c.file[0xD9:], "2495130A") }, thaiid.ErrDate},
		"month 13":        {func(c *chip) { copy(c.file[0xD9:], "24951305") }, thaiid.ErrDate},
		"common era":      {func(c *chip) { copy(c.file[0xD9:], "19520305") }, thaiid.ErrDate},
		"expiry of noise": {func(c *chip) { copy(c.file[0x16F:], "SPECIMEN") }, thaiid.ErrDate},
	} {
		c := &chip{file: content(t)}
		tc.change(c)
		_, err := read(c)
		var e *cardreader.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestDoubts(t *testing.T) {
	for name, tc := range map[string]struct {
		change func([]byte)
		want   check.Check
		whole  check.Verdict
		lost   func(cardreader.Subject) string
	}{
		"byte of no character": {func(b []byte) { b[0x20] = 0xFC }, check.Unsure("text", thaiid.ReasonUnmappable, "name"), 0, func(s cardreader.Subject) string { return s.FullName }},
		"control character":    {func(b []byte) { b[0x1580] = 0x1B }, check.Unsure("text", thaiid.ReasonUnmappable, "address"), 0, func(s cardreader.Subject) string { return s.Address }},
		"check digit":          {func(b []byte) { b[0x10] = '8' }, check.Fail("number", thaiid.ReasonCheckDigit, ""), check.Failed, nil},
		"expired":              {func(b []byte) { copy(b[0x16F:], "25691125") }, check.Fail("validity", check.Expired, ""), check.Failed, nil},
		"last day":             {func(b []byte) { copy(b[0x16F:], "25691126") }, check.Pass("validity", ""), 0, nil},
		"for life":             {func(b []byte) { copy(b[0x16F:], "99999999") }, check.Pass("validity", ""), 0, nil},
		"no expiry":            {func(b []byte) { copy(b[0x16F:], "        ") }, check.Unsure("validity", check.Unreadable, ""), 0, nil},
		"no portrait":          {func(b []byte) { clear(b[0x17B : 0x17B+5118]) }, check.Check{Name: "photo", Reason: check.Unreadable, Optional: true}, 0, nil},
	} {
		c := &chip{file: content(t)}
		tc.change(c.file)
		doc, err := read(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, got := range doc.Checks {
			found = found || got == tc.want
		}
		if !found || doc.Verdict() != tc.whole {
			t.Errorf("%s: %v %+v", name, doc.Verdict(), doc.Checks)
		}
		if tc.lost != nil && tc.lost(doc.Subject) != "" {
			t.Errorf("%s: a text was made up", name)
		}
	}
}

// Old people's cards know the year of birth only.
func TestOpenDates(t *testing.T) {
	c := &chip{file: content(t)}
	copy(c.file[0xD9:], "24800000")
	doc, err := read(c)
	if err != nil || doc.Subject.BirthDate != "1937-00-00" {
		t.Errorf("%v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add(content(f)[:0x300])
	f.Add([]byte(strings.Repeat("#", 400)))
	f.Add([]byte(strings.Repeat("9", 400)))
	good := content(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &chip{file: bytes.Clone(good), t1: true}
		copy(c.file, b)
		doc, err := read(c)
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() == check.Passed {
			t.Fatal("proven without a proof")
		}
	})
}
