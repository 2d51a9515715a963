package pdfsig

import (
	"testing"

	"bangban/app/verify"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/cardreader/check"
)

// TestDefaultResources lets a second signer's program add fonts to the form, and nothing be exchanged there.
func TestDefaultResources(t *testing.T) {
	const first = " /DR <</Font <</Helv 4 0 R>>>> /DA (/Helv 0 Tf)"
	for form, want := range map[string]check.Verdict{
		first: check.Passed,
		" /DR <</Font <</Helv 4 0 R /Myriad 3 0 R>>>> /DA (/Helv 0 Tf)":                 check.Passed,
		" /DR <</Font <</Helv 4 0 R>> /Encoding <</E 3 0 R>>>> /DA (/Helv 0 Tf)":        check.Passed,
		" /DR <</Font <</Helv 3 0 R>>>> /DA (/Helv 0 Tf)":                               check.Failed,
		" /DR <</Font <</Helv 3 0 R /Myriad 4 0 R>>>> /DA (/Helv 0 Tf)":                 check.Failed,
		" /DR <</Font <</Myriad 4 0 R>>>> /DA (/Helv 0 Tf)":                             check.Failed,
		" /DR <</Font 4 0 R>> /DA (/Helv 0 Tf)":                                         check.Failed,
		" /DR <<>> /DA (/Helv 0 Tf)":                                                    check.Failed,
		" /DA (/Helv 0 Tf)":                                                             check.Failed,
		" /DR <</Font <</Helv 4 0 R>>>> /DA (/Myriad 0 Tf)":                             check.Failed,
		" /DR <</Font <</Helv 4 0 R>>>> /DA (/Helv 0 Tf) /XFA (SPECIMEN)":               check.Failed,
		" /DR <</Font <</Helv 4 0 R /Myriad 3 0 R>>>> /DA (/Helv 0 Tf) /CO [4 0 R]":     check.Failed,
		" /DR <</Font <</Helv 4 0 R>>>> /DA (/Helv 0 Tf) /NeedAppearances true":         check.Failed,
		" /DR <</Font <</Helv 4 0 R>> /ProcSet [/PDF]>> /DA (/Helv 0 Tf)":               check.Passed,
		" /DR <</Font <</Helv 4 0 R>> /XObject <</Helv 3 0 R>>>> /DA (/Helv 0 Tf) /Q 0": check.Failed,
	} {
		k := pdfsigtest.NewKit(t)
		d := pdfsigtest.New("SPECIMEN")
		k.Sign(t, d, pdfsigtest.Options{Form: first})
		k.Sign(t, d, pdfsigtest.Options{Form: form})
		f, err := parse(d.B)
		if err != nil {
			t.Fatal(form, err)
		}
		all, err := collect(f)
		if err != nil || len(all) != 2 {
			t.Fatal(form, len(all), err)
		}
		if what := all[0].judgeRevision(f); what != "" {
			t.Fatal(form, what)
		}
		got, err := changesSince(f, all[0])
		if (got == alteredSince) != (want == check.Failed) || err != nil {
			t.Errorf("%s: %v %v", form, got, err)
		}
	}
}

// TestFirstResources lets a second signer's program bring the first resources.
func TestFirstResources(t *testing.T) {
	k := pdfsigtest.NewKit(t)
	d := pdfsigtest.New("SPECIMEN")
	k.Sign(t, d, pdfsigtest.Options{})
	k.Sign(t, d, pdfsigtest.Options{Form: " /DR <</Font <</Helv 4 0 R>>>> /DA (/Helv 0 Tf)"})
	r, err := Format{}.Verify(t.Context(), d.B, verify.Request{At: pdfsigtest.Now()})
	if err != nil || r.Verdict == check.Failed {
		t.Fatal(r, err)
	}
}

// TestLockedSince lets a program lock the field that it signed.
func TestLockedSince(t *testing.T) {
	field := func(flags float64, value any) dict {
		d := dict{"FT": name("Sig"), "F": flags}
		if value != nil {
			d["V"] = value
		}
		return d
	}
	for _, tc := range []struct {
		what string
		a, b dict
		want bool
	}{
		{"locked with its signature", field(4, nil), field(132, dict{}), true},
		{"contents locked too", field(4, nil), field(644, dict{}), true},
		{"the same flags", field(4, nil), field(4, dict{}), true},
		{"hidden", field(4, nil), field(134, dict{}), false},
		{"no longer printed", field(4, nil), field(128, dict{}), false},
		{"unlocked", field(132, nil), field(4, dict{}), false},
		{"nothing signed", field(4, nil), field(132, nil), false},
		{"signed before", field(4, dict{}), field(132, dict{}), false},
		{"no flags before", dict{"FT": name("Sig")}, field(132, dict{}), false},
		{"another kind of field", dict{"FT": name("Tx"), "F": 4.0}, dict{"FT": name("Tx"), "F": 132.0, "V": text{}}, false},
	} {
		if got := lockedSince(tc.a, tc.b); got != tc.want {
			t.Errorf("%s: %v", tc.what, got)
		}
	}
}
