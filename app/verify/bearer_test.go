package verify_test

import (
	"testing"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

func TestBearer(t *testing.T) {
	passed := []check.Check{check.Pass("signature", "key")}
	bound := append(passed[:1:1], check.Pass("nonce", ""))
	for name, c := range map[string]struct {
		checks []check.Check
		claims verify.Claims
		bearer verify.Bearer
		want   check.Verdict
		by     string
		reason check.Reason
		kept   bool
	}{
		"not asked":               {passed, verify.Claims{"full_name": "A"}, verify.Bearer{}, check.Passed, "", "", true},
		"the holder":              {passed, verify.Claims{"full_name": "Mei SPECIMEN-Linden"}, verify.Bearer{Name: "SPECIMEN<LINDEN<<MEI"}, check.Passed, verify.CheckBearer, check.OK, true},
		"the holder, in parts":    {passed, verify.Claims{"given_name": "Mei", "family_name": "Specimen"}, verify.Bearer{Name: "SPECIMEN, MEI"}, check.Passed, verify.CheckBearer, check.OK, true},
		"in Chinese":              {passed, verify.Claims{"full_name": "样张·买买提"}, verify.Bearer{Name: "样张·买买提"}, check.Passed, verify.CheckBearer, check.OK, true},
		"somebody else":           {passed, verify.Claims{"full_name": "SPECIMEN MEI"}, verify.Bearer{Name: "SPECIMEN KAI"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"a part of the name":      {passed, verify.Claims{"full_name": "SPECIMEN MEI LINDEN"}, verify.Bearer{Name: "SPECIMEN MEI"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"in Chinese, another":     {passed, verify.Claims{"full_name": "样张梅"}, verify.Bearer{Name: "样张海"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"whom it names":           {passed, verify.Claims{"full_name": "SPECIMEN MEI", "represented_by": "SPECIMEN KAI"}, verify.Bearer{Name: "Kai Specimen"}, check.Passed, verify.CheckBearer, check.OK, true},
		"whom it does not":        {passed, verify.Claims{"full_name": "SPECIMEN MEI", "represented_by": "SPECIMEN KAI"}, verify.Bearer{Name: "SPECIMEN LEO"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"names nobody":            {passed, verify.Claims{"age_over_18": "true"}, verify.Bearer{Name: "SPECIMEN LEO"}, check.Indeterminate, verify.CheckBearer, check.NotChecked, true},
		"another's beside":        {passed, verify.Claims{"full_name": "A B", "2/full_name": "A C"}, verify.Bearer{Name: "A B"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"one's own beside":        {passed, verify.Claims{"full_name": "A B", "2/full_name": "B A"}, verify.Bearer{Name: "A B"}, check.Passed, verify.CheckBearer, check.OK, true},
		"nobody's beside":         {passed, verify.Claims{"full_name": "A B", "2/age_over_18": "true"}, verify.Bearer{Name: "A B"}, check.Indeterminate, verify.CheckBearer, check.NotChecked, true},
		"another's third":         {passed, verify.Claims{"full_name": "A B", "2/age_over_18": "true", "3/name": "C"}, verify.Bearer{Name: "A B"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"a licence":               {passed, verify.Claims{"holder": "样张梅"}, verify.Bearer{Name: "样张海"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"not letters":             {passed, verify.Claims{"full_name": "123"}, verify.Bearer{Name: "456"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
		"a picture":               {passed, verify.Claims{"full_name": "A"}, verify.Bearer{Fresh: true}, check.Indeterminate, verify.CheckFresh, verify.NotFresh, true},
		"a live answer":           {bound, verify.Claims{"full_name": "A"}, verify.Bearer{Fresh: true}, check.Passed, "nonce", check.OK, true},
		"failed before":           {[]check.Check{check.Fail("time", check.Expired, "")}, verify.Claims{"full_name": "A"}, verify.Bearer{Name: "A", Fresh: true}, check.Failed, verify.CheckFresh, verify.NotFresh, false},
		"unknown before":          {[]check.Check{check.Unsure("issuer", check.UnknownIssuer, "")}, nil, verify.Bearer{Name: "A"}, check.Indeterminate, verify.CheckBearer, check.NotChecked, true},
		"unknown, and not theirs": {[]check.Check{check.Unsure("time", check.ClockUnsure, "")}, verify.Claims{"name": "A B"}, verify.Bearer{Name: "A C"}, check.Failed, verify.CheckBearer, verify.WrongHolder, false},
	} {
		r := &verify.Result{Verdict: check.Overall(c.checks), Checks: c.checks, Claims: c.claims}
		r.Judge(c.bearer)
		if r.Verdict != c.want || (len(r.Claims) > 0) != (c.kept && len(c.claims) > 0) {
			t.Errorf("%s: %v with %d claims, want %v", name, r.Verdict, len(r.Claims), c.want)
		}
		found := c.by == ""
		for _, k := range r.Checks {
			found = found || k.Name == c.by && k.Reason == c.reason
		}
		if !found {
			t.Errorf("%s: no %s %q among %+v", name, c.by, c.reason, r.Checks)
		}
	}
}
