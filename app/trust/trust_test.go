package trust_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/voucher/vouchertest"

	"github.com/fxamacker/cbor/v2"
)

const uri = "https://hall.example/status/1"

func institution(t testing.TB, a *vouchertest.Authority) []*trust.Institution {
	t.Helper()
	i, err := trust.ParseInstitution(a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	return []*trust.Institution{i}
}

func statusCWT(t testing.TB, a *vouchertest.Authority, madeAt time.Time, set map[uint64]uint8) []byte {
	t.Helper()
	l, err := trust.NewStatusList(uri, 2, 10000)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range set {
		if err := l.Set(i, v); err != nil {
			t.Fatal(err)
		}
	}
	l.MadeAt, l.NotAfter = madeAt, madeAt.AddDate(0, 0, 30)
	msg, err := trust.SignStatusCWT(nil, l, a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

// The values that the draft lists beside its vectors (draft-ietf-oauth-status-list-21, test vectors).
func TestStatusVectors(t *testing.T) {
	dir := "../../../shared/vectors/status-list"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no foreign vectors here: ../shared/vectors/status-list is absent")
	}
	for file, want := range map[string]struct {
		bits int
		set  map[uint64]uint8
		only bool // everything else is 0
	}{
		// §4.1 and §4.2 of the draft: byte arrays b9 a3 and c9 44 f9.
		"status_list_encoding_cbor.md":       {1, map[uint64]uint8{0: 1, 1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 0, 7: 1, 8: 1, 9: 1, 10: 0, 11: 0, 12: 0, 13: 1, 14: 0, 15: 1}, true},
		"status_list_encoding2_cbor.md":      {2, map[uint64]uint8{0: 1, 1: 2, 2: 0, 3: 3, 4: 0, 5: 1, 6: 0, 7: 1, 8: 1, 9: 2, 10: 3, 11: 3}, true},
		"status_list_encoding1_long_cbor.md": {1, map[uint64]uint8{0: 1, 1993: 1, 25460: 1, 159495: 1, 495669: 1, 554353: 1, 645645: 1, 723232: 1, 854545: 1, 934534: 1, 1000345: 1}, true},
		"status_list_encoding2_long_cbor.md": {2, map[uint64]uint8{0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3}, true},
		"status_list_encoding4_cbor.md":      {4, map[uint64]uint8{0: 1, 1993: 2, 35460: 3, 459495: 4, 595669: 5, 754353: 6, 845645: 7, 923232: 8, 924445: 9, 934534: 10, 1004534: 11, 1000345: 12, 1030203: 13, 1030204: 14, 1030205: 15}, true},
		"status_list_encoding8_cbor.md":      {8, map[uint64]uint8{233478: 0, 52451: 1, 576778: 2}, false},
	} {
		l, err := trust.UnpackStatusList(hexOf(t, filepath.Join(dir, file)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for i := range l.Len() {
			got, listed := l.At(i)
			if expected, named := want.set[i]; !listed || (named || want.only) && got != expected {
				t.Errorf("%s: status %d is %d, want %d", file, i, got, expected)
				break
			}
		}
		if _, listed := l.At(l.Len()); listed {
			t.Errorf("%s: an index behind the end is listed", file)
		}
		twin := strings.Replace(file, "_cbor", "_json", 1)
		if j, err := jsonList(filepath.Join(dir, twin)); err != nil || !l.Same(j) {
			t.Errorf("%s and %s differ (%v)", file, twin, err)
		}
	}
}

// hexOf reads the hexadecimal lines at the end of a vector file.
func hexOf(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := string(text)
	if i := strings.Index(s, "encoded:"); i >= 0 {
		s = s[i+len("encoded:"):]
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// jsonList reads the same vector in the draft's JSON form.
func jsonList(file string) (*trust.StatusList, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := string(text[bytes.IndexByte(text, '{'):])
	var m struct {
		Bits int
		Lst  string
	}
	if err := json.Unmarshal([]byte(strings.Join(strings.Fields(s), "")), &m); err != nil {
		return nil, err
	}
	b, err := base64.RawURLEncoding.DecodeString(m.Lst)
	if err != nil {
		return nil, err
	}
	c, err := cbor.Marshal(map[string]any{"bits": m.Bits, "lst": b})
	if err != nil {
		return nil, err
	}
	return trust.UnpackStatusList(c)
}

func TestStatusCWT(t *testing.T) {
	a, now := vouchertest.New(t, vouchertest.Issuer), vouchertest.Now()
	msg := statusCWT(t, a, now, map[uint64]uint8{4711: 1, 4712: 2, 9999: 3})
	t.Logf("10,000 statuses of 2 bits, 3 set: %d B", len(msg))
	l, err := trust.ParseStatusCWT(msg, institution(t, a))
	if err != nil {
		t.Fatal(err)
	}
	if l.Issuer != a.Name || l.URI != uri || !l.MadeAt.Equal(now) || l.Len() != 10000 {
		t.Errorf("%+v, %d statuses", l, l.Len())
	}
	for i, want := range map[uint64]uint8{0: 0, 4710: 0, 4711: 1, 4712: 2, 4713: 0, 9999: 3} {
		if got, ok := l.At(i); !ok || got != want {
			t.Errorf("status %d: %d, want %d", i, got, want)
		}
	}
	other := vouchertest.New(t, "https://other.example")
	if _, err := trust.ParseStatusCWT(msg, institution(t, other)); !errors.Is(err, trust.ErrUnknown) {
		t.Errorf("other institution: %v", err)
	}
	d, err := trust.SignDelegations(nil, &trust.Delegations{Issuer: a.Name, MadeAt: now}, a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trust.ParseStatusCWT(d, institution(t, a)); !errors.Is(err, trust.ErrStructure) {
		t.Errorf("a list of another type: %v", err)
	}
	for i := range msg {
		bad := bytes.Clone(msg)
		bad[i] ^= 1
		if got, err := trust.ParseStatusCWT(bad, institution(t, a)); err == nil {
			t.Fatalf("byte %d changed: %+v", i, got)
		}
	}
}

func TestStatusListRefuses(t *testing.T) {
	for _, bits := range []int{0, 3, 16, -1} {
		if _, err := trust.NewStatusList(uri, bits, 8); !errors.Is(err, trust.ErrBits) {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
	if _, err := trust.NewStatusList(uri, 8, 1<<30); !errors.Is(err, trust.ErrTooLarge) {
		t.Errorf("too many: %v", err)
	}
	l, _ := trust.NewStatusList(uri, 1, 8)
	if l.Set(8, 1) == nil || l.Set(0, 2) == nil {
		t.Error("an index or a value that does not fit was set")
	}
}

func TestStoreAges(t *testing.T) {
	a, now := vouchertest.New(t, vouchertest.Issuer), vouchertest.Now()
	s := trust.New(map[string]time.Duration{trust.KindStatus: 7 * 24 * time.Hour, trust.KindDelegations: 24 * time.Hour})
	if err := s.Add(a.PEM, "file", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := s.Status(a.Name, uri, 1, now); got.Held {
		t.Errorf("nothing was added: %+v", got)
	}
	if err := s.Add(statusCWT(t, a, now, map[uint64]uint8{7: 1}), "bundle 3", time.Time{}); err != nil {
		t.Fatal(err)
	}
	key := []byte("12345678")
	d, err := trust.SignDelegations(nil, &trust.Delegations{Issuer: a.Name, MadeAt: now, NotAfter: now.AddDate(0, 0, 9),
		List: []trust.Withdrawn{{Station: "T01", KeyID: key}}}, a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(d, "bundle 3", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := s.Status(a.Name, uri, 7, now.AddDate(0, 0, 7)); !got.Held || got.TooOld || !got.Listed || got.Value != 1 {
		t.Errorf("%+v", got)
	} else if f := got.Snapshot.Freshness(now.Add(50 * time.Hour)); f.AgeDays != 2 || f.Kind != "status" || f.Snapshot != uri+" 2026-11-26" {
		t.Errorf("%+v", f)
	}
	if got := s.Status(a.Name, uri, 7, now.AddDate(0, 0, 8)); !got.TooOld {
		t.Errorf("eight days old, seven allowed: %+v", got)
	}
	if got := s.Status("https://other.example", uri, 7, now); got.Held {
		t.Errorf("a list of another issuer answered: %+v", got)
	}
	if got := s.Delegation(a.Name, "T01", key, now); !got.Held || !got.Listed || got.TooOld {
		t.Errorf("%+v", got)
	}
	if got := s.Delegation(a.Name, "T02", key, now); got.Listed {
		t.Errorf("another station: %+v", got)
	}
	if got := s.Delegation(a.Name, "T01", key, now.AddDate(0, 0, 2)); !got.TooOld {
		t.Errorf("two days old, one allowed: %+v", got)
	}
	if err := s.Add(statusCWT(t, a, now.Add(-time.Hour), nil), "stick", time.Time{}); !errors.Is(err, trust.ErrOlder) {
		t.Errorf("older list: %v", err)
	}
	if got := s.Status(a.Name, uri, 7, now); got.Value != 1 {
		t.Error("an older list replaced a newer one")
	}
	s.Gone(a.Name, uri, trust.Snapshot{Kind: trust.KindStatus, Name: uri, MadeAt: now})
	if got := s.Status(a.Name, uri, 7, now); !got.Held || !got.TooOld {
		t.Errorf("gone: %+v", got)
	}
}

func FuzzParseStatusCWT(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	f.Add(statusCWT(f, a, vouchertest.Now(), map[uint64]uint8{1: 1}))
	f.Add([]byte{0xd2, 0x84, 0x40, 0xa0, 0x40, 0x40})
	issuers := institution(f, a)
	f.Fuzz(func(_ *testing.T, b []byte) {
		trust.ParseStatusCWT(b, issuers)
		trust.ParseDelegations(b, issuers)
		trust.UnpackStatusList(b)
	})
}

func FuzzAdd(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	f.Add(a.PEM)
	f.Add(a.Root.Raw)
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`))
	f.Add([]byte{0xa3, 1, 1, 0x20, 6, 0x21, 0x40})
	f.Fuzz(func(_ *testing.T, b []byte) { _ = trust.New(nil).Add(b, "fuzz", time.Time{}) })
}
