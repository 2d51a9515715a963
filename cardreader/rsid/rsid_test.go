package rsid_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/rsid"
)

// chip is a card of either generation.
type chip struct {
	variant  string // "ID", "IF", "RP"; empty: the first generation
	files    map[uint16][]byte
	failAt   int    // offset from which reading fails
	failWith []byte // with this answer
	selected bool
	file     []byte
}

func (c *chip) head() []byte {
	if c.variant == "" {
		return make([]byte, 6)
	}
	return make([]byte, 4)
}

func (c *chip) ATR() []byte {
	if c.variant == "" {
		return []byte{0x3B, 0xB9, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x9E, 0x80, 0x73, 0xFF, 0x61, 0x40, 0x83, 0x00, 0x00, 0x00, 0xDF}
	}
	return []byte{0x3B, 0xFF, 0x94}
}
func (*chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	cmd, err := apdu.ParseCommand(b)
	if err != nil {
		return []byte{0x67, 0x00}, nil
	}
	switch at := int(cmd.P1)<<8 | int(cmd.P2); {
	case cmd.INS == 0xA4 && cmd.P1 == 4 && c.variant != "" && string(cmd.Data) == "\xF3\x81\x00\x00\x02SER"+c.variant+"\x01":
		c.selected = true
		return []byte{0x90, 0x00}, nil
	case cmd.INS == 0xA4 && cmd.P1 == 8 && (c.selected || c.variant == "") && len(cmd.Data) == 2:
		content, ok := c.files[binary.BigEndian.Uint16(cmd.Data)]
		if !ok {
			return []byte{0x6A, 0x82}, nil
		}
		head := c.head()
		binary.LittleEndian.PutUint16(head[len(head)-2:], uint16(len(content)))
		c.file = append(head, content...)
		return []byte{0x62, 0x02, 0x80, 0x00, 0x90, 0x00}, nil
	case cmd.INS == 0xB0 && c.file != nil && c.failWith != nil && at >= c.failAt:
		return c.failWith, nil
	case cmd.INS == 0xB0 && at+cmd.Ne <= len(c.file):
		return append(bytes.Clone(c.file[at:at+cmd.Ne]), 0x90, 0x00), nil
	}
	return []byte{0x6A, 0x82}, nil
}

func field(tag uint16, value string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, tag)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(value))), value...)
}

func join(all ...[]byte) []byte { return bytes.Join(all, nil) }

var jpeg = append(append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, bytes.Repeat([]byte("SPECIMEN"), 500)...), 0xFF, 0xD9)

// content is the files of an invented person.
func content() map[uint16][]byte {
	return map[uint16][]byte{
		0x0F02: join(field(1545, "ID"), field(1546, "000000001"), field(1547, "ID"), field(1549, "01072020"), field(1550, "01072030"), field(1551, "ПУ ПРИМЕР")),
		0x0F03: join(field(1558, "0503952715005"), field(1559, "ПРИМЕРКОВИЋ"), field(1560, "СПЕЦИМЕНА"), field(1562, "Ж"), field(1566, "05031952")),
		0x0F04: join(field(1568, "SRB"), field(1569, "ПРИМЕР"), field(1570, "ПРИМЕРОВО"), field(1571, "УЛИЦА УЗОРАКА"), field(1572, "7"), field(1573, ""), field(1578, "12")),
		0x0F06: append([]byte{0, 0, 0, 0}, jpeg...),
	}
}

func truth() cardreader.Subject {
	return cardreader.Subject{Surname: "ПРИМЕРКОВИЋ", GivenNames: "СПЕЦИМЕНА", Sex: "F", BirthDate: "1952-03-05", Number: "000000001",
		Address: "УЛИЦА УЗОРАКА 7 12 ПРИМЕРОВО ПРИМЕР", Authority: "ПУ ПРИМЕР", Issued: "2020-07-01", Expires: "2030-07-01"}
}

func now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func kind() cardreader.Kind { return rsid.New(rsid.Deps{Now: now}) }

func fixture(variant string, most int) kindtest.Fixture {
	return kindtest.Fixture{Kind: kind(), Truth: truth(), Files: []string{"document", "person", "residence", "photo"}, Most: most,
		Open: func(testing.TB) cardreader.Conn { return &chip{variant: variant, files: content()} }}
}

// SELECT, then for each of four files SELECT and its header, and 3 + 16 chunks.
func TestContract(t *testing.T)          { kindtest.Run(t, fixture("ID", 1+4*2+3+16)) }
func TestContractForeigner(t *testing.T) { kindtest.Run(t, fixture("IF", 2+4*2+3+16)) }
func TestContractApollo(t *testing.T)    { kindtest.Run(t, fixture("", 1+4*2+3+16)) }

func FuzzRead(f *testing.F)       { kindtest.Fuzz(f, fixture("ID", 0)) }
func FuzzReadApollo(f *testing.F) { kindtest.Fuzz(f, fixture("", 0)) }

func read(conn cardreader.Conn) (*cardreader.Document, error) {
	return kind().Read(context.Background(), conn, nil, nil)
}

// The card cannot prove itself here: the whole is never Passed.
func TestNeverPassed(t *testing.T) {
	doc, err := read(&chip{variant: "ID", files: content()})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Verdict() != check.Indeterminate || !bytes.Equal(doc.Photo, jpeg) || len(doc.Checks) != 2 {
		t.Errorf("%v %+v, photo of %d bytes", doc.Verdict(), doc.Checks, len(doc.Photo))
	}
	if c := doc.Checks[0]; c.Name != "issuer" || c.Verdict != check.Indeterminate || c.Reason != check.NotSupported || c.Optional {
		t.Errorf("%+v", c)
	}
}

