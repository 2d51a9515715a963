package hcert_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/hcert"
	"bangban/cardreader/check"
)

// vector is a file of eu-digital-green-certificates/dgc-testdata: bytes of the member states.
type vector struct {
	name    string
	Prefix  string
	TestCtx struct {
		Certificate     string
		ValidationClock string
	}
	ExpectedResults map[string]bool
}

func vectors(t testing.TB) (all []vector) {
	t.Helper()
	files, _ := filepath.Glob("../../../../shared/vectors/hcert/*/2DCode/raw/*.json")
	if len(files) == 0 {
		t.Skip("no foreign vectors here: ../shared/vectors/hcert is absent")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		v := vector{name: strings.TrimPrefix(filepath.ToSlash(f), "../../../../shared/vectors/hcert/")}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(f, err)
		}
		all = append(all, v)
	}
	return all
}

func (v *vector) request(t testing.TB) verify.Request {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(v.TestCtx.Certificate)
	if err != nil {
		t.Fatal(v.name, err)
	}
	var at time.Time
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05-0700"} {
		if at, err = time.Parse(layout, v.TestCtx.ValidationClock); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(v.name, err)
	}
	s := trust.New(nil)
	if err := s.Add(der, "test", time.Time{}); err != nil {
		t.Fatal(v.name, err)
	}
	return verify.Request{At: at, Anchors: s}
}

// Every file gives what its own EXPECTEDRESULTS say, by its own certificate and clock.
func TestForeign(t *testing.T) {
	passed := 0
	for _, v := range vectors(t) {
		req := v.request(t)
		r, err := hcert.Format{}.Verify(context.Background(), []byte(v.Prefix), req)
		if err != nil {
			t.Fatal(v.name, err)
		}
		got := map[string]bool{"EXPECTEDUNPREFIX": true, "EXPECTEDB45DECODE": true, "EXPECTEDCOMPRESSION": true, "EXPECTEDDECODE": true}
		for _, c := range r.Checks {
			switch c.Name {
			case "structure":
				for k := range got {
					got[k] = c.Verdict == check.Passed
				}
			case "signature":
				got["EXPECTEDVERIFY"] = c.Verdict == check.Passed
			case "time":
				got["EXPECTEDEXPIRATIONCHECK"] = c.Verdict == check.Passed
			case "key-usage":
				got["EXPECTEDKEYUSAGE"] = c.Verdict == check.Passed
			}
		}
		whole := true
		for k, want := range v.ExpectedResults {
			if g, judged := got[k]; judged && g != want {
				t.Errorf("%s: %s is %v, want %v: %+v", v.name, k, g, want, r.Checks)
			}
			whole = whole && want
		}
		if whole && r.Verdict != check.Passed {
			t.Errorf("%s: %v: %+v", v.name, r.Verdict, r.Checks)
		}
		if r.Verdict == check.Passed {
			if passed++; r.Claims["full_name"] == "" || r.Claims["type"] == "" {
				t.Errorf("%s: %d claims", v.name, len(r.Claims))
			}
		}
	}
	t.Logf("%d passed", passed)
	if passed == 0 {
		t.Error("control: nothing passed")
	}
}
