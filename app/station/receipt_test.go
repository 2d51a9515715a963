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
	"bangban/print/printtest"
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

// TestChosenReceiptPrinter prints a visit's paper on the receipt printer that was chosen by its address; a paper of
// another size is refused there.
func TestChosenReceiptPrinter(t *testing.T) {
	printer := escpostest.New(t, escpostest.Well)
	o := options(t)
	o.Receipts = []string{printer.Address, "usb:none"}
	s := open(t, o)
	if err := s.ChoosePrinter(t.Context(), printer.Address); err != nil {
		t.Fatal(err)
	}
	for paper, code := range map[string]string{"80mm": "", "a5": print.CodeRefused} {
		order := order()
		order.Paper = paper
		if err := s.IssueTraining(t.Context(), order, func(p *flow.Paper) error {
			if got := printtest.Code(s.Ports().Press.Print(t.Context(), p, 1)); got != code {
				t.Errorf("%s: code %q, want %q", paper, got, code)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(printer.Tray()); n != 1 {
		t.Errorf("%d papers, want the one that fits", n)
	}
}
