package voucher_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

func draftMandate(a *vouchertest.Authority) *voucher.Mandate {
	v := a.Voucher()
	salt := func(b byte) (s [voucher.SaltSize]byte) { s[0] = b; return s }
	return &voucher.Mandate{Issuer: v.Issuer, IssuedAt: v.IssuedAt, Expires: v.IssuedAt.AddDate(0, 0, 182), ID: v.ID, Status: v.Status,
		Serial: v.Terms.Serial, Scopes: []string{"housing-fund", "hotel"}, Uses: 6, Relation: "child", Before: v.Terms.Before,
		Principal: voucher.Party{Name: "样本甲", Binding: voucher.BindDocument(salt(1), "cnid", "11010519491231002X")},
		Helper:    voucher.Party{Name: "样本乙", Binding: voucher.BindDocument(salt(2), "emrtd", "X00000002")}}
}

func TestMandate(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	want := draftMandate(a)
	msg, err := voucher.SignMandate(want, a.Signer(t))
	if err != nil {
		t.Fatal(err)
	}
	if !voucher.IsMandate(msg) {
		t.Error("not seen to be a mandate")
	}
	text := voucher.Encode(msg)
	t.Logf("%d bytes, %d characters", len(msg), len(text))
	m, err := voucher.OpenRevocation(voucher.RevocationPrefix+text, a.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	if m.SerialText() != "T01-000123" || !m.Helper.Is("emrtd", "x0000 0002") || m.Helper.Is("emrtd", "X00000001") || m.Principal.Is("emrtd", "X00000002") ||
		len(m.Scopes) != 2 || m.Uses != 6 || !m.Expires.Equal(want.Expires) {
		t.Errorf("%v opened as something else", m.SerialText())
	}
	if s := fmt.Sprintf("%v %+v %v", m, *m, m.Helper); strings.Contains(s, "样本") {
		t.Errorf("prints %s", s)
	}
	for _, tc := range []struct {
		at   time.Time
		used uint64
		want check.Reason
	}{{want.Expires.Add(-time.Second), 5, ""}, {want.Expires, 0, check.Expired}, {want.IssuedAt, 6, check.Used}} {
		checks := m.Judge(voucher.Context{At: tc.at, Training: true, Used: func(string, uint64) (voucher.Use, error) {
			return voucher.Use{Seen: true, ID: m.ID, Count: tc.used}, nil
		}})
		got := check.Reason("")
		for _, c := range checks {
			if c.Verdict == check.Failed {
				got = c.Reason
			}
		}
		if got != tc.want {
			t.Errorf("at %v used %d: %q, want %q", tc.at, tc.used, got, tc.want)
		}
	}
}

// A mandate is no voucher, a voucher no mandate, and what is changed does not open.
func TestMandateRefuses(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	signer := a.Signer(t)
	msg, err := voucher.SignMandate(draftMandate(a), signer)
	if err != nil {
		t.Fatal(err)
	}
	last := func(err error) (string, check.Reason) {
		var oe *voucher.OpenError
		if !errors.As(err, &oe) {
			t.Fatalf("%v", err)
		}
		for _, c := range oe.Checks {
			if c.Verdict != check.Passed && !c.Optional {
				return c.Name, c.Reason
			}
		}
		return "", ""
	}
	wantFail := func(name string, err error, checkName string, reason check.Reason) {
		t.Helper()
		if n, r := last(err); n != checkName || r != reason {
			t.Errorf("%s: %s %s, want %s %s", name, n, r, checkName, reason)
		}
	}
	_, err = voucher.Open(msg, a.Keys(t))
	wantFail("mandate as voucher", err, voucher.CheckStructure, check.Structure)
	plain := vouchertest.Sign(t, a.Voucher(), signer)
	_, err = voucher.OpenMandate(plain, a.Keys(t))
	wantFail("voucher as mandate", err, voucher.CheckStructure, check.Structure)
	if voucher.IsMandate(plain) {
		t.Error("a voucher is taken for a mandate")
	}
	broken := append([]byte(nil), msg...)
	broken[len(broken)-1] ^= 1
	_, err = voucher.OpenMandate(broken, a.Keys(t))
	wantFail("changed signature", err, voucher.CheckSignature, check.WrongSignature)
	other := vouchertest.New(t, vouchertest.Issuer)
	_, err = voucher.OpenMandate(msg, other.Keys(t))
	wantFail("unknown issuer", err, voucher.CheckIssuer, check.UnknownIssuer)
	if _, err = voucher.OpenRevocation(voucher.Encode(msg), a.Keys(t)); !errors.Is(err, voucher.ErrNoRevocation) {
		t.Errorf("a copy passes for a slip: %v", err)
	}
	for name, edit := range map[string]func(*voucher.Mandate){
		"too long":    func(m *voucher.Mandate) { m.Expires = m.IssuedAt.Add(voucher.MaxMandate + time.Second) },
		"no scope":    func(m *voucher.Mandate) { m.Scopes = nil },
		"no uses":     func(m *voucher.Mandate) { m.Uses = 0 },
		"same person": func(m *voucher.Mandate) { m.Helper = m.Principal },
		"no name":     func(m *voucher.Mandate) { m.Helper.Name = "" },
	} {
		m := draftMandate(a)
		edit(m)
		if _, err := voucher.SignMandate(m, signer); !errors.Is(err, voucher.ErrIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
	}
	outside := draftMandate(a)
	outside.Serial = 1 << 40
	if _, err := voucher.SignMandate(outside, signer); !errors.Is(err, voucher.ErrOutside) {
		t.Errorf("outside the block: %v", err)
	}
}

func FuzzMandate(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	msg, err := voucher.SignMandate(draftMandate(a), a.Signer(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(msg)
	f.Add(msg[:len(msg)/2])
	keys := a.Keys(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := voucher.OpenMandate(b, keys)
		if err == nil && m.SerialText() == "" {
			t.Fatal("opened without proof")
		}
	})
}
