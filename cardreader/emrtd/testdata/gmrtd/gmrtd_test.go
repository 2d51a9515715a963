package gmrtd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/gmrtd/gmrtd/cms"
	"github.com/gmrtd/gmrtd/document"
	"github.com/gmrtd/gmrtd/password"
	"github.com/gmrtd/gmrtd/reader"

	"bangban/assets"
	"bangban/cardreader"
	"bangban/cardreader/check"
	ours "bangban/cardreader/cms"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // gmrtd tells what it reads
	os.Exit(m.Run())
}

func day() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

// line is the way of gmrtd to a chip.
type line struct{ *kindtest.Conn }

// Transceive implements iso7816.Transceiver.
func (l line) Transceive(_, _, _, _ int, _ []byte, _ int, encoded []byte) []byte {
	answer, err := l.Transmit(context.Background(), encoded)
	if err != nil {
		return nil
	}
	return answer
}

type silent struct{}

func (silent) Status(string) {}

// connect makes a fresh chip of a specimen.
func connect(t testing.TB, s sim.Specimen) *kindtest.Conn {
	t.Helper()
	system, err := sim.NewSystem()
	if err != nil {
		t.Fatal(err)
	}
	r := system.Attach("sim:" + s.Name)
	r.Insert(sim.NewCard(s))
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return &kindtest.Conn{Inner: conn}
}

// theirs reads with gmrtd. An error of the reading comes back beside what was read.
func theirs(t testing.TB, conn *kindtest.Conn, s sim.Specimen, extended bool) (*document.DocumentEx, error) {
	t.Helper()
	secret, err := password.NewPasswordMrz(strings.Join(s.MRZ, ""))
	if s.CAN != "" {
		secret, err = password.NewPasswordCan(s.CAN), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	r := reader.NewReader(silent{})
	switch { // left alone it asks for 256 bytes under secure messaging, which no short answer carries
	case extended:
		r.SetApduMaxLe(32000)
	case s.CAN != "":
		r.SetApduMaxLe(223) // what fits with AES
	default:
		r.SetApduMaxLe(231) // what fits with 3DES
	}
	return r.ReadDocument(line{conn}, secret, conn.ATR(), nil)
}

func mine(t testing.TB, conn cardreader.Conn, s sim.Specimen) *cardreader.Document {
	t.Helper()
	anchors, err := ours.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		t.Fatal(err)
	}
	k := emrtd.New(emrtd.Deps{Anchors: func() []*ours.Certificate { return anchors }, Now: day})
	doc, err := k.Read(context.Background(), conn, sim.Secrets(s.Name), nil)
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return doc
}

// passports lists the specimens that both can read to the end.
func passports(t testing.TB) (list []sim.Specimen) {
	t.Helper()
	all, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Kind == emrtd.ID && s.PullAt == 0 && s.SlowMS == 0 {
			list = append(list, s)
		}
	}
	if len(list) < 9 {
		t.Fatalf("%d passports", len(list))
	}
	return list
}

func TestFieldByField(t *testing.T) {
	for _, s := range passports(t) {
		t.Run(s.Name, func(t *testing.T) {
			d, err := theirs(t, connect(t, s), s, s.Extended)
			for _, line := range compare(mine(t, connect(t, s), s), d, err) {
				t.Error(line)
			}
		})
	}
}

