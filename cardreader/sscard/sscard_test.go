package sscard_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sscard"
)

// chip is a card: records by file, an optional PIN, T=0 or T=1, with or without short file identifiers.
type chip struct {
	card, person [][]byte
	pin          []byte // nil: free to read
	key          bool   // EF06 stays closed whatever the PIN
	tries        int
	noSFI, t0    bool
	extra        []byte // what VERIFY without data answers in place of the tries

	selected, opened bool
	file             [][]byte
	asked            int // VERIFY with data
}

func (*chip) ATR() []byte  { return nil }
func (*chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	command, err := apdu.ParseCommand(b)
	if err != nil {
		return []byte{0x67, 0x00}, nil
	}
	switch command.INS {
	case 0xA4:
		return c.choose(command), nil
	case 0xB2:
		return c.read(command), nil
	case 0x20:
		return c.verify(command), nil
	}
	return []byte{0x6D, 0x00}, nil
}

func (c *chip) choose(command apdu.Command) []byte {
	switch {
	case command.P1 == 4 && string(command.Data) == "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF":
		c.selected = true
		return []byte{0x90, 0x00}
	case command.P1 == 2 && c.selected && bytes.Equal(command.Data, []byte{0xEF, 5}):
		c.file = c.card
		return []byte{0x90, 0x00}
	case command.P1 == 2 && c.selected && bytes.Equal(command.Data, []byte{0xEF, 6}):
		c.file = c.person
		return []byte{0x90, 0x00}
	}
	return []byte{0x6A, 0x82}
}

func (c *chip) read(command apdu.Command) []byte {
	file, secret := c.file, false
	switch {
	case command.P2 == 0x04:
		secret = len(file) > 0 && len(c.person) > 0 && &file[0] == &c.person[0]
	case c.noSFI:
		return []byte{0x6B, 0x00}
	case command.P2 == 5<<3|4:
		file = c.card
	case command.P2 == 6<<3|4:
		file, secret = c.person, true
	}
	n := int(command.P1)
	switch {
	case !c.selected:
		return []byte{0x69, 0x86}
	case secret && (c.key || c.pin != nil && !c.opened):
		return []byte{0x69, 0x82}
	case n < 1 || n > len(file):
		return []byte{0x6A, 0x83}
	case c.t0 && command.Ne != len(file[n-1]):
		return []byte{0x6C, byte(len(file[n-1]))}
	}
	return append(bytes.Clone(file[n-1]), 0x90, 0x00)
}

func (c *chip) verify(command apdu.Command) []byte {
	switch {
	case c.tries == 0:
		return []byte{0x69, 0x83}
	case len(command.Data) == 0 && c.extra != nil:
		return c.extra
	case len(command.Data) == 0:
		return []byte{0x63, 0xC0 | byte(c.tries)}
	}
	c.asked++
	if bytes.Equal(command.Data, c.pin) || c.key {
		c.opened = true
		return []byte{0x90, 0x00}
	}
	c.tries--
	return []byte{0x63, 0xC0 | byte(c.tries)}
}

func record(id byte, value string) []byte { return append([]byte{id, byte(len(value))}, value...) }

// fill makes a field as long as the card has it.
func fill(s string, n int) string { return s + string(bytes.Repeat([]byte{0}, n-len(s))) }

// second is a card of the second generation of an invented person: 样本·张三 (the middle dot is A1A4 in GBK). The number
// is the example of GB 11643.
func second() *chip {
	return &chip{tries: 3,
		card: [][]byte{record(1, "\x11\x01\x00\x00SPECIMEN\x00\x00\x00\x00"), record(2, "3"), record(3, "2.00"),
			record(4, "\x91\x56\x00\x00\x02\x11\x01\x00\x00\x00\x00\x00"), record(5, "\x20\x18\x06\x01"), record(6, "\x20\x38\x06\x01"), record(7, "A00000001")},
		person: [][]byte{record(8, "11010519491231002X"), record(9, fill("\xD1\xF9\xB1\xBE\xA1\xA4\xD5\xC5\xC8\xFD", 30)),
			record(0x4E, fill("", 20)), record(0x0A, "2"), record(0x0B, "\x01"), record(0x0C, "\x11\x01\x05"), record(0x0D, "\x19\x49\x12\x31")},
	}
}

// first is a card of the first generation: no rest of the name.
func first() *chip {
	c := second()
	c.person = append(c.person[:2:2], c.person[3:]...)
	return c
}

func locked() *chip {
	c := second()
	c.pin = []byte{0x12, 0x34, 0x56}
	return c
}

