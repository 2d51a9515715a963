package verify_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// fake is a format that answers what it is told.
type fake struct {
	id     string
	sniffs bool
	reason check.Reason
	err    error
}

func (f fake) ID() string        { return f.id }
func (f fake) Sniff([]byte) bool { return f.sniffs }
func (f fake) Verify(_ context.Context, _ []byte, req verify.Request) (*verify.Result, error) {
	if f.err != nil {
		return nil, f.err
	}
	c := check.Pass("structure", "")
	if f.reason != check.OK {
		c = check.Unsure("structure", f.reason, "")
	}
	return verify.NewResult(f.id, req.At, []check.Check{c}), nil
}

func TestRun(t *testing.T) {
	cause := errors.New("disk")
	for _, tc := range []struct {
		name    string
		formats []verify.Format
		format  string
		verdict check.Verdict
		detail  string
		err     error
	}{
		{"none", nil, "unknown", check.Indeterminate, "none of ", nil},
		{"nobody sniffs", []verify.Format{fake{id: "a"}, fake{id: "b"}}, "unknown", check.Indeterminate, "none of a, b", nil},
		{"the first that reads it", []verify.Format{fake{id: "a"}, fake{id: "b", sniffs: true}, fake{id: "c", sniffs: true}}, "b", check.Passed, "", nil},
		{"ambiguous, the first cannot", []verify.Format{fake{id: "a", sniffs: true, reason: check.Unreadable}, fake{id: "b", sniffs: true}}, "b", check.Passed, "", nil},
		{"ambiguous, nobody can", []verify.Format{fake{id: "a", sniffs: true, reason: check.Unreadable}, fake{id: "b", sniffs: true, reason: check.Unreadable}}, "a", check.Indeterminate, "", nil},
		{"unknown issuer is an answer", []verify.Format{fake{id: "a", sniffs: true, reason: check.UnknownIssuer}, fake{id: "b", sniffs: true}}, "a", check.Indeterminate, "", nil},
		{"trouble", []verify.Format{fake{id: "a", sniffs: true, err: cause}}, "", 0, "", cause},
	} {
		r, err := verify.Run(context.Background(), tc.formats, []byte("x"), verify.Request{})
		if !errors.Is(err, tc.err) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if err == nil && (r.Format != tc.format || r.Verdict != tc.verdict || r.Checks[0].Detail != tc.detail) {
			t.Errorf("%s: %v %+v", tc.name, r, r.Checks)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.Run(ctx, []verify.Format{fake{id: "a", sniffs: true}}, []byte("x"), verify.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of ctx: %v", err)
	}
}

func TestResultJSON(t *testing.T) {
	at := time.Date(2026, 11, 26, 18, 0, 0, 500, time.FixedZone("CST", 8*3600))
	empty, err := json.Marshal(verify.NewResult("unknown", at, nil))
	if want := `{"format":"unknown","verdict":"indeterminate","checks":[],"claims":{},"trust":[],"at":"2026-11-26T10:00:00Z"}`; err != nil || string(empty) != want {
		t.Errorf("got  %s\nwant %s (%v)", empty, want, err)
	}
	r := verify.NewResult("voucher", at, []check.Check{check.Fail("time", check.Expired, "yesterday")})
	r.Claims = verify.Claims{"full_name": "SPECIMEN"}
	r.Trust = []verify.Freshness{{Kind: "status", Snapshot: "list", AgeDays: 3}}
	r.Seen = &verify.Seen{Serial: 1}
	full, err := json.Marshal(*r)
	want := `{"format":"voucher","verdict":"failed","checks":[{"name":"time","verdict":"failed","reason":"expired","detail":"yesterday"}],` +
		`"claims":{"full_name":"SPECIMEN"},"trust":[{"kind":"status","snapshot":"list","age_days":3}],"at":"2026-11-26T10:00:00Z"}`
	if err != nil || string(full) != want {
		t.Errorf("got  %s\nwant %s (%v)", full, want, err)
	}
}
