package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/sheets"
	"bangban/print"
)

// Kinds of sheets that may go to printers of their own: vouchers and mandates; slips and receipts, which a receipt printer
// does as well; the report of a day.
const (
	PrintsVoucher = "voucher"
	PrintsSlip    = "slip"
	PrintsReport  = "report"
)

// PrinterKinds lists the kinds, in the order in which they are offered.
func PrinterKinds() []string { return []string{PrintsVoucher, PrintsSlip, PrintsReport} }

// chosenFor gives the device that prints a kind: the one that was chosen for it, else the one for everything.
func (p *printers) chosenFor(ctx context.Context, kind string) (print.Device, error) {
	if kind == "" {
		return p.chosen(ctx)
	}
	name, err := p.store.Get(ctx, printerKey+"/"+kind)
	if err != nil {
		return nil, print.NewError(print.CodeFailed, err, nil)
	}
	if len(name) == 0 {
		return p.chosen(ctx)
	}
	return p.named(string(name)), nil
}

// named gives a device by its name, whether or not it is there at the moment.
func (p *printers) named(name string) print.Device {
	for _, d := range p.always {
		if d.Name() == name {
			return d
		}
	}
	return p.queues.Queue(name)
}

// printOn prints on the printer for a kind, from the drawing list where the printer wants that.
func (p *printers) printOn(ctx context.Context, kind string, j print.Job, s *print.Sheet) error {
	d, err := p.chosenFor(ctx, kind)
	if err != nil {
		return err
	}
	if draws, ok := d.(print.SheetDevice); ok && s != nil {
		return draws.PrintSheet(ctx, j, s)
	}
	return d.Print(ctx, j)
}

// paperFor is the paper of the printer for a kind: a roll where it takes one, else empty, which is each sheet's own size.
func (s *Station) paperFor(ctx context.Context, kind string) string {
	d, err := s.printers.chosenFor(ctx, kind)
	if err != nil {
		return ""
	}
	r, ok := d.(print.Roll)
	switch {
	case !ok:
		return ""
	case r.Roll().W < print.Roll80().W:
		return sheets.Paper58
	}
	return sheets.Paper80
}

// ChoosePrinterFor makes a printer of the list the one for a kind of sheet; an empty name goes back to the one for
// everything.
func (s *Station) ChoosePrinterFor(ctx context.Context, kind, name string) error {
	key := printerKey + "/" + kind
	if name == "" {
		return s.store.Set(ctx, key, nil)
	}
	rows, err := s.Printers(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Name == name {
			return s.store.Set(ctx, key, []byte(name))
		}
	}
	return &desk.Error{Op: "printer.choose", Code: print.CodeMissing, Args: map[string]string{"Printer": name}}
}

// printKind draws a sheet in the person's language, with English below, on the paper of the printer for its kind, and prints
// it there.
func (s *Station) printKind(ctx context.Context, kind, title, lang string,
	draw func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error)) error {
	fonts, err := s.fonts()
	if err != nil {
		return err
	}
	first, err := language(lang)
	if err != nil {
		return err
	}
	second := sheets.Language{}
	if lang != "en" {
		if second, err = language("en"); err != nil {
			return err
		}
	}
	sheet, err := draw(fonts, s.paperFor(ctx, kind), first, second)
	if err != nil {
		return err
	}
	defer sheet.Wipe()
	pdf, err := sheet.PDF(print.Meta{Title: title, Created: s.clock.Time()})
	if err != nil {
		return err
	}
	defer clear(pdf)
	return s.printers.printOn(ctx, kind, print.Job{Title: title, PDF: pdf, Copies: 1}, sheet)
}
