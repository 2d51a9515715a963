package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/print"
	"bangban/print/devices"
)

// PrintRoll prints a paper of 80 mm on the receipt printer at an address as escpos.Parse reads it, whatever printer is
// chosen, and returns when it is cut. It is for the out function of IssueTraining: an error there spoils the voucher.
func (s *Station) PrintRoll(ctx context.Context, address string, paper *flow.Paper) error {
	for _, d := range devices.All(devices.Deps{Receipts: []string{address}}) {
		if draws, ok := d.(print.SheetDevice); ok {
			return draws.PrintSheet(ctx, print.Job{Title: paper.Serial, PDF: paper.PDF, Copies: 1}, paper.Sheet)
		}
	}
	return &desk.Error{Op: "paper.print", Code: print.CodeMissing, Args: map[string]string{"Printer": address}}
}
