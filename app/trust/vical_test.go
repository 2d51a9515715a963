package trust_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"bangban/app/trust"
)

func vical(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../shared/vectors/vical/20250225-RDW-Test.vical")
	if err != nil {
		t.Skip("no foreign vectors here: ../shared/vectors/vical is absent")
	}
	return b
}

// The test list of RDW, the Netherlands vehicle authority.
func TestForeignVICAL(t *testing.T) {
	b := vical(t)
	v, err := trust.OpenVICAL(b)
	if err != nil {
		t.Fatal(err)
	}
	if v.Provider == "" || v.MadeAt.Year() != 2025 || len(v.Issuers) < 20 || len(v.Issuers[0].DocTypes) == 0 {
		t.Errorf("%q %v, %d issuers", v.Provider, v.MadeAt, len(v.Issuers))
	}
	t.Logf("%q, %v to %v, %d issuers, signed by %v", v.Provider, v.MadeAt, v.NextUpdate, len(v.Issuers), v.Signer)
	s := trust.New(nil)
	if err := s.Add(b, "file", time.Time{}); err != nil || len(s.Certificates()) < 20 {
		t.Errorf("%d certificates, %v", len(s.Certificates()), err)
	}
	if len(s.CSCA()) != 0 {
		t.Error("issuers of mobile documents became anchors for passports")
	}
	if snaps := s.Snapshots(); len(snaps) != 1 || snaps[0].Kind != trust.KindVICAL || snaps[0].MadeAt.IsZero() {
		t.Errorf("%+v", snaps)
	}
	if err := s.Clone().Add(b, "stick", time.Time{}); err != nil {
		t.Errorf("the same list again: %v", err)
	}
	older := *v
	older.MadeAt = v.MadeAt.AddDate(0, 0, -1)
	if err := s.AddVICAL(&older, "stick"); !errors.Is(err, trust.ErrOlder) {
		t.Errorf("an older list: %v", err)
	}
	newer := *v
	newer.MadeAt, newer.Issuers = v.MadeAt.AddDate(0, 0, 1), v.Issuers[:3]
	if err := s.AddVICAL(&newer, "stick"); err != nil || len(s.Certificates()) > 3 {
		t.Errorf("a newer list leaves %d certificates, %v", len(s.Certificates()), err)
	}
}

func TestVICALChanged(t *testing.T) {
	b := vical(t)
	// Before it lies the signer's certificate, which whoever names the file vouches for.
	for i := bytes.Index(b, []byte("vicalProvider")) - 16; i < len(b); i += 97 {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := trust.OpenVICAL(bad); err == nil {
			t.Fatalf("byte %d changed: taken", i)
		}
	}
	bad := bytes.Clone(b)
	bad[len(bad)-1] ^= 1
	if err := trust.New(nil).Add(bad, "file", time.Time{}); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("signature changed: %v", err)
	}
}

func FuzzVICAL(f *testing.F) {
	f.Add([]byte{0x84, 0x43, 0xa1, 1, 0x26, 0xa0, 0x40, 0x40})
	if b, err := os.ReadFile("../../../shared/vectors/vical/20250225-RDW-Test.vical"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = trust.OpenVICAL(b) })
}
