package mykad_test

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
	"bangban/cardreader/mykad"
)

// chip is a card: files, and the two steps that must go before the bytes.
type chip struct {
	files    map[byte][]byte
	short    int // bytes left out of every answer
	announce bool
	selected bool
	length   int
	waiting  []byte
	answer   []byte // of SELECT
	most     int    // the longest chunk that was asked for
}

func (*chip) ATR() []byte  { return []byte{0x3B, 0x67} }
func (*chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	cmd, err := apdu.ParseCommand(b)
	if err != nil {
		return []byte{0x67, 0x00}, nil
	}
	switch d := cmd.Data; {
	case cmd.INS == 0xA4 && string(d) == "\xA0\x00\x00\x00\x74JPN\x00\x10":
		c.selected, c.answer = true, []byte("\x6F\x03JPN")
		return []byte{0x61, 5}, nil
	case cmd.INS == 0xC0 && cmd.Ne == len(c.answer):
		out := append(c.answer, 0x90, 0x00)
		c.answer = nil
		return out, nil
	case cmd.CLA == 0xC8 && cmd.INS == 0x32 && c.selected && len(d) == 5 && d[0] == 8:
		c.length = int(d[3]) | int(d[4])<<8
		c.most = max(c.most, c.length)
		if c.announce {
			return []byte{0x91, 0x08}, nil
		}
		return []byte{0x90, 0x00}, nil
	case cmd.CLA == 0xCC && cmd.INS == 0x00 && len(d) == 8 && d[2] == 1:
		file, at, n := c.files[d[0]], int(d[4])|int(d[5])<<8, int(d[6])|int(d[7])<<8
		if n != c.length || at+n > len(file) {
			return []byte{0x6A, 0x82}, nil
		}
		c.waiting = file[at : at+n-c.short]
		if c.announce {
			return []byte{0x94, byte(n)}, nil
		}
		return []byte{0x90, 0x00}, nil
	case cmd.CLA == 0xCC && cmd.INS == 0x06 && c.waiting != nil && cmd.Ne == c.length:
		out := append(bytes.Clone(c.waiting), 0x90, 0x00)
		c.waiting = nil
		return out, nil
	}
	return []byte{0x69, 0x85}, nil
}

var jpeg = append(append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, bytes.Repeat([]byte("SPECIMEN"), 300)...), 0xFF, 0xD9)

// content is the files of an invented person.
func content() map[byte][]byte {
	blank := func(n int) []byte { return bytes.Repeat([]byte{' '}, n) }
	person, address, photo := blank(459), blank(171), make([]byte, 4011)
	copy(person[3:], "SPECIMEN BINTI CONTOH")
	copy(person[273:], "520305105558")
	person[286] = 'P'
	copy(person[287:], "0000000")
	copy(person[295:], "\x19\x52\x03\x05")
	copy(person[299:], "WILAYAH PERSEKUTUAN")
	copy(person[324:], "\x20\x12\x07\x01")
	copy(person[328:], "WARGANEGARA")
	copy(address[3:], "NO 1 JALAN CONTOH")
	copy(address[33:], "TAMAN SPECIMEN")
	copy(address[93:], "\x50\x48\x00")
	copy(address[96:], "KUALA LUMPUR")
	copy(address[121:], "W. PERSEKUTUAN(KL)")
	copy(photo[3:], jpeg)
	return map[byte][]byte{1: person, 2: photo, 4: address}
}

