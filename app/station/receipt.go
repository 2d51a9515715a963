package station

import (
	"context"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/print"
	"bangban/print/escpos"
)

// receiptPatience is how long a receipt printer may say nothing.
const receiptPatience = 15 * time.Second

// PrintRoll prints a paper of 80 mm on the receipt printer at an address as escpos.Parse reads it, and returns when it is
// cut. It is for the out function of IssueTraining: an error there spoils the voucher.
func (s *Station) PrintRoll(ctx context.Context, address string, paper *flow.Paper) error {
	port, err := escpos.Parse(address)
	if err != nil {
		return &desk.Error{Op: "paper.print", Code: print.CodeMissing, Args: map[string]string{"Printer": address}, Err: err}
	}
	device := escpos.New(escpos.Config{Name: address, Port: port, Patience: receiptPatience})
	return device.PrintSheet(ctx, print.Job{Title: paper.Serial, PDF: paper.PDF, Copies: 1}, paper.Sheet)
}