func truth() cardreader.Subject {
	return cardreader.Subject{FullName: "样本·张三", Number: "11010519491231002X", Sex: "F", BirthDate: "1949-12-31",
		Issued: "2018-06-01", Expires: "2038-06-01"}
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func kind() cardreader.Kind { return sscard.New(sscard.Deps{Now: now}) }

func fixture(c func() *chip, most int) kindtest.Fixture {
	return kindtest.Fixture{Kind: kind(), Open: func(testing.TB) cardreader.Conn { return c() }, Truth: truth(),
		Files: []string{"EF05/07", "EF06/08", "EF06/0B"}, Most: most}
}

func TestContract(t *testing.T)      { kindtest.Run(t, fixture(second, 17)) }
func TestContractFirst(t *testing.T) { kindtest.Run(t, fixture(first, 16)) }
func TestContractT0(t *testing.T) {
	kindtest.Run(t, fixture(func() *chip { c := second(); c.t0 = true; return c }, 31))
}
func TestContractSelect(t *testing.T) {
	kindtest.Run(t, fixture(func() *chip { c := second(); c.noSFI = true; return c }, 21))
}
func TestContractPIN(t *testing.T) {
	x := fixture(locked, 20)
	x.Secrets, x.Wrong = cardreader.Secrets{cardreader.PIN: "123456"}, cardreader.Secrets{cardreader.PIN: "654321"}
	kindtest.Run(t, x)
}

func FuzzRead(f *testing.F) { kindtest.Fuzz(f, fixture(second, 0)) }
func FuzzReadPIN(f *testing.F) {
	x := fixture(locked, 0)
	x.Secrets = cardreader.Secrets{cardreader.PIN: "123456"}
	kindtest.Fuzz(f, x)
}

func read(c *chip, pin string) (*cardreader.Document, error) {
	var s cardreader.Secrets
	if pin != "" {
		s = cardreader.Secrets{cardreader.PIN: pin}
	}
	return kind().Read(context.Background(), c, s, nil)
}

// The card cannot prove itself: the whole is never Passed, whatever fits.
func TestNeverPassed(t *testing.T) {
	doc, err := read(second(), "")
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Indeterminate || len(doc.Checks) != 4 {
		t.Errorf("%v %+v", doc.Verdict(), doc.Checks)
	}
	for i, c := range doc.Checks {
		want := check.Passed
		if i == 0 {
			want = check.Indeterminate
		}
		if c.Verdict != want || c.Optional {
			t.Errorf("%+v", c)
		}
	}
	if doc.Checks[0].Name != "issuer" || doc.Checks[0].Reason != check.NotSupported {
		t.Errorf("%+v", doc.Checks[0])
	}
}

func TestNeeds(t *testing.T) {
	for name, tc := range map[string]struct {
		chip *chip
		want int
	}{"free": {second(), 0}, "locked": {locked(), 1}, "nothing on it": {&chip{}, 0}} {
		got, err := kind().Needs(context.Background(), tc.chip)
		if err != nil || len(got) != tc.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A PIN is never sent where it is not wanted, and never where it could be the last try.
func TestPIN(t *testing.T) {
	var need *cardreader.NeedError
	free := second()
	if _, err := read(free, "000000"); err != nil || free.asked != 0 {
		t.Errorf("not wanted: %v, sent %d times", err, free.asked)
	}
	c := locked()
	if _, err := read(c, "000000"); !errors.As(err, &need) || !need.Wrong || need.RetriesLeft != 2 {
		t.Errorf("first wrong one: %v %+v", err, need)
	}
	if _, err := read(c, "000000"); !errors.As(err, &need) || need.RetriesLeft != 1 || c.asked != 2 {
		t.Errorf("second wrong one: %v %+v", err, need)
	}
	for _, pin := range []string{"000000", "123456", ""} { // the right one too: a slip would block the card
		_, err := read(c, pin)
		var e *cardreader.Error
		if !errors.As(err, &e) || e.Code() != sscard.CodePINBlocked || !errors.Is(err, sscard.ErrTries) || c.asked != 2 || c.tries != 1 {
			t.Errorf("last try: %v, %d sent, %d left", err, c.asked, c.tries)
		}
	}
	c = locked()
	c.tries = 0
	var e *cardreader.Error
	if _, err := read(c, "123456"); !errors.As(err, &e) || e.Code() != sscard.CodePINBlocked || c.asked != 0 {
		t.Errorf("blocked: %v", err)
	}
	c = locked()
	c.extra = []byte{0x67, 0x00} // does not tell its tries
	if doc, err := read(c, "123456"); err != nil || doc.Subject != truth() {
		t.Errorf("tries not told: %v", err)
	}
	c = locked()
	c.key = true
	if _, err := read(c, "123456"); !errors.As(err, &e) || e.Code() != cardreader.CodeUnsupported || !errors.Is(err, sscard.ErrKey) {
		t.Errorf("key of the issuer: %v", err)
	}
	for _, pin := range []string{"12345", "1234567", "12345a", "１２"} {
		c = locked()
		if _, err := read(c, pin); !errors.As(err, &need) || !need.Wrong || c.asked != 0 || c.selected {
			t.Errorf("malformed: %v", err)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*chip)
		want   error
	}{
		"no person":        {func(c *chip) { c.person = nil }, sscard.ErrMissing},
		"no name":          {func(c *chip) { c.person = c.person[:1] }, sscard.ErrMissing},
		"number of blanks": {func(c *chip) { c.person[0] = record(8, "   ") }, sscard.ErrMissing},
		"number of noise":  {func(c *chip) { c.person[0] = record(8, "1101\x01") }, sscard.ErrRecord},
		"record of 1 byte": {func(c *chip) { c.person[1] = []byte{9} }, sscard.ErrRecord},
		"length too long":  {func(c *chip) { c.person[1] = []byte{9, 30, 'A'} }, sscard.ErrRecord},
		"birth of 3 bytes": {func(c *chip) { c.person[6] = record(0x0D, "\x19\x49\x12") }, sscard.ErrDate},
		"birth not BCD":    {func(c *chip) { c.person[6] = record(0x0D, "\x19\x4A\x12\x31") }, sscard.ErrDate},
		"month 13":         {func(c *chip) { c.person[6] = record(0x0D, "\x19\x49\x13\x31") }, sscard.ErrDate},
		"records and no end": {func(c *chip) {
			for range 300 {
				c.card = append(c.card, record(0x70, "SPECIMEN"))
			}
		}, sscard.ErrRecord},
	} {
		c := second()
		tc.change(c)
		_, err := read(c, "")
		var e *cardreader.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestDoubts(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*chip)
		check  check.Check
		whole  check.Verdict
	}{
		"byte of no character": {func(c *chip) { c.person[1] = record(9, fill("\xD1\xF9\xA2\x20", 30)) }, check.Unsure("text", sscard.ReasonUnmappable, "name"), 0},
		"half a character":     {func(c *chip) { c.person[1] = record(9, fill("\xD1\xF9\xB1", 30)) }, check.Unsure("text", sscard.ReasonUnmappable, "name"), 0},
		"name of blanks":       {func(c *chip) { c.person[1] = record(9, fill("", 30)) }, check.Unsure("text", sscard.ReasonUnmappable, "name"), 0},
		"check digit":          {func(c *chip) { c.person[0] = record(8, "110105194912310021") }, check.Unsure("number", sscard.ReasonCheckDigit, ""), 0},
		"another birth":        {func(c *chip) { c.person[6] = record(0x0D, "\x19\x50\x12\x31") }, check.Unsure("birth-date", sscard.ReasonMismatch, ""), 0},
		"another sex":          {func(c *chip) { c.person[3] = record(0x0A, "1") }, check.Unsure("birth-date", sscard.ReasonMismatch, ""), 0},
		"expired":              {func(c *chip) { c.card[5] = record(6, "\x20\x25\x01\x01") }, check.Fail("validity", check.Expired, ""), check.Failed},
	} {
		c := second()
		tc.change(c)
		doc, err := read(c, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, got := range doc.Checks {
			got.Optional = false
			found = found || got == tc.check
		}
		if !found || doc.Verdict() != tc.whole {
			t.Errorf("%s: %v %+v", name, doc.Verdict(), doc.Checks)
		}
		if tc.check.Name == "text" && doc.Subject.FullName != "" {
			t.Errorf("%s: a name was made up", name)
		}
	}
}

func TestNames(t *testing.T) {
	for name, tc := range map[string]struct{ field, rest, want string }{
		"filled with spaces":   {"\xD1\xF9\xB1\xBE     ", "", "样本"},
		"filled with FF":       {"\xD1\xF9\xB1\xBE\xFF\xFF", "", "样本"},
		"rest of a long name":  {"\xD1\xF9\xB1\xBE\xA1\xA4", "\xD5\xC5\xC8\xFD\x00\x00", "样本·张三"},
		"four bytes, GB 18030": {"\xD1\xF9\x82\x35\x87\x38", "", "样\u3DB2"},
		"Latin letters":        {"SPECIMEN MARIA", "", "SPECIMEN MARIA"},
	} {
		c := second()
		c.person[1], c.person[2] = record(9, tc.field), record(0x4E, tc.rest)
		doc, err := read(c, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if name == "four bytes, GB 18030" {
			if n := len([]rune(doc.Subject.FullName)); n != 2 {
				t.Errorf("%s: %d characters", name, n)
			}
		} else if doc.Subject.FullName != tc.want {
			t.Errorf("%s: %q", name, doc.Subject.FullName)
		}
	}
}

func FuzzRecords(f *testing.F) {
	for _, r := range append(second().card, second().person...) {
		f.Add(r[0], r[2:])
	}
	f.Add(byte(9), []byte("\x81\x30\x81\x30"))
	f.Fuzz(func(t *testing.T, id byte, value []byte) {
		c := second()
		if len(value) > 250 {
			value = value[:250]
		}
		c.person = append([][]byte{record(id, string(value))}, c.person...)
		doc, err := read(c, "")
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() == check.Passed {
			t.Fatal("proven without a proof")
		}
	})
}
