package voucher_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

type list voucher.StatusAnswer

func (l list) Status(string, string, uint64) voucher.StatusAnswer { return voucher.StatusAnswer(l) }

// judgement is one way to judge the invented voucher, and what must come out.
type judgement struct {
	name    string
	edit    func(*voucher.Context)
	check   string
	verdict check.Verdict
	reason  check.Reason
	whole   check.Verdict
}

func held(value uint8) list {
	return list{Held: true, Listed: true, Value: value, List: "status 2026-11-26"}
}

func used(t *testing.T, v *voucher.Voucher, u voucher.Use) func(string, uint64) (voucher.Use, error) {
	return func(iss string, serial uint64) (voucher.Use, error) {
		if iss != v.Issuer || serial != 123 {
			t.Errorf("ledger asked for %s %d", iss, serial)
		}
		return u, nil
	}
}

func judgements(t *testing.T, v *voucher.Voucher) []judgement {
	return []judgement{
		{"good", func(*voucher.Context) {}, "time", check.Passed, check.OK, check.Passed},
		{"last second", func(c *voucher.Context) { c.At = v.Expires.Add(-time.Second) }, "time", check.Passed, check.OK, check.Passed},
		{"ended", func(c *voucher.Context) { c.At = v.Expires }, "time", check.Failed, check.Expired, check.Failed},
		{"clock a little behind", func(c *voucher.Context) { c.At = v.NotBefore.Add(-voucher.Skew) }, "time", check.Passed, check.OK, check.Passed},
		{"not begun", func(c *voucher.Context) { c.At = v.NotBefore.Add(-voucher.Skew - time.Second) }, "time", check.Failed, check.NotYetValid, check.Failed},
		{"no time", func(c *voucher.Context) { c.At = time.Time{} }, "time", check.Indeterminate, check.ClockUnsure, check.Indeterminate},
		{"unsure clock", func(c *voucher.Context) { c.ClockUnsure = true }, "time", check.Indeterminate, check.ClockUnsure, check.Indeterminate},
		{"other audience", func(c *voucher.Context) { c.Audience = "demo-hotel" }, "audience", check.Failed, check.WrongAudience, check.Failed},
		{"audience not asked", func(c *voucher.Context) { c.Audience = "" }, "audience", check.Indeterminate, check.NotChecked, check.Passed},
		{"nonce", func(c *voucher.Context) { c.Nonce = []byte("nonce-of-bank-01") }, "nonce", check.Passed, check.OK, check.Passed},
		{"other nonce", func(c *voucher.Context) { c.Nonce = []byte("nonce-of-bank-02") }, "nonce", check.Failed, voucher.ReasonWrongNonce, check.Failed},
		{"no list ever", func(c *voucher.Context) { c.Status = nil }, "status", check.Indeterminate, check.NoList, check.Passed},
		{"no list ever, own", func(c *voucher.Context) { c.Status, c.Own = nil, v.Issuer }, "status", check.Indeterminate, check.NoList, check.Indeterminate},
		{"revoked", func(c *voucher.Context) { c.Status = held(1) }, "status", check.Failed, check.Revoked, check.Failed},
		{"suspended", func(c *voucher.Context) { c.Status = held(2) }, "status", check.Failed, voucher.ReasonSuspended, check.Failed},
		{"unknown value", func(c *voucher.Context) { c.Status = held(7) }, "status", check.Indeterminate, check.NotSupported, check.Indeterminate},
		{"old list", func(c *voucher.Context) { c.Status = list{Held: true, TooOld: true, Listed: true} }, "status", check.Indeterminate, check.ListTooOld, check.Indeterminate},
		{"old list, revoked", func(c *voucher.Context) { c.Status = list{Held: true, TooOld: true, Listed: true, Value: 1} }, "status", check.Failed, check.Revoked, check.Failed},
		{"short list", func(c *voucher.Context) { c.Status = list{Held: true} }, "status", check.Indeterminate, voucher.ReasonNotListed, check.Indeterminate},
		{"no ledger", func(c *voucher.Context) { c.Used = nil }, "uses", check.Indeterminate, check.NotChecked, check.Passed},
		{"broken ledger", func(c *voucher.Context) {
			c.Used = func(string, uint64) (voucher.Use, error) { return voucher.Use{}, errors.New("locked") }
		}, "uses", check.Indeterminate, check.Unreadable, check.Indeterminate},
		{"seen before", func(c *voucher.Context) { c.Used = used(t, v, voucher.Use{Seen: true, ID: v.ID}) }, "uses", check.Passed, check.OK, check.Passed},
		{"used", func(c *voucher.Context) { c.Used = used(t, v, voucher.Use{Seen: true, ID: v.ID, Count: 1}) }, "uses", check.Failed, check.Used, check.Failed},
		{"serial with another cti", func(c *voucher.Context) { c.Used = used(t, v, voucher.Use{Seen: true, ID: [16]byte{7}}) }, "uses", check.Failed, check.SerialReused, check.Failed},
		{"training paper at a real station", func(c *voucher.Context) { c.Training = false }, "training", check.Failed, check.TrainingPaper, check.Failed},
	}
}

