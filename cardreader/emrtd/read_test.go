package emrtd_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/assets"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// day is when the tests are: the specimens are valid then, but for the expired one.
func day() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func training(t testing.TB) []*cms.Certificate {
	t.Helper()
	anchors, err := cms.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		t.Fatal(err)
	}
	return anchors
}

func passport(t testing.TB) cardreader.Kind {
	anchors := training(t)
	return emrtd.New(emrtd.Deps{Anchors: func() []*cms.Certificate { return anchors }, Now: day})
}

// open connects to a fresh chip of a specimen.
func open(name string, options ...sim.Option) func(testing.TB) cardreader.Conn {
	specimen, loading := sim.Load(name)
	return func(t testing.TB) cardreader.Conn {
		t.Helper()
		if loading != nil {
			t.Fatal(loading)
		}
		system, err := sim.NewSystem()
		if err != nil {
			t.Fatal(err)
		}
		reader := system.Attach("sim:" + name)
		reader.Insert(sim.NewCard(specimen, options...))
		conn, err := reader.Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
}

func truth(t testing.TB, name string) cardreader.Subject {
	t.Helper()
	s, err := sim.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Truth
}

func fixture(t testing.TB, name string, most int) kindtest.Fixture {
	return kindtest.Fixture{
		Kind: passport(t), Open: open(name), Secrets: sim.Secrets(name), Wrong: sim.Secrets("emrtd-foreign"),
		Truth: truth(t, name), Files: []string{"DG1", "DG2", "SOD"}, Most: most,
	}
}

func TestContract(t *testing.T)      { kindtest.Run(t, fixture(t, "emrtd", 10)) }
func TestContractShort(t *testing.T) { kindtest.Run(t, fixture(t, "emrtd-short", 110)) }
func TestContractAA(t *testing.T)    { kindtest.Run(t, fixture(t, "emrtd-aa", 110)) }

// A whole reading with PACE, DG14 and Chip Authentication, and one that proves the chip by the mapping.
func TestContractPACE(t *testing.T) {
	f := byNumber(t, "emrtd-pace", 22)
	f.Open = func(t testing.TB) cardreader.Conn { // on a curve of the standard library: it is some five hundred readings
		return altered(t, "emrtd-pace", func(s *sim.Specimen) {
			s.PACE.Curve = "P-256"
			set(s, true, "011C", tlv.Append(nil, 0x31, info(t, bsi(4, 2, 4), 2, 12)))
		})
	}
	kindtest.Run(t, f)
}
func TestContractCAM(t *testing.T) { kindtest.Run(t, byNumber(t, "emrtd-cam", 22)) }

func byNumber(t testing.TB, name string, most int) kindtest.Fixture {
	f := fixture(t, name, most)
	f.Secrets, f.Wrong = only(name, cardreader.CAN), cardreader.Secrets{cardreader.CAN: "000000"}
	return f
}

func read(t testing.TB, k cardreader.Kind, conn cardreader.Conn, name string) *cardreader.Document {
	t.Helper()
	doc, err := k.Read(context.Background(), conn, sim.Secrets(name), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc
}

func TestSpecimens(t *testing.T) {
	type outcome struct {
		name   string
		reason check.Reason
	}
	for _, tc := range []struct {
		specimen string
		verdict  check.Verdict
		not      []outcome // checks that did not pass
	}{
		{"emrtd", check.Passed, []outcome{{"chip", check.NotChecked}}},
		{"emrtd-wang", check.Passed, []outcome{{"chip", check.NotChecked}}},
		{"emrtd-tampered", check.Failed, []outcome{{"dg-hashes", check.WrongDigest}, {"chip", check.NotChecked}}},
		{"emrtd-foreign", check.Indeterminate, []outcome{{"csca", check.UnknownIssuer}, {"chip", check.NotChecked}}},
		{"emrtd-expired", check.Failed, []outcome{{"chip", check.NotChecked}, {"validity", check.Expired}}},
		{"emrtd-pace", check.Passed, nil},
		{"emrtd-cam", check.Passed, nil},
		{"emrtd-aa", check.Passed, nil},
		{"emrtd-clone", check.Failed, []outcome{{"chip", emrtd.ReasonClone}}},
	} {
		doc := read(t, passport(t), open(tc.specimen)(t), tc.specimen)
		if doc.Subject != truth(t, tc.specimen) {
			t.Errorf("%s: not the person of the specimen", tc.specimen)
		}
		if doc.Verdict() != tc.verdict {
			t.Errorf("%s: %v, want %v", tc.specimen, doc.Verdict(), tc.verdict)
		}
		var names []string
		var not []outcome
		for _, c := range doc.Checks {
			names = append(names, c.Name)
			if c.Name == "revocation" && c.Verdict == check.Indeterminate && c.Optional {
				continue // no list was ever held: TestRevocation
			}
			if c.Verdict != check.Passed {
				not = append(not, outcome{c.Name, c.Reason})
			}
		}
		if got := strings.Join(names, " "); got != "sod-signature dg-hashes csca revocation chip validity" {
			t.Errorf("%s: checks %s", tc.specimen, got)
		}
		if !slices.Equal(not, tc.not) {
			t.Errorf("%s: did not pass: %v, want %v", tc.specimen, not, tc.not)
		}
		if !strings.HasPrefix(string(doc.Photo), "\xFF\xD8\xFF") {
			t.Errorf("%s: no JPEG", tc.specimen)
		}
	}
	tampered := read(t, passport(t), open("emrtd-tampered")(t), "emrtd-tampered")
	if c, _ := check.First(tampered.Checks, check.Failed); c.Detail != "DG1" {
		t.Errorf("the false group is named %q", c.Detail)
	}
}

// A clock that is not to be trusted proves no date: neither that of the document nor those of certificates.
func TestUnsureClock(t *testing.T) {
	anchors := training(t)
	k := emrtd.New(emrtd.Deps{Anchors: func() []*cms.Certificate { return anchors }})
	doc := read(t, k, open("emrtd")(t), "emrtd")
	for _, name := range []string{"csca", "validity"} {
		i := slices.IndexFunc(doc.Checks, func(c check.Check) bool { return c.Name == name })
		if c := doc.Checks[i]; c.Verdict != check.Indeterminate || c.Reason != check.ClockUnsure {
			t.Errorf("%s: %v %s", name, c.Verdict, c.Reason)
		}
	}
	if doc.Verdict() != check.Indeterminate || doc.Subject != truth(t, "emrtd") {
		t.Errorf("verdict %v", doc.Verdict())
	}
}

// gmrtd did not look at the validity of certificates until it was fixed.
func TestCertificatesEndToo(t *testing.T) {
	anchors := training(t)
	for _, tc := range []struct {
		year int
		want check.Reason
	}{{2046, check.Expired}, {2019, check.NotYetValid}} {
		k := emrtd.New(emrtd.Deps{Anchors: func() []*cms.Certificate { return anchors },
			Now: func() time.Time { return time.Date(tc.year, 6, 1, 0, 0, 0, 0, time.UTC) }})
		doc := read(t, k, open("emrtd")(t), "emrtd")
		if c := doc.Checks[2]; c.Name != "csca" || c.Verdict != check.Failed || c.Reason != tc.want {
			t.Errorf("%d: %+v, want %s", tc.year, c, tc.want)
		}
	}
}

func TestNoAnchors(t *testing.T) {
	doc := read(t, emrtd.New(emrtd.Deps{Now: day}), open("emrtd")(t), "emrtd")
	if c := doc.Checks[2]; c.Verdict != check.Indeterminate || c.Reason != check.UnknownIssuer {
		t.Errorf("%+v", c)
	}
}

func TestMistypedZone(t *testing.T) {
	zone := sim.Secrets("emrtd")[cardreader.MRZ]
	for _, tc := range []struct{ from, to, field string }{
		{"U12300451", "U12300457", "number"}, {"430412", "430413", "birth"}, {"360411", "360412", "expiry"},
	} {
		conn := &kindtest.Conn{Inner: open("emrtd")(t)}
		typed := cardreader.Secrets{cardreader.MRZ: strings.Replace(zone, tc.from, tc.to, 1)}
		_, err := passport(t).Read(context.Background(), conn, typed, nil)
		var digit *emrtd.CheckDigitError
		var need *cardreader.NeedError
		if !errors.As(err, &digit) || digit.Field != tc.field || !errors.As(err, &need) || !need.Wrong {
			t.Errorf("%s: %v", tc.field, err)
		}
		if conn.APDUs != 0 {
			t.Errorf("%s: the card was asked", tc.field)
		}
	}
	lower := cardreader.Secrets{cardreader.MRZ: strings.ToLower(strings.Replace(zone, "|", "\r\n", 1))}
	if _, err := passport(t).Read(context.Background(), open("emrtd")(t), lower, nil); err != nil {
		t.Errorf("lower case on two lines: %v", err)
	}
}

func BenchmarkReadExtended(b *testing.B) { benchmark(b, "emrtd") }
func BenchmarkReadShort(b *testing.B)    { benchmark(b, "emrtd-short") }

func benchmark(b *testing.B, name string) {
	k, secrets := passport(b), sim.Secrets(name)
	var apdus, bytes int
	for b.Loop() {
		conn := &kindtest.Conn{Inner: open(name)(b)}
		if _, err := k.Read(context.Background(), conn, secrets, nil); err != nil {
			b.Fatal(err)
		}
		apdus, bytes = conn.APDUs, conn.BytesIn+conn.BytesOut
	}
	b.ReportMetric(float64(apdus), "apdus/op")
	b.ReportMetric(float64(bytes), "bytes/op")
}
