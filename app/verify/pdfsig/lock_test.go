package pdfsig_test

import (
	"fmt"
	"testing"

	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/cardreader/check"
)

// TestFieldMDP fills a field after signing. Where the signature locks it, the document was changed; where it does not, it
// shows something that nobody signed.
func TestFieldMDP(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	req := request(t, k)
	const field = "<</Type /Annot /Subtype /Widget /FT /Tx /T (x) /Rect [0 0 9 9]%s>>"
	const below = "<</Type /Annot /Subtype /Widget /FT /Tx /T (b) /Parent %d 0 R /Rect [0 0 9 9]%s>>"
	locked, free := check.Failed, check.Indeterminate
	for lock, want := range map[string]check.Verdict{
		"": free, "/Action /All": locked, "/Action /Include /Fields [(x)]": locked, "/Action /Include /Fields [<FEFF0078>]": locked, "/Action /Include /Fields [(y) (a)]": free,
		"/Action /Include /Fields []": free, "/Action /Exclude /Fields [(x)]": free, "/Action /Exclude /Fields [(y)]": locked,
		"/Action /Something /Fields [(y)]": locked, "/Fields [(y)]": locked,
	} {
		d := pdfsigtest.New(title)
		n := d.AddField(fmt.Sprintf(field, ""))
		k.Sign(t, d, options{Lock: lock})
		if r := judge(t, d.B, req); r.Verdict != check.Passed {
			t.Errorf("%q, nothing filled: %v %+v", lock, r.Verdict, r.Checks)
		}
		d.Update(map[int]string{n: fmt.Sprintf(field, " /V (SPECIMEN)")})
		r := judge(t, d.B, req)
		reason := map[check.Verdict]check.Reason{locked: "changed-after-signing", free: "shown-since"}[want]
		found := false
		for _, c := range r.Checks {
			found = found || c.Name == "changes" && c.Verdict == want && c.Reason == reason
		}
		if r.Verdict != want || !found {
			t.Errorf("%q, filled: %v, want %v, %s: %+v", lock, r.Verdict, want, reason, r.Checks)
		}
	}
	for lock, want := range map[string]check.Verdict{"/Action /Include /Fields [(x.b)]": locked, "/Action /Include /Fields [(x)]": locked, "/Action /Include /Fields [(b)]": free} {
		d := pdfsigtest.New(title)
		up := d.Next() + 1
		n := d.AddField(fmt.Sprintf(below, up, ""))
		d.Update(map[int]string{up: fmt.Sprintf("<</T (x) /FT /Tx /Kids [%d 0 R]>>", n)})
		k.Sign(t, d, options{Lock: lock})
		d.Update(map[int]string{n: fmt.Sprintf(below, up, " /V (SPECIMEN)")})
		if r := judge(t, d.B, req); r.Verdict != want {
			t.Errorf("%q, a field below: %v, want %v: %+v", lock, r.Verdict, want, r.Checks)
		}
	}
}
