package emrtd_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// changed is the good specimen with one thing altered.
func changed(t testing.TB, change func(*sim.Specimen)) cardreader.Conn {
	t.Helper()
	s, err := sim.Load("emrtd")
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	system, err := sim.NewSystem()
	if err != nil {
		t.Fatal(err)
	}
	reader := system.Attach("sim:changed")
	reader.Insert(sim.NewCard(s))
	conn, err := reader.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// put writes a file of the application.
func put(id string, b []byte) func(*sim.Specimen) {
	return func(s *sim.Specimen) {
		for i := range s.Dirs {
			if s.Dirs[i].AID != "" {
				s.Dirs[i].Files[id] = b
			}
		}
	}
}

func reading(t testing.TB, conn cardreader.Conn, meddle func(int, []byte, func() ([]byte, error)) ([]byte, error)) (*cardreader.Document, error, *kindtest.Conn) {
	t.Helper()
	c := &kindtest.Conn{Inner: conn, Meddle: meddle}
	doc, err := passport(t).Read(context.Background(), c, sim.Secrets("emrtd"), nil)
	if c.Endless {
		t.Fatal("the reading does not end")
	}
	return doc, err, c
}

// A portrait of 120 kB lies beyond what READ BINARY with an even instruction reaches.
func TestLargePortrait(t *testing.T) {
	large := tlv.Append(nil, 0x75, bytes.Repeat([]byte("SPECIMEN"), 15_000))
	for _, extended := range []bool{true, false} {
		doc, err, c := reading(t, changed(t, func(s *sim.Specimen) {
			put("0102", large)(s)
			if !extended {
				short, err := sim.Load("emrtd-short")
				if err != nil {
					t.Fatal(err)
				}
				s.Extended, s.ATR = false, short.ATR
			}
		}), nil)
		if err != nil {
			t.Fatalf("extended %v: %v", extended, err)
		}
		if !bytes.Equal(doc.Raw["DG2"], large) {
			t.Errorf("extended %v: the file differs", extended)
		}
		if extended && c.APDUs > 14 {
			t.Errorf("%d commands", c.APDUs)
		}
	}
}

func TestFilesRefused(t *testing.T) {
	big := func(tag tlv.Tag, n int) []byte { return tlv.Append(nil, tag, make([]byte, n)) }
	for _, tc := range []struct {
		name, id string
		file     []byte
		want     error
	}{
		{"DG1 too large", "0101", big(0x61, 1<<10), emrtd.ErrFileSize},
		{"SOD too large", "011D", big(0x77, 32<<10), emrtd.ErrFileSize},
		{"DG2 too large", "0102", big(0x75, 256<<10), emrtd.ErrFileSize},
		{"DG2 says 4 GB", "0102", append([]byte{0x75, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}, make([]byte, 300)...), tlv.ErrTooLarge},
		{"DG2 says more than it has", "0102", append([]byte{0x75, 0x82, 0x40, 0}, make([]byte, 300)...), cardreader.ErrFaulty},
		{"DG1 of another tag", "0101", big(0x75, 91), emrtd.ErrFile},
		{"DG1 without a zone", "0101", big(0x61, 91), emrtd.ErrFile},
		{"DG1 not TLV", "0101", make([]byte, 93), emrtd.ErrFile},
		{"DG1 of one byte", "0101", []byte{0x61}, emrtd.ErrFile},
	} {
		doc, err, c := reading(t, changed(t, put(tc.id, tc.file)), nil)
		if doc != nil || !errors.Is(err, tc.want) || !errors.Is(err, cardreader.ErrFaulty) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if c.APDUs > 20 {
			t.Errorf("%s: %d commands", tc.name, c.APDUs)
		}
	}
}

// A security object that is missing, empty or noise proves nothing, and must not panic (gmrtd #343).
func TestSecurityObjectRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		sod  func(*sim.Specimen)
		want check.Check
	}{
		{"missing", func(s *sim.Specimen) {
			for _, d := range s.Dirs {
				delete(d.SFI, "1D")
			}
		}, check.Check{Verdict: check.Indeterminate, Reason: check.Unreadable}},
		{"empty", put("011D", []byte{0x77, 0}), check.Check{Verdict: check.Failed, Reason: check.Structure}},
		{"noise", put("011D", tlv.Append(nil, 0x77, bytes.Repeat([]byte{0x30, 0x80}, 200))), check.Check{Verdict: check.Failed, Reason: check.Structure}},
	} {
		doc, err, _ := reading(t, changed(t, tc.sod), nil)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		got := doc.Checks[0]
		if got.Name != "sod-signature" || got.Verdict != tc.want.Verdict || got.Reason != tc.want.Reason {
			t.Errorf("%s: %+v", tc.name, got)
		}
		for _, c := range doc.Checks[1:3] {
			if c.Verdict != check.Indeterminate || c.Reason != check.NotChecked {
				t.Errorf("%s: %+v", tc.name, c)
			}
		}
		if doc.Verdict() == check.Passed {
			t.Errorf("%s: passed", tc.name)
		}
	}
}

