package emrtd_test

import (
	"context"
	"slices"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
)

func checkOf(t testing.TB, doc *cardreader.Document, name string) check.Check {
	t.Helper()
	i := slices.IndexFunc(doc.Checks, func(c check.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %s", name)
	}
	return doc.Checks[i]
}

func only(name string, kind cardreader.SecretKind) cardreader.Secrets {
	return cardreader.Secrets{kind: sim.Secrets(name)[kind]}
}

func TestChips(t *testing.T) {
	for _, tc := range []struct {
		name  string
		kinds []cardreader.SecretKind
		want  check.Check
	}{
		{"emrtd-pace", []cardreader.SecretKind{cardreader.CAN, cardreader.MRZ}, check.Pass("", "Chip Authentication, EC P-256, AES-256")},
		{"emrtd-cam", []cardreader.SecretKind{cardreader.CAN, cardreader.MRZ}, check.Pass("", "PACE-CAM, EC P-384")},
		{"emrtd-clone", []cardreader.SecretKind{cardreader.CAN, cardreader.MRZ}, check.Fail("", "clone", "Chip Authentication, EC P-256, AES-256")},
		{"emrtd-aa", []cardreader.SecretKind{cardreader.MRZ}, check.Pass("", "Active Authentication, RSA 1536")},
	} {
		for _, kind := range tc.kinds {
			conn := &kindtest.Conn{Inner: open(tc.name)(t)}
			doc, err := passport(t).Read(context.Background(), conn, only(tc.name, kind), nil)
			if err != nil {
				t.Errorf("%s by %s: %v", tc.name, kind, err)
				continue
			}
			c := checkOf(t, doc, "chip")
			if c.Verdict != tc.want.Verdict || c.Reason != tc.want.Reason || c.Detail != tc.want.Detail {
				t.Errorf("%s by %s: %+v, want %+v", tc.name, kind, c, tc.want)
			}
			if doc.Verdict() != tc.want.Verdict || doc.Subject != truth(t, tc.name) {
				t.Errorf("%s by %s: %v: %+v", tc.name, kind, doc.Verdict(), doc.Checks)
			}
			t.Logf("%s by %s: %d commands, %d bytes", tc.name, kind, conn.APDUs, conn.BytesIn+conn.BytesOut)
		}
	}
}
