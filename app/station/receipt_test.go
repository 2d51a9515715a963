package station_test

import (
	"bytes"
	"context"
	"testing"

	"bangban/app/flow"
	"bangban/app/qrread"
	"bangban/app/station"
	"bangban/print"
	"bangban/print/escpos/escpostest"
)

// rolled issues a voucher on a roll and prints it on a printer.
func rolled(t *testing.T, s *station.Station, printer *escpostest.Fake) (p paper, err error) {
	t.Helper()
	o := order()
	o.Paper = "80mm"
	return p, s.IssueTraining(context.Background(), o, func(from *flow.Paper) error {
		p.serial, p.text, p.pdf = from.Serial, from.Text, bytes.Clone(from.PDF)
		return s.PrintRoll(context.Background(), printer.Address, from)
	})
}

// TestRollComesOut reads the code from the dots that a receipt printer got.
func TestRollComesOut(t *testing.T) {
	s, printer := open(t, options(t)), escpostest.New(t, escpostest.Well)
	p, err := rolled(t, s, printer)
	if err != nil {
		t.Fatal(err)
	}
	tray := printer.Tray()
	if len(tray) != 1 {
		t.Fatalf("%d papers", len(tray))
	}
	if got, err := qrread.Decode(escpostest.Page(tray[0])); err != nil || len(got) != 1 || got[0] != p.text {
		t.Errorf("%d codes on the paper, %v", len(got), err)
	}
}

func TestRollTroubles(t *testing.T) {
	s := open(t, options(t))
	for code, bits := range map[string]map[byte]byte{print.CodePaperOut: {4: 0x60}, print.CodeCoverOpen: {2: 0x04}} {
		printer := escpostest.New(t, escpostest.Well)
		printer.Stop(bits, 0)
		_, err := rolled(t, s, printer)
		wantCode(t, err, code)
		if n := len(printer.Tray()); n != 0 {
			t.Errorf("%s: %d papers", code, n)
		}
	}
}
