package emrtd

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/sim"
)

// list withdraws certificates of the issuer by their serials.
func (i *issuer) list(from, until time.Time, serials ...int64) *cms.CRL {
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until}
	for _, s := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, i.ca, i.caKey)
	if err != nil {
		i.t.Fatal(err)
	}
	l, err := cms.ParseCRL(der)
	if err != nil {
		i.t.Fatal(err)
	}
	return l
}

// signed is the good specimen with a security object of this issuer.
func (i *issuer) signed(name string) sim.Specimen {
	s, err := sim.Load(name)
	if err != nil {
		i.t.Fatal(err)
	}
	groups := map[int][]byte{}
	for n, id := range map[int]string{1: "0101", 2: "0102", 14: "010E"} {
		if b := s.File(id); b != nil {
			groups[n] = b
		}
	}
	for _, d := range s.Dirs {
		if d.AID != "" {
			d.Files["011D"] = i.sign(object(i.t, groups))
			d.SFI["1D"] = "011D"
		}
	}
	return s
}

// A whole reading with a list, without one, with an old one and with one that was held once: what the counter sees.
func TestRevocation(t *testing.T) {
	i := newIssuer(t, "UT", nil)
	from, until := provedAt.AddDate(0, -1, 0), provedAt.AddDate(0, 1, 0)
	good, bad := i.list(from, until, 77), i.list(from, until, 77, 2)
	old := i.list(from.AddDate(-1, 0, 0), until.AddDate(-1, 0, 0))
	yes := func(*cms.Certificate) bool { return true }
	held := func(l ...*cms.CRL) cms.Revocations { return cms.Revocations{Held: l} }
	for _, tc := range []struct {
		name  string
		lists cms.Revocations
		want  check.Check
		whole check.Verdict
		chip  check.Check
	}{
		{"not withdrawn", held(good), check.Pass("", "list of C=UT,CN=SPECIMEN CSCA of 2026-10-26"), check.Passed, passed},
		{"withdrawn", held(bad), failed(check.Revoked, "list of C=UT,CN=SPECIMEN CSCA of 2026-10-26"), check.Failed, unsure(check.NotChecked, "rests on revocation")},
		{"withdrawn by an old list", held(old, i.list(from.AddDate(-2, 0, 0), until.AddDate(-2, 0, 0), 2)), failed(check.Revoked, ""), check.Failed, asleep},
		{"never held", held(), unsure(check.NoList, "C=UT,CN=SPECIMEN CSCA"), check.Passed, passed},
		{"never held, demanded", cms.Revocations{Demanded: yes}, unsure(check.NoList, ""), check.Indeterminate, asleep},
		{"over-age", held(old), unsure(check.ListTooOld, ""), check.Indeterminate, asleep},
		{"held once", cms.Revocations{Gone: yes}, unsure(check.ListTooOld, ""), check.Indeterminate, asleep},
		{"of another state", held(newIssuer(t, "NL", nil).list(from, until, 2)), unsure(check.NoList, ""), check.Passed, passed},
		{"forged", held(newIssuer(t, "UT", nil).list(from, until)), unsure(check.WrongSignature, ""), check.Indeterminate, asleep},
	} {
		system, err := sim.NewSystem()
		if err != nil {
			t.Fatal(err)
		}
		reader := system.Attach("sim:list")
		reader.Insert(sim.NewCard(i.signed("emrtd-pace")))
		conn, err := reader.Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		k := New(Deps{Anchors: i.anchors, Lists: func() cms.Revocations { return tc.lists }, Now: func() time.Time { return provedAt }})
		doc, err := k.Read(context.Background(), conn, sim.Secrets("emrtd-pace"), nil)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if doc.Verdict() != tc.whole {
			t.Errorf("%s: %v, want %v: %+v", tc.name, doc.Verdict(), tc.whole, doc.Checks)
		}
		for _, c := range doc.Checks {
			want := tc.want
			switch c.Name {
			case checkRevoked:
			case checkChip:
				want = tc.chip
			default:
				continue
			}
			if c.Verdict != want.Verdict || c.Reason != want.Reason || want.Detail != "" && c.Detail != want.Detail {
				t.Errorf("%s: %+v, want %+v", tc.name, c, want)
			}
		}
	}
}

// EF.CardSecurity of a withdrawn signer proves no chip.
func TestRevokedCardSecurity(t *testing.T) {
	i := newIssuer(t, "UT", nil)
	i.content = []int{0, 4, 0, 127, 0, 7, 3, 2, 1}
	from, until := provedAt.AddDate(0, -1, 0), provedAt.AddDate(0, 1, 0)
	signed := i.sign([]byte{0x31, 0})
	b := signed[len(signed)-int(lengthOf(t, signed)):] // without the tag of EF.SOD
	for serial, want := range map[int64]check.Reason{2: check.Revoked, 3: check.OK} {
		e := evidence{state: "UTO", now: provedAt, pool: cms.NewPool(i.anchors()), lists: cms.Revocations{Held: []*cms.CRL{i.list(from, until, serial)}}}
		_, refused := cardSecurity(e, b)
		if refused == nil != (want == check.OK) || refused != nil && (refused.Reason != want || refused.Verdict != check.Failed) {
			t.Errorf("serial %d: %+v", serial, refused)
		}
	}
}

func lengthOf(t *testing.T, b []byte) int64 {
	t.Helper()
	if b[1] != 0x82 {
		t.Fatalf("length byte %X", b[1])
	}
	return int64(b[2])<<8 | int64(b[3])
}
