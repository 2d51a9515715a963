package station_test

import (
	"errors"
	"slices"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/station"
	"bangban/print"
	"bangban/print/escpos/escpostest"
)

// TestPrinterForAKind: slips go to the receipt printer that was chosen for them, laid out for its roll; vouchers still go
// where everything else goes; taken back, slips go there, too.
func TestPrinterForAKind(t *testing.T) {
	ctx := t.Context()
	printer := escpostest.New(t, escpostest.Well)
	o := options(t)
	o.Receipts = []string{printer.Address}
	s := open(t, o)
	if err := s.ChoosePrinterFor(ctx, station.PrintsSlip, printer.Address); err != nil {
		t.Fatal(err)
	}
	var missing *desk.Error
	if err := s.ChoosePrinterFor(ctx, station.PrintsReport, "cellar"); !errors.As(err, &missing) || missing.Code != print.CodeMissing {
		t.Errorf("a printer that is not there: %v", err)
	}
	rows, err := s.Printers(ctx)
	if err != nil || len(rows) < 2 || !rows[0].Chosen || len(rows[0].For) != 0 || rows[1].Chosen || !slices.Equal(rows[1].For, []string{"slip"}) {
		t.Fatalf("%+v, %v", rows, err)
	}
	if err := s.Refer(ctx, "", "zh-Hans"); err != nil {
		t.Fatal(err)
	}
	if n := len(printer.Tray()); n != 1 {
		t.Errorf("%d slips on the roll", n)
	}
	if err := s.Checklist(ctx, s.Ports().Rules.Purposes()[0].Code, "en"); err != nil {
		t.Error(err)
	}
	if n := len(printer.Tray()); n != 2 {
		t.Errorf("%d slips on the roll after the list", n)
	}
	if err := s.IssueTraining(ctx, order(), func(p *flow.Paper) error { return s.Ports().Press.Print(ctx, p, 1) }); err != nil {
		t.Error(err)
	}
	if n := len(printer.Tray()); n != 2 {
		t.Error("the voucher went to the receipt printer")
	}
	if err := s.ChoosePrinterFor(ctx, station.PrintsSlip, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Refer(ctx, "", "zh-Hans"); err != nil {
		t.Fatal(err)
	}
	if n := len(printer.Tray()); n != 2 {
		t.Error("the choice was not taken back")
	}
}

// TestRollForEverything: where the receipt printer is the only one, a voucher that nobody asked a size for is laid out for it.
func TestRollForEverything(t *testing.T) {
	ctx := t.Context()
	printer := escpostest.New(t, escpostest.Well)
	o := options(t)
	o.Receipts = []string{printer.Address}
	s := open(t, o)
	if err := s.ChoosePrinter(ctx, printer.Address); err != nil {
		t.Fatal(err)
	}
	ord := order()
	ord.Paper = ""
	if err := s.IssueTraining(ctx, ord, func(p *flow.Paper) error { return s.Ports().Press.Print(ctx, p, 1) }); err != nil {
		t.Fatal(err)
	}
	if n := len(printer.Tray()); n != 1 {
		t.Errorf("%d papers", n)
	}
}
