package twnhi_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/twnhi"
)

// record is the public record of an invented person: 樣本王, "specimen Wang". The name is Big5.
const record = "000000000001" + "\xBC\xCB\xA5\xBB\xA4\xFD\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"A123456789" + "0410305" + "F" + "1130229"

func truth() cardreader.Subject {
	return cardreader.Subject{FullName: "樣本王", Number: "A123456789", BirthDate: "1952-03-05", Sex: "F", Issued: "2024-02-29"}
}

// chip is the card: one application, one record, over T=1 or T=0.
type chip struct {
	record   string
	t0       bool // answers with 61xx where it has data
	strict   bool // gives no data where no Le asks for it
	selected bool
	waiting  []byte
}

func (*chip) ATR() []byte  { return nil }
func (*chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	var out []byte
	switch command := hex.EncodeToString(b); {
	case command == "00a4040010d1580000010000000000000000001100":
		c.selected = true
		return []byte{0x90, 0x00}, nil
	case command == "00ca1100020000" && c.selected && c.strict:
		return []byte{0x90, 0x00}, nil
	case (command == "00ca110002000000" || command == "00ca1100020000") && c.selected:
		out = []byte(c.record)
	case c.t0 && bytes.HasPrefix(b, []byte{0, 0xC0, 0, 0}) && len(b) == 5 && int(b[4]) == len(c.waiting):
		out = append(c.waiting, 0x90, 0x00)
		c.waiting = nil
		return out, nil
	default:
		return []byte{0x6A, 0x82}, nil
	}
	if c.t0 {
		c.waiting = out
		return []byte{0x61, byte(len(out))}, nil
	}
	return append(bytes.Clone(out), 0x90, 0x00), nil
}

func open(text string, t0 bool) func(testing.TB) cardreader.Conn {
	return func(testing.TB) cardreader.Conn { return &chip{record: text, t0: t0} }
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func fixture(t0 bool) kindtest.Fixture {
	return kindtest.Fixture{Kind: twnhi.New(twnhi.Deps{Now: now}), Open: open(record, t0), Truth: truth(),
		Files: []string{"basic"}, Most: 4}
}

func TestContract(t *testing.T)   { kindtest.Run(t, fixture(false)) }
func TestContractT0(t *testing.T) { kindtest.Run(t, fixture(true)) }
func TestContractStrict(t *testing.T) {
	x := fixture(false)
	x.Open = func(testing.TB) cardreader.Conn { return &chip{record: record, strict: true} }
	kindtest.Run(t, x)
}
func FuzzRead(f *testing.F) { kindtest.Fuzz(f, fixture(false)) }

func read(t *testing.T, text string) (*cardreader.Document, error) {
	t.Helper()
	return twnhi.New(twnhi.Deps{}).Read(context.Background(), open(text, false)(t), nil, nil)
}

// The card cannot prove itself: the whole is never Passed.
func TestNeverPassed(t *testing.T) {
	doc, err := read(t, record)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Indeterminate {
		t.Errorf("verdict %v", doc.Verdict())
	}
	c := doc.Checks[0]
	if c.Name != "issuer" || c.Verdict != check.Indeterminate || c.Reason != check.NotSupported || c.Optional {
		t.Errorf("%+v", c)
	}
	if c = doc.Checks[1]; c.Name != "number" || c.Verdict != check.Passed {
		t.Errorf("%+v", c)
	}
}

func with(at int, text string) string { return record[:at] + text + record[at+len(text):] }

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		record string
		want   error
	}{
		"empty":          {"", twnhi.ErrRecord},
		"cut":            {record[:56], twnhi.ErrRecord},
		"sex":            {with(49, "X"), twnhi.ErrRecord},
		"number":         {with(32, "1"), twnhi.ErrRecord},
		"number inside":  {with(40, "Z"), twnhi.ErrRecord},
		"month 13":       {with(42, "0411305"), twnhi.ErrDate},
		"no leap year":   {with(50, "1120229"), twnhi.ErrDate},
		"year 0":         {with(42, "0000305"), twnhi.ErrDate},
		"date of blanks": {with(42, "       "), twnhi.ErrDate},
	} {
		_, err := read(t, tc.record)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		var e *cardreader.Error
		if !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty {
			t.Errorf("%s: %v has no code", name, err)
		}
	}
}

func TestDoubts(t *testing.T) {
	for name, tc := range map[string]struct {
		record, check string
		reason        check.Reason
		optional      bool
		fullName      string
	}{
		"byte of no character": {with(12, "\xFF\xFF"), "text", twnhi.ReasonUnmappable, false, ""},
		"half a character":     {with(16, "\xA4\x00"), "text", twnhi.ReasonUnmappable, false, ""},
		"character of a user":  {with(12, "\xFA\x40"), "text", twnhi.ReasonUnmappable, false, ""},
		"control character":    {with(12, "\x1B\x41"), "text", twnhi.ReasonUnmappable, false, ""},
		"check digit":          {with(41, "0"), "number", twnhi.ReasonCheckDigit, true, "樣本王"},
	} {
		doc, err := read(t, tc.record)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if doc.Subject.FullName != tc.fullName {
			t.Errorf("%s: the name is not what it should be", name)
		}
		found := false
		for _, c := range doc.Checks {
			found = found || c.Name == tc.check && c.Verdict == check.Indeterminate && c.Reason == tc.reason && c.Optional == tc.optional
		}
		if !found {
			t.Errorf("%s: %+v", name, doc.Checks)
		}
	}
}

// A foreign resident's number until 2020 has two letters.
func TestTwoLetters(t *testing.T) {
	doc, err := read(t, with(32, "AC01234569"))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Subject.Number != "AC01234569" || doc.Checks[1].Verdict == check.Failed {
		t.Errorf("%+v", doc.Checks)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(record))
	f.Add([]byte(record[:57]))
	f.Add([]byte(with(12, "\x87\x40\xFE\xFE")))
	f.Fuzz(func(t *testing.T, b []byte) {
		conn := &chip{record: string(b)}
		doc, err := twnhi.New(twnhi.Deps{}).Read(context.Background(), conn, nil, nil)
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() != check.Indeterminate {
			t.Fatal("proven without a proof")
		}
	})
}
