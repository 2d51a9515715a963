package emrtd

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

var (
	provedAt  = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	groupOne  = []byte("SPECIMEN one")
	groupTwo  = []byte("SPECIMEN two")
	bothRead  = map[int][]byte{1: groupOne, 2: groupTwo}
	threeSign = map[int][]byte{1: groupOne, 2: groupTwo, 14: []byte("not read")}
)

// proof is one run: who signs what, what was read, and what is wanted.
type proof struct {
	name                  string
	sod                   []byte
	read                  map[int][]byte
	anchors               []*cms.Certificate
	state                 string
	now                   time.Time
	lists                 cms.Revocations
	signature, hash, csca check.Check
	revoked               check.Check // zero: no list, or not asked where there is no chain
}

func (p proof) run(t *testing.T) {
	t.Helper()
	e := evidence{sod: p.sod, groups: p.read, state: p.state, now: p.now, pool: cms.NewPool(p.anchors), others: p.anchors, lists: p.lists}
	checks := e.prove()
	if len(checks) != 4 {
		t.Fatalf("%s: %d checks", p.name, len(checks))
	}
	if p.revoked.Reason == "" && p.revoked.Verdict == check.Indeterminate {
		if p.revoked.Reason = check.NoList; checks[3].Reason == check.NotChecked && p.csca.Verdict != check.Passed {
			p.revoked.Reason = check.NotChecked
		}
		if !checks[3].Optional {
			t.Errorf("%s: a list never held lowers the whole", p.name)
		}
	}
	for i, got := range checks {
		want := []check.Check{p.signature, p.hash, p.csca, p.revoked}[i]
		if got.Verdict != want.Verdict || got.Reason != want.Reason || want.Detail != "" && !strings.Contains(got.Detail, want.Detail) {
			t.Errorf("%s: %+v, want %v %s %s", p.name, got, want.Verdict, want.Reason, want.Detail)
		}
	}
}

var (
	passed = check.Check{Verdict: check.Passed}
	asleep = check.Check{Reason: check.NotChecked}
)

func failed(r check.Reason, detail string) check.Check { return check.Fail("", r, detail) }
func unsure(r check.Reason, detail string) check.Check { return check.Unsure("", r, detail) }

func TestPassive(t *testing.T) {
	nl := newIssuer(t, "NL", nil)
	good := nl.sign(object(t, threeSign))
	base := proof{sod: good, read: bothRead, anchors: nl.anchors(), state: "NLD", now: provedAt,
		signature: passed, hash: passed, csca: passed}
	with := func(name string, change func(*proof)) proof {
		p := base
		p.name = name
		change(&p)
		return p
	}
	other := newIssuer(t, "NL", nil) // the same name, another key with the same key identifier
	for _, p := range []proof{
		with("good", func(p *proof) {
			p.signature.Detail, p.hash.Detail, p.csca.Detail = "SPECIMEN DS", "DG1, DG2 by SHA-256", "SPECIMEN CSCA"
		}),
		with("group changed", func(p *proof) {
			p.read = map[int][]byte{1: groupOne, 2: []byte("SPECIMEN other")}
			p.hash = failed(check.WrongDigest, "DG2")
		}),
		with("group not signed", func(p *proof) {
			p.read = map[int][]byte{1: groupOne, 3: groupTwo}
			p.hash = failed(check.WrongDigest, "DG3")
		}),
		with("content changed", func(p *proof) {
			p.sod = tamperContent(t, good)
			p.signature, p.hash, p.csca = failed(check.WrongDigest, ""), failed(check.WrongDigest, "DG1"), asleep
		}),
		with("signature changed", func(p *proof) {
			p.sod = bytes.Clone(good)
			p.sod[len(good)-1] ^= 1
			p.signature, p.csca = failed(check.WrongSignature, ""), asleep
		}),
		with("no anchors", func(p *proof) { p.anchors, p.csca = nil, unsure(check.UnknownIssuer, "SPECIMEN CSCA") }),
		with("forged below a known authority", func(p *proof) { p.anchors, p.csca = other.anchors(), failed(check.WrongSignature, "") }),
		with("another state", func(p *proof) { p.state, p.csca = "DEU", failed(ReasonWrongCountry, "document of DEU, signed by NL") }),
		with("code in no list", func(p *proof) { p.state, p.csca = "QQQ", unsure(check.UnknownIssuer, "QQQ") }),
		with("signer ended", func(p *proof) {
			p.now, p.csca = time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC), failed(check.Expired, "SPECIMEN DS")
		}),
		with("signer not begun", func(p *proof) {
			p.now, p.csca = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), failed(check.NotYetValid, "SPECIMEN DS")
		}),
		with("no clock", func(p *proof) { p.now, p.csca = time.Time{}, unsure(check.ClockUnsure, "") }),
		with("nothing read", func(p *proof) { p.read, p.hash = nil, asleep }),
	} {
		p.run(t)
	}
}

// tamperContent swaps the hash of a group inside the signed content.
func tamperContent(t *testing.T, sod []byte) []byte {
	t.Helper()
	content := object(t, threeSign)
	changed := bytes.Clone(content)
	i := bytes.Index(content, []byte{0x02, 0x01, 0x01, 0x04, 0x20})
	changed[i+5] ^= 1
	return bytes.Replace(sod, content, changed, 1)
}

