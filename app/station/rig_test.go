package station_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/keys"
	"bangban/app/station"
	"bangban/cardreader"

	qr "github.com/skip2/go-qrcode"
)

// options are those of a training station in a directory of the test; PIN slots are as cheap as they may be.
func options(t testing.TB) station.Options {
	return station.Options{Dir: filepath.Join(t.TempDir(), "st"), Training: true, Program: "test",
		Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 2}}
}

// open opens a station that is closed with the test.
func open(t testing.TB, o station.Options) *station.Station {
	t.Helper()
	s, err := station.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *station.Station) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// specimen is a person who does not exist.
func specimen() *cardreader.Document {
	return &cardreader.Document{Kind: "emrtd", Subject: cardreader.Subject{Surname: "SPECIMEN", GivenNames: "LINDEN MEI",
		Number: "U12300451", BirthDate: "1943-04-12", Sex: "F", Nationality: "UTO"}}
}

func order() station.Order {
	return station.Order{Document: specimen(), Purpose: "housing-fund", Recipient: "demo-bank", Paper: "a5", Lang: "zh-Hans"}
}

// paper is what came out of a station.
type paper struct {
	serial, text string
	pdf          []byte
}

// issue issues one voucher.
func issue(t testing.TB, s *station.Station) (p paper) {
	t.Helper()
	if err := s.IssueTraining(context.Background(), order(), p.keep); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *paper) keep(from *flow.Paper) error {
	p.serial, p.text, p.pdf = from.Serial, from.Text, bytes.Clone(from.PDF)
	return nil
}

// picture draws the code of a text as a camera would like to see it.
func picture(t testing.TB, text string) []byte {
	t.Helper()
	b, err := qr.Encode(text, qr.Medium, -4)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantCode wants a desk error with this code.
func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var d *desk.Error
	if !errors.As(err, &d) || d.Code != code {
		t.Errorf("error %v, want code %s", err, code)
	}
}

// clock is a computer's clock that the test sets.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { return c.now }