// compare holds both readings against each other and tells where they differ. Nothing of a person is told.
func compare(m *cardreader.Document, d *document.DocumentEx, err error) (differences []string) {
	if d == nil || d.Document.Mf.Lds1.Dg1 == nil || d.Document.Mf.Lds1.Sod == nil {
		return []string{fmt.Sprintf("gmrtd: %v", err)}
	}
	l := d.Document.Mf.Lds1
	same := func(what, a, b string) {
		if a != b {
			differences = append(differences, fmt.Sprintf("%s: ours has %d characters, theirs %d, and they differ", what, len(a), len(b)))
		}
	}
	z := l.Dg1.Mrz
	same("surname", m.Subject.Surname, z.NameOfHolder.Primary)
	same("given names", m.Subject.GivenNames, z.NameOfHolder.Secondary)
	same("number", m.Subject.Number, z.DocumentNumber)
	same("nationality", m.Subject.Nationality, z.Nationality)
	same("birth", yymmdd(m.Subject.BirthDate), z.DateOfBirth)
	same("expiry", yymmdd(m.Subject.Expires), z.DateOfExpiry)
	same("sex", strings.Trim(m.Subject.Sex, "X"), strings.Trim(z.Sex, "<X"))
	if l.Dg12 == nil || l.Dg12.Details.IssuingAuthority == "" {
		same("state", m.Subject.Authority, z.IssuingState)
	} else {
		same("authority", m.Subject.Authority, l.Dg12.Details.IssuingAuthority)
		same("issued", strings.ReplaceAll(m.Subject.Issued, "-", ""), l.Dg12.Details.DateOfIssue)
	}
	if l.Dg11 != nil {
		compareDetails(same, m.Subject, l.Dg11.Details)
	}
	var image []byte
	if l.Dg2 != nil && len(l.Dg2.Images) > 0 {
		image = l.Dg2.Images[0].Image
	}
	same("photo", string(m.Photo), string(image))
	for name, b := range files(l) {
		same(name, string(m.Raw[name]), string(b))
	}
	return append(differences, compareProofs(m, d)...)
}

func compareDetails(same func(what, a, b string), s cardreader.Subject, d document.PersonDetails) {
	if n := d.NameOfHolder; n != nil && s.FullName != "" {
		same("full name", strings.ReplaceAll(s.FullName, " ", ""), strings.ReplaceAll(n.Primary+n.Secondary, " ", ""))
	}
	if d.FullDateOfBirth != "" {
		same("full birth", strings.ReplaceAll(s.BirthDate, "-", ""), d.FullDateOfBirth)
	}
	same("address", s.Address, strings.Join(d.Address, ", "))
}

// files are the data groups that gmrtd read.
func files(l document.LDS1) map[string][]byte {
	out := map[string][]byte{"DG1": l.Dg1.RawData, "SOD": l.Sod.RawData}
	if l.Dg2 != nil {
		out["DG2"] = l.Dg2.RawData
	}
	if l.Dg7 != nil {
		out["DG7"] = l.Dg7.RawData
	}
	if l.Dg11 != nil {
		out["DG11"] = l.Dg11.RawData
	}
	if l.Dg12 != nil {
		out["DG12"] = l.Dg12.RawData
	}
	if l.Dg14 != nil {
		out["DG14"] = l.Dg14.RawData
	}
	if l.Dg15 != nil {
		out["DG15"] = l.Dg15.RawData
	}
	return out
}

func verdicts(m *cardreader.Document) map[string]check.Check {
	out := map[string]check.Check{}
	for _, c := range m.Checks {
		out[c.Name] = c
	}
	return out
}

// compareProofs compares hashes, signature with chain, and the chip. Where the verdicts may differ, and why:
// gmrtd looks at no revocation, no validity at the time of signing and no date of expiry, and calls a chip genuine by a
// key that nobody signed (its issue of chips not gated on passive authentication).
func compareProofs(m *cardreader.Document, d *document.DocumentEx) (differences []string) {
	v := verdicts(m)
	differ := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	hashes, err := d.Document.DgHashes()
	unchanged := err == nil
	for n, h := range hashes {
		unchanged = unchanged && bytes.Equal(h, d.Document.Mf.Lds1.Sod.DgHash(n))
	}
	if unchanged != (v["dg-hashes"].Verdict == check.Passed) {
		differ("hashes: theirs %v, ours %+v", unchanged, v["dg-hashes"])
	}
	pool := &cms.GenericCertPool{}
	if err := pool.Add(assets.TrainingCSCA()); err != nil {
		differ("anchors: %v", err)
	}
	_, err = d.Document.Mf.Lds1.Sod.SD.Verify(pool)
	if chained := v["sod-signature"].Verdict == check.Passed && v["csca"].Verdict == check.Passed; chained != (err == nil) {
		differ("signature and chain: theirs %v, ours %v", err, m.Checks)
	}
	gated := v["chip"].Verdict == check.Indeterminate && strings.HasPrefix(v["chip"].Detail, "rests on ")
	if genuine := d.Session.ChipAuthenticated(); !gated && genuine != (v["chip"].Verdict == check.Passed) {
		differ("chip: theirs %v, ours %+v", d.Session.ChipAuthStatus(), v["chip"])
	}
	return differences
}

