package voucher_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"

	"github.com/dasio/base45"
)

func voucher45(b []byte) string { return base45.EncodeToString(b) }

// opened opens a fresh voucher of the authority.
func opened(t testing.TB, edit func(*voucher.Voucher)) *voucher.Voucher {
	t.Helper()
	a := vouchertest.New(t, vouchertest.Issuer)
	draft := a.Voucher()
	if edit != nil {
		edit(draft)
	}
	v, err := voucher.Open(vouchertest.Sign(t, draft, a.Signer(t)), a.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOpen(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	draft := a.Voucher()
	msg := vouchertest.Sign(t, draft, a.Signer(t))
	v, err := voucher.OpenText(voucher.Encode(msg), a.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v.Holder, draft.Holder) || v.ID != draft.ID || v.Subject != draft.Subject || *v.Status != *draft.Status ||
		!v.Expires.Equal(draft.Expires) || v.Terms.RepresentedBy != draft.Terms.RepresentedBy || v.Terms.Before != draft.Terms.Before {
		t.Error("what came out is not what went in")
	}
	if v.Serial() != "T01-000123" || v.Station() != "T01" {
		t.Errorf("serial %q station %q", v.Serial(), v.Station())
	}
	want := []string{"structure", "issuer", "delegation", "issuer-name", "delegation-revoked", "serial", "signature",
		"delegation-time", "max-life"}
	if got := names(v.Checks()); !slices.Equal(got, want) {
		t.Errorf("checks %v, want %v", got, want)
	}
	if got := check.Overall(v.Checks()); got != check.Passed {
		t.Errorf("%v: %+v", got, v.Checks())
	}
	if !v.MatchesDocument("cnid", "110105 19491231 002x") || v.MatchesDocument("cnid", "110105194912310021") ||
		v.MatchesDocument("emrtd", "11010519491231002X") {
		t.Error("document binding")
	}
}

func names(checks []check.Check) (n []string) {
	for _, c := range checks {
		n = append(n, c.Name)
	}
	return n
}

func TestSignIsDeterministic(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	if !bytes.Equal(vouchertest.Sign(t, a.Voucher(), s), vouchertest.Sign(t, a.Voucher(), s)) {
		t.Error("two signatures with a nil rand differ")
	}
}

func TestSignRefuses(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	other := s
	other.Key = vouchertest.Key(t)
	wrongID := s
	wrongID.KeyID = make([]byte, 8)
	for _, tc := range []struct {
		name string
		s    voucher.Signer
		edit func(*voucher.Voucher)
		want error
	}{
		{"other key", other, func(*voucher.Voucher) {}, voucher.ErrWrongKey},
		{"other key id", wrongID, func(*voucher.Voucher) {}, voucher.ErrWrongKey},
		{"other issuer", s, func(v *voucher.Voucher) { v.Issuer = "https://other.example" }, voucher.ErrOutside},
		{"serial above the block", s, func(v *voucher.Voucher) { v.Terms.Serial = 10001 }, voucher.ErrOutside},
		{"issued too late", s, func(v *voucher.Voucher) { shift(v, 8*24*time.Hour) }, voucher.ErrOutside},
		{"issued too early", s, func(v *voucher.Voucher) { shift(v, -2*time.Hour) }, voucher.ErrOutside},
		{"too long", s, func(v *voucher.Voucher) { v.Expires = v.IssuedAt.AddDate(0, 0, 8) }, voucher.ErrOutside},
		{"no audience", s, func(v *voucher.Voucher) { v.Audience = "" }, voucher.ErrIncomplete},
		{"no cti", s, func(v *voucher.Voucher) { v.ID = [16]byte{} }, voucher.ErrIncomplete},
		{"no before", s, func(v *voucher.Voucher) { v.Terms.Before = [32]byte{} }, voucher.ErrIncomplete},
		{"ends before it begins", s, func(v *voucher.Voucher) { v.Expires = v.NotBefore }, voucher.ErrIncomplete},
		{"short nonce", s, func(v *voucher.Voucher) { v.Nonce = []byte("1234567") }, voucher.ErrIncomplete},
		{"short binding", s, func(v *voucher.Voucher) { v.Terms.Binding = []byte{1} }, voucher.ErrIncomplete},
		{"right-to-left override in the name", s, func(v *voucher.Voucher) { v.Holder.FullName = "A\u202eB" }, voucher.ErrIncomplete},
		{"not a date", s, func(v *voucher.Voucher) { v.Holder.BirthDate = "1949-13-01" }, voucher.ErrIncomplete},
	} {
		v := a.Voucher()
		tc.edit(v)
		if _, err := voucher.Sign(nil, v, tc.s); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

func shift(v *voucher.Voucher, d time.Duration) {
	v.IssuedAt, v.NotBefore, v.Expires = v.IssuedAt.Add(d), v.NotBefore.Add(d), v.Expires.Add(d)
}

// decided gives the check that decided and the verdict of an OpenError, and sees that nothing after it counts as taken.
func decided(t *testing.T, err error) (name string, v check.Verdict, r check.Reason) {
	t.Helper()
	var oe *voucher.OpenError
	if !errors.As(err, &oe) || !errors.Is(err, voucher.ErrNotAccepted) {
		t.Fatalf("%v is no OpenError", err)
	}
	for i, c := range oe.Checks {
		if c.Verdict == check.Passed || c.Optional {
			continue
		}
		for _, later := range oe.Checks[i+1:] {
			if later.Verdict != check.Indeterminate || later.Reason != check.NotChecked {
				t.Errorf("%s after %s: %v %s", later.Name, c.Name, later.Verdict, later.Reason)
			}
		}
		return c.Name, oe.Verdict(), c.Reason
	}
	t.Fatal("no check decided")
	return "", 0, ""
}

func TestOpenTextUnreadable(t *testing.T) {
	_, err := voucher.OpenText("not a voucher", voucher.Keys{})
	if name, v, r := decided(t, err); name != "structure" || v != check.Indeterminate || r != check.Unreadable {
		t.Errorf("%s %v %s", name, v, r)
	}
	if !errors.Is(err, voucher.ErrAlphabet) {
		t.Errorf("%v does not say why", err)
	}
}

// Each changed byte is refused, in the bytes and in the text.
func TestOneChange(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	msg, keys := vouchertest.Sign(t, a.Voucher(), a.Signer(t)), a.Keys(t)
	for i := range msg {
		bad := bytes.Clone(msg)
		bad[i] ^= 1 << (i % 8)
		if v, err := voucher.Open(bad, keys); err == nil {
			t.Fatalf("byte %d changed: opened %v", i, v)
		}
	}
	text := voucher.Encode(msg)
	for i := range text {
		c := byte('A')
		if text[i] == c {
			c = 'B'
		}
		_, err := voucher.OpenText(text[:i]+string(c)+text[i+1:], keys)
		if err == nil {
			t.Fatalf("character %d changed: opened", i)
		}
		if _, v, r := decided(t, err); v == check.Indeterminate && r != check.Unreadable && r != check.UnknownIssuer {
			t.Errorf("character %d: indeterminate, %s", i, r)
		}
	}
	// The other half of the pair: r and n−s.
	high := bytes.Clone(msg)
	s := new(big.Int).SetBytes(high[len(high)-32:])
	new(big.Int).Sub(elliptic.P256().Params().N, s).FillBytes(high[len(high)-32:])
	if _, err := voucher.Open(high, keys); err == nil {
		t.Error("a second encoding of the signature: opened")
	}
	for i := range msg {
		if _, err := voucher.Open(msg[:i], keys); err == nil {
			t.Fatalf("cut at %d: opened", i)
		}
	}
	if _, err := voucher.Open(append(bytes.Clone(msg), 0), keys); err == nil {
		t.Error("something behind: opened")
	}
}

func TestParseInstitutionRefuses(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	issuing := func(edit func(*x509.Certificate)) []byte {
		return append(vouchertest.PEM(a.Root), vouchertest.PEM(vouchertest.Certificate(t, a.Name, "SPECIMEN", 3, a.IssuingKey, a.Root, a.RootKey, edit))...)
	}
	other := vouchertest.New(t, "https://other.example")
	for name, file := range map[string][]byte{
		"empty":             nil,
		"not PEM":           []byte("hello"),
		"issuing first":     append(vouchertest.PEM(a.Issuing), vouchertest.PEM(a.Root)...),
		"other root":        append(vouchertest.PEM(other.Root), vouchertest.PEM(a.Issuing)...),
		"root twice":        append(vouchertest.PEM(a.Root), vouchertest.PEM(a.Root)...),
		"behind":            append(bytes.Clone(a.PEM), "more"...),
		"no CA":             issuing(func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }),
		"no signing":        issuing(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }),
		"no name":           issuing(func(c *x509.Certificate) { c.URIs = nil }),
		"other name":        issuing(func(c *x509.Certificate) { c.URIs = other.Root.URIs }),
		"other block":       []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
		"other certificate": append(vouchertest.PEM(a.Root), vouchertest.PEM(vouchertest.Certificate(t, a.Name, "SPECIMEN", 3, a.IssuingKey, a.Issuing, a.IssuingKey))...),
	} {
		if _, err := voucher.ParseInstitution(file); !errors.Is(err, voucher.ErrInstitution) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if i, err := voucher.ParseInstitution(a.PEM); err != nil || i.Name() != a.Name || len(i.Issuing()) != 1 {
		t.Errorf("control: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	msg, keys := vouchertest.Sign(f, a.Voucher(), a.Signer(f)), a.Keys(f)
	f.Add(msg)
	f.Add(msg[:len(msg)/2])
	f.Add([]byte{0xd8, 0x3d, 0xd2, 0x84, 0x40, 0xa0, 0x40, 0x40})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := voucher.Open(b, keys); err == nil && !bytes.Equal(b, msg) {
			t.Fatal("opened something that was never signed")
		}
	})
}

func FuzzOpenDelegation(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	msg, keys := a.Signer(f).Delegation, a.Keys(f)
	f.Add(msg)
	f.Add([]byte{0xd2, 0x84, 0x40, 0xa0, 0x40, 0x40})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := voucher.OpenDelegation(b, keys); err == nil && !bytes.Equal(b, msg) {
			t.Fatal("opened something that was never signed")
		}
	})
}