func truth() cardreader.Subject {
	return cardreader.Subject{FullName: "SPECIMEN BINTI CONTOH", Number: "520305105558", Sex: "F", BirthDate: "1952-03-05",
		Issued: "2012-07-01", Nationality: "MYS", Address: "NO 1 JALAN CONTOH TAMAN SPECIMEN 50480 KUALA LUMPUR W. PERSEKUTUAN(KL)"}
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func kind() cardreader.Kind { return mykad.New(mykad.Deps{Now: now}) }

func fixture(most int) kindtest.Fixture {
	files := content()
	return kindtest.Fixture{Kind: kind(), Truth: truth(), Files: []string{"person", "address", "photo"}, Most: most,
		Open: func(testing.TB) cardreader.Conn { return &chip{files: files} }}
}

// SELECT with its GET RESPONSE, then three commands for each of 2 + 1 + 17 chunks.
func TestContract(t *testing.T) { kindtest.Run(t, fixture(2+3*20)) }

// A card that announces the next length in its status words reads the same.
func TestContractAnnouncing(t *testing.T) {
	x := fixture(2 + 3*20)
	x.Open = func(testing.TB) cardreader.Conn { return &chip{files: content(), announce: true} }
	kindtest.Run(t, x)
}
func FuzzRead(f *testing.F) { kindtest.Fuzz(f, fixture(0)) }

func read(c *chip) (*cardreader.Document, error) {
	return kind().Read(context.Background(), c, nil, nil)
}

// The card cannot prove itself: the whole is never Passed. No chunk is longer than the card takes.
func TestNeverPassed(t *testing.T) {
	c := &chip{files: content()}
	doc, err := read(c)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Indeterminate || !bytes.Equal(doc.Photo, jpeg) || len(doc.Checks) != 2 || c.most != 240 {
		t.Errorf("%v %+v, photo of %d bytes, chunks of %d", doc.Verdict(), doc.Checks, len(doc.Photo), c.most)
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
		"no address":    {func(c *chip) { delete(c.files, 4) }, apdu.ErrFileNotFound},
		"short answers": {func(c *chip) { c.short = 1 }, mykad.ErrShort},
		"number":        {func(c *chip) { c.files[1][275] = 0x01 }, mykad.ErrField},
		"no number":     {func(c *chip) { copy(c.files[1][273:], "             ") }, mykad.ErrField},
		"sex":           {func(c *chip) { c.files[1][286] = 'X' }, mykad.ErrField},
		"birth":         {func(c *chip) { copy(c.files[1][295:], "\x19\x5A\x03\x05") }, mykad.ErrDate},
		"issue":         {func(c *chip) { c.files[1][324] = 0xFF }, mykad.ErrDate},
		"month 13":      {func(c *chip) { copy(c.files[1][295:], "\x19\x52\x13\x05") }, mykad.ErrDate},
	} {
		c := &chip{files: content()}
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
		change func(map[byte][]byte)
		want   check.Check
		lost   func(cardreader.Subject) string
	}{
		"byte of no character": {func(f map[byte][]byte) { f[1][10] = 0xE9 }, check.Unsure("text", mykad.ReasonUnmappable, "name"), func(s cardreader.Subject) string { return s.FullName }},
		"control character":    {func(f map[byte][]byte) { f[4][10] = 0x1B }, check.Unsure("text", mykad.ReasonUnmappable, "address"), func(s cardreader.Subject) string { return s.Address }},
		"another birth":        {func(f map[byte][]byte) { f[1][298] = 0x06 }, check.Check{Name: "birth-date", Reason: mykad.ReasonMismatch, Optional: true}, nil},
		"another sex":          {func(f map[byte][]byte) { f[1][286] = 'L' }, check.Check{Name: "birth-date", Reason: mykad.ReasonMismatch, Optional: true}, nil},
		"soldier":              {func(f map[byte][]byte) { copy(f[1][273:], "T1234567     ") }, check.Check{Name: "birth-date", Reason: check.NotSupported, Optional: true}, nil},
		"not a citizen":        {func(f map[byte][]byte) { copy(f[1][328:], "PEMASTAUTIN TETAP ") }, check.Pass("birth-date", ""), func(s cardreader.Subject) string { return s.Nationality }},
		"no portrait":          {func(f map[byte][]byte) { clear(f[2]) }, check.Check{Name: "photo", Reason: check.Unreadable, Optional: true}, nil},
	} {
		c := &chip{files: content()}
		tc.change(c.files)
		doc, err := read(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, got := range doc.Checks {
			found = found || got == tc.want
		}
		if !found || doc.Verdict() != check.Indeterminate {
			t.Errorf("%s: %v %+v", name, doc.Verdict(), doc.Checks)
		}
		if tc.lost != nil && tc.lost(doc.Subject) != "" {
			t.Errorf("%s: a text was made up", name)
		}
	}
}

func FuzzFiles(f *testing.F) {
	good := content()
	f.Add(good[1], good[4])
	f.Add([]byte{}, bytes.Repeat([]byte{0xFF}, 171))
	f.Fuzz(func(t *testing.T, person, address []byte) {
		c := &chip{files: content()}
		copy(c.files[1], person)
		copy(c.files[4], address)
		doc, err := read(c)
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() == check.Passed {
			t.Fatal("proven without a proof")
		}
	})
}