func TestJudge(t *testing.T) {
	v := opened(t, nil)
	for _, tc := range judgements(t, v) {
		c := voucher.Context{At: v.NotBefore.Add(time.Hour), Audience: "demo-bank", Status: held(0), Used: used(t, v, voucher.Use{}), Training: true}
		tc.edit(&c)
		checks := v.Judge(c)
		var found bool
		for _, k := range checks {
			if k.Name == tc.check {
				found = true
				if k.Verdict != tc.verdict || k.Reason != tc.reason {
					t.Errorf("%s: %v %q, want %v %q", tc.name, k.Verdict, k.Reason, tc.verdict, tc.reason)
				}
			}
		}
		if whole := check.Overall(append(v.Checks(), checks...)); !found || whole != tc.whole {
			t.Errorf("%s: found %v, whole %v, want %v", tc.name, found, whole, tc.whole)
		}
	}
}

func TestJudgeDraft(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	checks := a.Voucher().Judge(voucher.Context{At: vouchertest.Now().Add(time.Hour), Training: true})
	if check.Overall(checks) != check.Indeterminate {
		t.Error("a voucher that nobody opened was judged as valid")
	}
}

func TestNothingPrints(t *testing.T) {
	v := opened(t, nil)
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "v", v, "value", *v, "h", v.Holder, "t", v.Terms)
	j, _ := json.Marshal(v)
	out := log.String() + string(j) + fmt.Sprintf("%v %+v %#v %s %v %+v %#v %v %+v", v, v, v, v, *v, v.Holder, v.Holder, v.Terms, []any{*v, v.Holder})
	for _, secret := range []string{"样本甲", "YANGBEN", "1949", "SPECIMEN 帮办", "demo-bank"} {
		if strings.Contains(out, secret) {
			t.Errorf("%q was printed", secret)
		}
	}
	if !strings.Contains(out, "123") {
		t.Error("control: the serial is printed")
	}
	v.Wipe()
	if !reflect.DeepEqual(v.Holder, voucher.Holder{}) || v.Serial() != "" {
		t.Error("something is left after Wipe")
	}
}

func TestSerial(t *testing.T) {
	for n, want := range map[uint64]string{1: "T01-000001", 123: "T01-000123", 1234567: "T01-1234567"} {
		if got := voucher.FormatSerial("T01", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
		if s, m, err := voucher.ParseSerial(want); s != "T01" || m != n || err != nil {
			t.Errorf("%q: %q %d %v", want, s, m, err)
		}
	}
	for _, bad := range []string{"", "T01", "T01-", "-000001", "T01-1", "T01-0000001", "t01-000001", "T01-+00001", "T/1-000001", "T01-99999999999999999999"} {
		if _, _, err := voucher.ParseSerial(bad); !errors.Is(err, voucher.ErrSerial) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDelegationSize(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	t.Logf("delegation: %d B, iss %d B", len(s.Delegation), len(a.Name))
	if len(s.Delegation) > 200 {
		t.Errorf("delegation is %d B, want at most 200", len(s.Delegation))
	}
	d, err := voucher.OpenDelegation(s.Delegation, a.Keys(t))
	if err != nil || d.Station != "T01" || d.Last != 10000 || d.MaxLife != 7*24*time.Hour || !d.Key.Equal(s.Key.Public()) {
		t.Errorf("%+v %v", d, err)
	}
	if _, err := voucher.OpenDelegation(s.Delegation, vouchertest.New(t, a.Name).Keys(t)); err == nil {
		t.Error("opened with another institution")
	}
}

func BenchmarkSignEncode(b *testing.B) {
	a := vouchertest.New(b, vouchertest.Issuer)
	s, v := a.Signer(b), a.Voucher()
	b.ReportAllocs()
	for b.Loop() {
		msg, err := voucher.Sign(nil, v, s)
		if err != nil {
			b.Fatal(err)
		}
		voucher.Encode(msg)
	}
}

func BenchmarkOpenText(b *testing.B) {
	a := vouchertest.New(b, vouchertest.Issuer)
	text, keys := voucher.Encode(vouchertest.Sign(b, a.Voucher(), a.Signer(b))), a.Keys(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := voucher.OpenText(text, keys); err != nil {
			b.Fatal(err)
		}
	}
}
