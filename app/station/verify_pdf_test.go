package station

import (
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// A signed file and the code on it: the worse of both, and each check says which it is of.
func TestBoth(t *testing.T) {
	at := time.Unix(1, 0)
	pass := func(format string) *verify.Result {
		r := verify.NewResult(format, at, []check.Check{check.Pass("signature", "key "+format)})
		r.Claims, r.Trust = verify.Claims{format: "SPECIMEN"}, []verify.Freshness{{Kind: "key", Snapshot: format}}
		return r
	}
	fail := verify.NewResult("x", at, []check.Check{check.Fail("signature", check.WrongSignature, "")})
	unsure := verify.NewResult("x", at, []check.Check{check.Unsure("issuer", check.UnknownIssuer, "")})
	for _, tc := range []struct {
		signed, code *verify.Result
		want         check.Verdict
	}{
		{pass("pdf"), pass("voucher"), check.Passed}, {fail, pass("voucher"), check.Failed}, {pass("pdf"), fail, check.Failed},
		{unsure, pass("voucher"), check.Indeterminate}, {pass("pdf"), unsure, check.Indeterminate}, {unsure, fail, check.Failed},
	} {
		r := both(tc.signed, tc.code, "pdf code 1")
		if r.Verdict != tc.want || len(r.Checks) != 2 || r.Checks[1].Detail[:10] != "pdf code 1" {
			t.Errorf("%v and %v: %v, want %v", tc.signed, tc.code, r, tc.want)
		}
	}
	if r := both(pass("pdf"), pass("voucher"), "code"); r.Format != "pdf+voucher" || r.Claims["voucher"] == "" || r.Claims["pdf"] != "" || len(r.Trust) != 2 {
		t.Errorf("%v %v", r, r.Trust)
	}
	if both(nil, fail, "code") != fail {
		t.Error("without a signature the code alone counts")
	}
	none := check.Unsure("revocation", check.NoList, "")
	none.Optional = true
	file := verify.NewResult("pdf", at, []check.Check{check.Pass("issuer", "institution urn:a"), none})
	paper := verify.NewResult("voucher", at, []check.Check{check.Pass("status", "list")})
	paper.Claims = verify.Claims{"issuer": "urn:a"}
	if r := both(file, paper, "code"); len(r.Checks) != 2 {
		t.Errorf("its own lists were asked: %+v", r.Checks)
	}
	paper.Claims["issuer"] = "urn:b"
	if r := both(file, paper, "code"); len(r.Checks) != 4 || r.Checks[2].Name != checkSigner || r.Verdict != check.Indeterminate {
		t.Errorf("another office's lists answer: %+v", r.Checks)
	}
}