// gmrtd #326 and #329: what the certificates say about themselves binds.
func TestSignerCertificate(t *testing.T) {
	for _, tc := range []struct {
		name      string
		template  func(*x509.Certificate)
		signing   time.Time
		signature check.Check
		csca      check.Check
	}{
		{name: "may not sign", template: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement },
			signature: failed(check.WrongKeyUsage, ""), csca: asleep},
		{name: "is an authority", template: func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true },
			signature: failed(check.WrongKeyUsage, ""), csca: passed},
		{name: "unknown critical extension", template: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		}, signature: passed, csca: unsure(check.NotSupported, "1.2.3.4")},
		{name: "signed before it began", signing: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC),
			signature: passed, csca: failed(check.NotYetValid, "at the time of signing")},
		{name: "signed after it ended", signing: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC),
			signature: passed, csca: failed(check.Expired, "at the time of signing")},
	} {
		i := newIssuer(t, "NL", tc.template)
		if !tc.signing.IsZero() {
			i.signing = tc.signing
		}
		proof{name: tc.name, sod: i.sign(object(t, threeSign)), read: bothRead, anchors: i.anchors(), state: "NLD", now: provedAt,
			signature: tc.signature, hash: passed, csca: tc.csca}.run(t)
	}
}

func TestSecurityObjectContent(t *testing.T) {
	i := newIssuer(t, "NL", nil)
	good := object(t, threeSign)
	run := func(name string, content []byte) {
		t.Helper()
		proof{name: name, sod: i.sign(content), read: bothRead, anchors: i.anchors(), state: "NLD", now: provedAt,
			signature: passed, hash: failed(check.Structure, "EF.SOD"), csca: passed}.run(t)
	}
	run("noise", []byte("SPECIMEN"))
	run("empty", nil)
	run("more behind it", append(bytes.Clone(good), 5, 0))
	run("version 2", bytes.Replace(good, []byte{2, 1, 0}, []byte{2, 1, 2}, 1))
	run("group twice", bytes.Replace(good, []byte{2, 1, 2, 4, 32}, []byte{2, 1, 1, 4, 32}, 1))
	run("group 17", bytes.Replace(good, []byte{2, 1, 2, 4, 32}, []byte{2, 1, 17, 4, 32}, 1))
	run("group -1", bytes.Replace(good, []byte{2, 1, 2, 4, 32}, []byte{2, 1, 0xFF, 4, 32}, 1))
	run("unknown digest", bytes.Replace(good, []byte{3, 4, 2, 1}, []byte{3, 4, 2, 9}, 1))
	run("digest of another length", bytes.Replace(good, []byte{3, 4, 2, 1}, []byte{3, 4, 2, 3}, 1))
	i.content = []int{2, 23, 136, 1, 1, 2}
	run("a master list", good)
	i.content = []int{1, 2, 840, 113549, 1, 7, 1} // passports of the People's Republic of China
	proof{name: "id-data", sod: i.sign(good), read: bothRead, anchors: i.anchors(), state: "NLD", now: provedAt,
		signature: passed, hash: passed, csca: passed}.run(t)
}

func TestSameState(t *testing.T) {
	for _, tc := range []struct {
		alpha2, code string
		same, known  bool
	}{
		{"CN", "CHN", true, true}, {"cn", "CHN", true, true}, {"DE", "D", true, true}, {"UT", "UTO", true, true},
		{"TW", "TWN", true, true}, {"CN", "TWN", false, true}, {"GB", "GBD", true, true}, {"EU", "EUE", true, true},
		{"UN", "UNO", true, true}, {"KS", "RKS", true, true}, {"XK", "RKS", true, true}, {"NL", "DEU", false, true},
		{"", "NLD", false, true}, {"NL", "", false, false}, {"NL", "NL", false, false}, {"XX", "ZZZ", false, false},
		{"DE", "D<<", false, false}, {"001", "001", false, false},
	} {
		if same, known := sameState(tc.alpha2, tc.code); same != tc.same || known != tc.known {
			t.Errorf("%s %s: %v %v, want %v %v", tc.alpha2, tc.code, same, known, tc.same, tc.known)
		}
	}
}

func TestValid(t *testing.T) {
	for _, tc := range []struct {
		expires string
		now     time.Time
		want    check.Check
	}{
		{"2026-11-26", provedAt, passed}, // the last day counts
		{"2026-11-25", provedAt, failed(check.Expired, "")},
		{"", provedAt, unsure(check.Unreadable, "")},
		{"2026-11-26", time.Time{}, unsure(check.ClockUnsure, "")},
	} {
		if got := valid(tc.expires, tc.now); got.Verdict != tc.want.Verdict || got.Reason != tc.want.Reason {
			t.Errorf("%s: %+v", tc.expires, got)
		}
	}
}

func FuzzSOD(f *testing.F) {
	i := newIssuer(f, "NL", nil)
	good := i.sign(object(f, threeSign))
	f.Add(good)
	f.Add([]byte{0x77, 0x00})
	f.Add(good[:len(good)/2])
	anchors := i.anchors()
	f.Fuzz(func(t *testing.T, sod []byte) {
		e := evidence{sod: sod, groups: map[int][]byte{1: []byte("forged")}, state: "NLD", now: provedAt, pool: cms.NewPool(anchors), others: anchors}
		checks := e.prove()
		if len(checks) != 4 || check.Overall(checks) == check.Passed {
			t.Fatal("a forged group passed")
		}
		if slices.ContainsFunc(checks, func(c check.Check) bool { return c.Verdict != check.Passed && c.Reason == check.OK }) {
			t.Fatal("no reason")
		}
	})
}