// bas-celik 2.1.3 sends READ BINARY for ever where a card answers an error in the middle of a file, and takes bytes that
// come with an error for data. Here the first such answer ends the reading.
func TestEnds(t *testing.T) {
	for name, answer := range map[string][]byte{
		"error":               {0x69, 0x82},
		"error with bytes":    append(bytes.Repeat([]byte{'A'}, 255), 0x69, 0x82),
		"success and nothing": {0x90, 0x00},
		"one byte":            {'A', 0x90, 0x00},
		"end of file":         {0x62, 0x82},
		"wrong offset":        {0x6B, 0x00},
		"wrong Le for ever":   {0x6C, 0x01},
		"more for ever":       {0x61, 0x01},
	} {
		line := &kindtest.Conn{Inner: &chip{variant: "ID", files: content(), failAt: 4 + 255, failWith: answer}}
		_, err := read(line)
		if !errors.Is(err, cardreader.ErrFaulty) {
			t.Errorf("%s: %v", name, err)
		}
		if line.Endless || line.APDUs > 300 {
			t.Errorf("%s: %d commands", name, line.APDUs)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(map[uint16][]byte)
		want   error
	}{
		"no person":         {func(f map[uint16][]byte) { delete(f, 0x0F03) }, apdu.ErrFileNotFound},
		"no number":         {func(f map[uint16][]byte) { f[0x0F02] = field(1549, "01072020") }, rsid.ErrMissing},
		"file of 5 kB":      {func(f map[uint16][]byte) { f[0x0F03] = make([]byte, 5<<10) }, rsid.ErrSize},
		"portrait of 60 kB": {func(f map[uint16][]byte) { f[0x0F06] = make([]byte, 60<<10) }, rsid.ErrSize},
		"field cut":         {func(f map[uint16][]byte) { f[0x0F03] = f[0x0F03][:len(f[0x0F03])-1] }, rsid.ErrFile},
		"field head cut":    {func(f map[uint16][]byte) { f[0x0F03] = append(f[0x0F03], 1, 2, 3) }, rsid.ErrFile},
		"field twice":       {func(f map[uint16][]byte) { f[0x0F03] = append(f[0x0F03], f[0x0F03]...) }, rsid.ErrFile},
		"birth":             {func(f map[uint16][]byte) { f[0x0F03] = field(1566, "0503195") }, rsid.ErrDate},
		"month 13":          {func(f map[uint16][]byte) { f[0x0F03] = field(1566, "05131952") }, rsid.ErrDate},
		"too many fields": {func(f map[uint16][]byte) {
			for i := range uint16(70) {
				f[0x0F04] = append(f[0x0F04], field(2000+i, "")...)
			}
		}, rsid.ErrFile},
	} {
		c := &chip{variant: "ID", files: content()}
		tc.change(c.files)
		_, err := read(c)
		var e *cardreader.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestDoubts(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(map[uint16][]byte)
		want   check.Check
		whole  check.Verdict
		lost   func(cardreader.Subject) string
	}{
		"not UTF-8":   {func(f map[uint16][]byte) { f[0x0F03] = field(1559, "\xC3(") }, check.Unsure("text", rsid.ReasonUnmappable, "surname"), 0, func(s cardreader.Subject) string { return s.Surname }},
		"control":     {func(f map[uint16][]byte) { f[0x0F04] = field(1571, "A\x1B") }, check.Unsure("text", rsid.ReasonUnmappable, "address"), 0, func(s cardreader.Subject) string { return s.Address }},
		"expired":     {func(f map[uint16][]byte) { f[0x0F02] = join(field(1546, "000000001"), field(1550, "25112026")) }, check.Fail("validity", check.Expired, ""), check.Failed, nil},
		"last day":    {func(f map[uint16][]byte) { f[0x0F02] = join(field(1546, "000000001"), field(1550, "26112026")) }, check.Pass("validity", ""), 0, nil},
		"no expiry":   {func(f map[uint16][]byte) { f[0x0F02] = field(1546, "000000001") }, check.Unsure("validity", check.Unreadable, ""), 0, nil},
		"no portrait": {func(f map[uint16][]byte) { f[0x0F06] = []byte{} }, check.Check{Name: "photo", Reason: check.Unreadable, Optional: true}, 0, nil},
	} {
		c := &chip{variant: "ID", files: content()}
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
		if !found || doc.Verdict() != tc.whole {
			t.Errorf("%s: %v %+v", name, doc.Verdict(), doc.Checks)
		}
		if tc.lost != nil && tc.lost(doc.Subject) != "" {
			t.Errorf("%s: a text was made up", name)
		}
	}
}

func FuzzFiles(f *testing.F) {
	good := content()
	f.Add(good[0x0F02], good[0x0F03], good[0x0F04])
	f.Add(field(1546, "1"), []byte{1, 2, 3}, []byte{0xFF, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		files := map[uint16][]byte{0x0F02: a, 0x0F03: b, 0x0F04: c, 0x0F06: jpeg}
		doc, err := read(&chip{variant: "ID", files: files})
		if (doc == nil) == (err == nil) {
			t.Fatal("neither document nor error, or both")
		}
		if err == nil && doc.Verdict() == check.Passed {
			t.Fatal("proven without a proof")
		}
	})
}
