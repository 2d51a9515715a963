package ui

import "testing"

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