func yymmdd(date string) string {
	if len(date) != len(time.DateOnly) {
		return ""
	}
	return strings.ReplaceAll(date, "-", "")[2:]
}

// A comparison that cannot fail says nothing: whatever is changed in one reading is told, by its name and nothing more.
func TestComparisonCanFail(t *testing.T) {
	s, err := sim.Load("emrtd-pace")
	if err != nil {
		t.Fatal(err)
	}
	d, err := theirs(t, connect(t, s), s, true)
	if err != nil {
		t.Fatal(err)
	}
	failed := func(name string) func(*cardreader.Document) {
		return func(m *cardreader.Document) {
			for i := range m.Checks {
				if m.Checks[i].Name == name {
					m.Checks[i].Verdict = check.Failed
				}
			}
		}
	}
	for what, change := range map[string]func(*cardreader.Document){
		"surname":             func(m *cardreader.Document) { m.Subject.Surname += "X" },
		"number":              func(m *cardreader.Document) { m.Subject.Number = "" },
		"birth":               func(m *cardreader.Document) { m.Subject.BirthDate = "1943-04-13" },
		"photo":               func(m *cardreader.Document) { m.Photo[100] ^= 1 },
		"DG14":                func(m *cardreader.Document) { delete(m.Raw, "DG14") },
		"hashes":              failed("dg-hashes"),
		"signature and chain": failed("csca"),
		"chip":                failed("chip"),
	} {
		m := mine(t, connect(t, s), s)
		if before := compare(m, d, nil); len(before) != 0 {
			t.Fatal(before)
		}
		change(m)
		if got := compare(m, d, nil); len(got) == 0 || !strings.HasPrefix(got[0], what) {
			t.Errorf("%s changed: %v", what, got)
		}
	}
}

// What both cost on the air, counted in one run, and what that takes by a model that is the same on every machine: 15 ms
// a command and what the bits take.
func TestCost(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "passport\tlengths\tstack\tcommands\tbytes\t106 kbit/s\t848 kbit/s")
	for _, c := range []struct {
		name     string
		extended bool
	}{{"emrtd", true}, {"emrtd", false}, {"emrtd-pace", true}, {"emrtd-pace", false}, {"emrtd-cam", true}, {"emrtd-aa", false}} {
		s, err := sim.Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		lengths := "extended"
		if !c.extended {
			short, err := sim.Load("emrtd-short")
			if err != nil {
				t.Fatal(err)
			}
			s.ATR, s.Extended, lengths = short.ATR, false, "short"
		}
		a, b := connect(t, s), connect(t, s)
		mine(t, a, s)
		if d, err := theirs(t, b, s, c.extended); d == nil || d.Document.Mf.Lds1.Dg2 == nil {
			t.Fatalf("gmrtd: %s: %v", c.name, err)
		}
		for _, x := range []struct {
			stack string
			conn  *kindtest.Conn
		}{{"ours", a}, {"gmrtd", b}} {
			n, size := x.conn.APDUs, x.conn.BytesIn+x.conn.BytesOut
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d ms\t%d ms\n", c.name, lengths, x.stack, n, size, n*15+size*8/106, n*15+size*8/848)
		}
		if a.APDUs > b.APDUs {
			t.Errorf("%s, %s: %d commands, gmrtd takes %d", c.name, lengths, a.APDUs, b.APDUs)
		}
	}
	w.Flush()
	t.Log("\n" + table.String())
}
