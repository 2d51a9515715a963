package winspool

import (
	"testing"

	"bangban/print"
)

func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		job, printer, attributes uint32
		want                     string
	}{
		"well":            {jobPrinting, 0, 0, ""},
		"paper, job":      {jobPrinting | jobPaperOut | jobError, 0, 0, print.CodePaperOut},
		"paper, printer":  {jobPrinting, printerPaperOut | printerError, 0, print.CodePaperOut},
		"jam first":       {jobPaperOut, printerJam, 0, print.CodeJam},
		"door":            {0, printerDoorOpen | printerIntervention, 0, print.CodeCoverOpen},
		"toner":           {0, printerNoToner, 0, print.CodeInkOut},
		"off":             {jobOffline | jobError, printerOffline, 0, print.CodeUnreachable},
		"works offline":   {0, 0, attributeOffline, print.CodeUnreachable},
		"paused":          {0, printerPaused, 0, print.CodePaused},
		"a riddle":        {jobError, 0, 0, print.CodeFault},
		"somebody, come!": {jobIntervention, 0, 0, print.CodeFault},
	} {
		if got := trouble(c.job, c.printer, c.attributes); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestEnded(t *testing.T) {
	for bits, want := range map[uint32][2]bool{jobPrinting: {false, false}, jobPrinted: {true, true}, jobComplete | jobPrinting: {true, true},
		jobDeleting: {true, false}, jobDeleted | jobPaused: {true, false}, 0: {false, false}} {
		if over, printed := ended(bits); over != want[0] || printed != want[1] {
			t.Errorf("%#x: %v, %v", bits, over, printed)
		}
	}
}

func TestDots(t *testing.T) {
	for device, want := range map[int][2]int{300: {300, 1}, 600: {600, 1}, 1200: {600, 2}, 2400: {600, 4}, 720: {360, 2}, 203: {203, 1}, 7919: {300, 1}} {
		if dpi, scale := dots(device); dpi != want[0] || scale != want[1] {
			t.Errorf("%d: %d × %d, want %v", device, dpi, scale, want)
		}
	}
}
