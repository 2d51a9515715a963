package station

import (
	"context"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/cardreader/check"
)

// What a file holds is tried in order, and the answer says what was tried.
func TestLiftSaysWhatWasTried(t *testing.T) {
	list := formats.All(formats.Deps{})
	fax := "%PDF-1.4\n4 0 obj\n<< /Subtype /Image /Filter /CCITTFaxDecode /Length 1 >>\nstream\nx\nendstream\nendobj\n"
	for _, tc := range []struct{ in, want string }{
		{"\x89PNG\r\n\x1a\n", "no code found in the picture"},
		{fax, "tried pdf; not looked at: CCITTFaxDecode"},
	} {
		res, err := lift(context.Background(), list, []byte(tc.in), verify.Request{At: time.Unix(0, 0)})
		if err != nil || res.Verdict != check.Indeterminate || len(res.Checks) != 1 || res.Checks[0].Detail != tc.want {
			t.Errorf("%.8q: %+v, %v; want %s", tc.in, res, err, tc.want)
		}
	}
}
