package emrtd

import "testing"

func TestATRLengths(t *testing.T) {
	for _, tc := range []struct {
		name, atr string
		want      lengths
	}{
		{"contactless, extended", "3B858001807394216022", lengthsExtended},
		{"contactless, short", "3B858001807394210042", lengthsShort},
		{"no capabilities", "3B8580018031E06B043A", lengthsUntold},
		{"contact card with status indicator", "3B 9F 96 81 B1 FE 45 1F 07 00 73 00 21 60 05 90 00", lengthsUntold},
		{"category 00", "3B 88 80 01 00 73 00 00 40 00 90 00", lengthsExtended},
		{"category of the maker's own", "3B8580010173942160 00", lengthsUntold},
		{"historical bytes missing", "3B8F8001", lengthsUntold},
		{"interface bytes missing", "3BF0", lengthsUntold},
		{"interface bytes without end", "3B80 8080808080", lengthsUntold},
		{"object cut", "3B8380018073 94", lengthsUntold},
		{"empty", "", lengthsUntold},
		{"one byte", "3B", lengthsUntold},
	} {
		if got := atrLengths(unhex(t, tc.atr)); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestInfoLimit(t *testing.T) {
	for _, tc := range []struct {
		name, info string
		told       lengths
		want       int
	}{
		{"both limits", "4703942160 7F6608 02027FFF 02027FFF", lengthsExtended, 0x7FFF},
		{"limit alone", "7F6608 02020400 02020800", lengthsUntold, 0x800},
		{"limit of three bytes", "7F660A 0203010000 0203010000", lengthsUntold, 65535},
		{"limit below short", "7F6606 020140 020140", lengthsExtended, 256},
		{"capability alone", "4703942140", lengthsUntold, defaultLimit},
		{"capability says short", "4703942100", lengthsUntold, 256},
		{"nothing", "", lengthsUntold, 256},
		{"nothing, but the ATR said so", "", lengthsExtended, defaultLimit},
		{"noise", "7F66FF", lengthsUntold, 256},
		{"one integer", "7F6604 02020400", lengthsUntold, 256},
		{"twice", "7F6608 02020400 02020800 7F6608 02020400 02020800", lengthsUntold, 256},
	} {
		if got := infoLimit(unhex(t, tc.info), tc.told); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

func FuzzCapabilities(f *testing.F) {
	f.Add(unhex(f, "3B858001807394216022"), unhex(f, "4703942160"))
	f.Fuzz(func(t *testing.T, atr, info []byte) {
		if n := infoLimit(info, atrLengths(atr)); n < 256 || n > 65535 {
			t.Fatalf("limit %d", n)
		}
	})
}
