package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

func TestZoneLines(t *testing.T) {
	td3 := "P<UTOSPECIMEN<<MEI<<<<<<<<<<<<<<<<<<<<<<<<<<"
	for typed, want := range map[string]string{
		td3 + td3: td3 + "|" + td3,
		"p<uto specimen<<mei<<<<<<<<<<<<<<<<<<<<<<<<<<\n" + td3: td3 + "|" + td3,
		"I<UTO":   "I<UTO",
		"123 456": "123456",
		"":        "",
	} {
		if got := zoneLines(typed); got != want {
			t.Errorf("zoneLines(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestGroupNumber(t *testing.T) {
	for n, want := range map[string]string{
		"11010119400101002X": "110101 1940 0101 002X",
		"X00000001":          "X00 000 001",
		"X0000001":           "X00 000 01",
		"1234567":            "123 4567",
		"123456":             "123456",
		"AB-12/34 5678":      "AB-12/34 5678",
		"":                   "",
	} {
		if got := groupNumber(n); got != want {
			t.Errorf("groupNumber(%q) = %q, want %q", n, got, want)
		}
	}
}

// A scanner's digits are no choice, wherever the focus is; a digit typed by hand is, once nothing has followed it.
func TestBurstLeavesListsAlone(t *testing.T) {
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Show = nil })
	r.toChoose()
	list := r.c.frame.choose().purpose
	before := list.Selected()
	r.write("2222222222222", 5*time.Millisecond)
	r.key(fyne.KeyReturn)
	if r.take(400 * time.Millisecond); list.Selected() != before {
		t.Fatal("a scan chose a row")
	}
	r.write("2", 120*time.Millisecond)
	r.until(func() bool { return list.Selected() != before })
	if list.Selected() != 1 || r.c.s.Step != flow.Choose {
		t.Fatalf("row %d on %v", list.Selected(), r.c.s.Step)
	}
}