func TestNoPortrait(t *testing.T) {
	doc, err, _ := reading(t, changed(t, func(s *sim.Specimen) {
		for _, d := range s.Dirs {
			delete(d.SFI, "02")
		}
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	last := doc.Checks[len(doc.Checks)-1]
	if doc.Photo != nil || last.Name != "photo" || last.Reason != check.Unreadable || doc.Verdict() != check.Passed {
		t.Errorf("%+v, %v", last, doc.Verdict())
	}
}

// A chip that says it takes extended lengths and refuses them (gmrtd #457: Chinese passports) is read with short ones.
func TestExtendedPromisedAndRefused(t *testing.T) {
	doc, err, c := reading(t, changed(t, func(s *sim.Specimen) { s.Extended = false }), nil)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Passed || c.APDUs > 120 {
		t.Errorf("%v after %d commands", doc.Verdict(), c.APDUs)
	}
}

// A chip that knows no master file, or ends at the question, is read all the same (gmrtd #460).
func TestNoMasterFile(t *testing.T) {
	for _, sw := range [][]byte{{0x6A, 0x82}, {0x6A, 0x86}, {0x6A, 0x87}, {0x6D, 0x00}, {0x69, 0x82}} {
		doc, err, _ := reading(t, open("emrtd")(t), func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
			if n <= 2 {
				return sw, nil
			}
			return next()
		})
		if err != nil || doc.Verdict() != check.Passed {
			t.Errorf("%X: %v", sw, err)
		}
	}
}

// A chip that asks for PACE knows no GET CHALLENGE: that is no fault of the card.
func TestPACEOnly(t *testing.T) {
	_, err, _ := reading(t, open("emrtd")(t), func(_ int, b []byte, next func() ([]byte, error)) ([]byte, error) {
		if b[1] == 0x84 {
			return []byte{0x6D, 0x00}, nil
		}
		return next()
	})
	var e *cardreader.Error
	if !errors.As(err, &e) || e.Code() != cardreader.CodeUnsupported || !errors.Is(err, emrtd.ErrAccess) {
		t.Errorf("%v", err)
	}
}

// Status words that real chips give for a wrong machine readable zone, and what they tell of tries left.
func TestRefusedStatus(t *testing.T) {
	for sw, left := range map[uint16]int{0x6300: -1, 0x63C2: 2, 0x63C0: 0, 0x6982: -1, 0x6988: -1, 0x6A80: -1} {
		_, err, _ := reading(t, open("emrtd")(t), func(_ int, b []byte, next func() ([]byte, error)) ([]byte, error) {
			if b[1] == 0x82 {
				return []byte{byte(sw >> 8), byte(sw)}, nil
			}
			return next()
		})
		var need *cardreader.NeedError
		if !errors.As(err, &need) || !need.Wrong || need.RetriesLeft != left {
			t.Errorf("%04X: %v", sw, err)
		}
	}
}

// A chip that leaves the session and goes on in the clear is not followed (gmrtd #320).
func TestDowngrade(t *testing.T) {
	s, err := sim.Load("emrtd-short")
	if err != nil {
		t.Fatal(err)
	}
	dg1 := s.File("0101")
	started := false
	conn := &kindtest.Conn{Inner: open("emrtd-short")(t)}
	conn.Meddle = func(_ int, b []byte, next func() ([]byte, error)) ([]byte, error) {
		if b[0] == 0x0C {
			started = true
			return slices.Concat(dg1, []byte{0x90, 0x00}), nil
		}
		return next()
	}
	doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd-short"), nil)
	if doc != nil || !started || !errors.Is(err, emrtd.ErrPlainAnswer) || !errors.Is(err, cardreader.ErrFaulty) {
		t.Errorf("%v", err)
	}
}

// limited is a reader that says how much it carries.
type limited struct {
	kindtest.Conn
	max int
}

func (l *limited) MaxAPDU() int { return l.max }

// A reader that carries short APDUs only is given short ones, whatever the chip could do; one in between, what it carries.
func TestReaderLimit(t *testing.T) {
	for _, tc := range []struct{ max, most, longest int }{
		{258, 105, 261}, {261, 105, 261}, {2048, 21, 2048}, {0, 10, 65544}, {65544, 10, 65544},
	} {
		conn := &limited{Conn: kindtest.Conn{Inner: open("emrtd")(t)}, max: tc.max}
		longest := 0
		conn.Meddle = func(_ int, b []byte, next func() ([]byte, error)) ([]byte, error) {
			answer, err := next()
			longest = max(longest, len(b), len(answer))
			return answer, err
		}
		doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd"), nil)
		if err != nil || doc.Verdict() != check.Passed {
			t.Fatalf("%d: %v", tc.max, err)
		}
		if conn.APDUs > tc.most || longest > tc.longest {
			t.Errorf("%d: %d commands, the longest of %d bytes; want %d and %d", tc.max, conn.APDUs, longest, tc.most, tc.longest)
		}
	}
}
