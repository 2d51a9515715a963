package check_test

import (
	"encoding/json"
	"testing"

	"bangban/cardreader/check"
)

func TestZeroIsIndeterminate(t *testing.T) {
	var c check.Check
	if c.Verdict != check.Indeterminate {
		t.Fatalf("zero Check is %v", c.Verdict)
	}
	if got := check.Overall(nil); got != check.Indeterminate {
		t.Fatalf("no checks: %v, want indeterminate", got)
	}
}

func TestOverall(t *testing.T) {
	pass, fail, unsure := check.Pass("a", ""), check.Fail("b", check.Expired, ""), check.Unsure("c", check.NoList, "")
	optional := unsure
	optional.Optional = true
	failedOptional := fail
	failedOptional.Optional = true
	for _, tc := range []struct {
		name   string
		checks []check.Check
		want   check.Verdict
	}{
		{"all passed", []check.Check{pass, pass}, check.Passed},
		{"one unsure", []check.Check{pass, unsure}, check.Indeterminate},
		{"failed after unsure", []check.Check{unsure, fail}, check.Failed},
		{"optional unsure does not lower", []check.Check{pass, optional}, check.Passed},
		{"optional failed still fails", []check.Check{pass, failedOptional}, check.Failed},
		{"nothing but optional", []check.Check{optional}, check.Indeterminate},
	} {
		if got := check.Overall(tc.checks); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestVerdictText(t *testing.T) {
	b, err := json.Marshal(check.Fail("csca", check.UnknownIssuer, "DE"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), `{"name":"csca","verdict":"failed","reason":"unknown-issuer","detail":"DE"}`; got != want {
		t.Fatalf("got %s want %s", got, want)
	}
	var v check.Verdict
	if err := v.UnmarshalText([]byte("ok")); err == nil {
		t.Fatal("an unknown verdict was taken")
	}
}
