package station

import (
	"context"
	"errors"

	"bangban/app/desk"
	"bangban/app/store"
	"bangban/print"
	"bangban/print/devices"
	"bangban/print/ipp"
)

// printerKey is the setting that holds the name of the chosen printer.
const printerKey = "printer"

// printers is the printer of the station: the one that was chosen, else the first of those that are always there (in
// training the folder). It looks the choice up at each job, so that it holds at once.
type printers struct {
	store  *store.Store
	always []print.Device
	queues devices.Queues
}

var (
	_ print.Device      = (*printers)(nil)
	_ print.SheetDevice = (*printers)(nil)
)

func newPrinters(s *store.Store, folder, service string, receipts []string) *printers {
	d := devices.Deps{Folder: folder, Receipts: receipts, Service: service, Memory: printMemory{s}}
	return &printers{store: s, always: devices.All(d), queues: devices.NewQueues(d)}
}

// chosen gives the device that prints now.
func (p *printers) chosen(ctx context.Context) (print.Device, error) {
	name, err := p.store.Get(ctx, printerKey)
	if err != nil {
		return nil, print.NewError(print.CodeFailed, err, nil)
	}
	if len(name) == 0 {
		if len(p.always) == 0 {
			return nil, print.NewError(print.CodeMissing, nil, nil)
		}
		return p.always[0], nil
	}
	return p.named(string(name)), nil
}

// Name is the name of the chosen printer.
func (p *printers) Name() string {
	d, err := p.chosen(context.Background())
	if err != nil {
		return printerKey
	}
	return d.Name()
}

// Ready asks the chosen printer.
func (p *printers) Ready(ctx context.Context) error {
	d, err := p.chosen(ctx)
	if err != nil {
		return err
	}
	return d.Ready(ctx)
}

// Print prints on the chosen printer.
func (p *printers) Print(ctx context.Context, j print.Job) error { return p.PrintSheet(ctx, j, nil) }

// PrintSheet prints on the chosen printer, from the drawing list where the printer wants that.
func (p *printers) PrintSheet(ctx context.Context, j print.Job, s *print.Sheet) error {
	return p.printOn(ctx, "", j, s)
}

// PrinterRow is one printer that may be chosen.
type PrinterRow struct {
	Name   string
	Chosen bool
	For    []string // kinds of sheets that it was chosen for (PrinterKinds)
	Code   string   // desk code of why it cannot print now; empty: it can
	Media  []string // sizes of paper that it says it has; empty: it does not say
	Copies int      // at most; 0: it does not say
	Keeps  bool     // the print service keeps documents after they were printed
}

// Printers lists the printers that may be chosen. Where the print service does not run, only those remain that need none.
func (s *Station) Printers(ctx context.Context) ([]PrinterRow, error) {
	chosen, err := s.printers.chosen(ctx)
	if err != nil && printCode(err) != print.CodeMissing {
		return nil, err
	}
	queues, err := s.printers.queues.List(ctx)
	if err != nil {
		s.o.Log.Warn("station", "op", "printers", "err", err)
	}
	var rows []PrinterRow
	for _, d := range append(append([]print.Device(nil), s.printers.always...), queues...) {
		row := PrinterRow{Name: d.Name(), Chosen: chosen != nil && d.Name() == chosen.Name(), Code: printCode(d.Ready(ctx))}
		for _, kind := range PrinterKinds() {
			if own, err := s.store.Get(ctx, printerKey+"/"+kind); err == nil && string(own) == d.Name() {
				row.For = append(row.For, kind)
			}
		}
		if c, ok := d.(print.Capable); ok && row.Code == "" {
			if can, err := c.Capabilities(ctx); err == nil {
				row.Media, row.Copies = can.Media, can.MaxCopies
			}
		}
		if k, ok := d.(print.Keeper); ok && row.Code == "" {
			row.Keeps = printCode(k.Keeps(ctx)) == print.CodeKeepsFiles
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// ChoosePrinter makes a printer of the list the one that prints; an empty name goes back to the first.
func (s *Station) ChoosePrinter(ctx context.Context, name string) error {
	if name != "" {
		rows, err := s.Printers(ctx)
		if err != nil {
			return err
		}
		there := false
		for _, r := range rows {
			there = there || r.Name == name
		}
		if !there {
			return &desk.Error{Op: "printer.choose", Code: print.CodeMissing, Args: map[string]string{"Printer": name}}
		}
	}
	return s.store.Set(ctx, printerKey, []byte(name))
}

// printCode gives the code of an error of a printer, "" where there is none.
func printCode(err error) string {
	var coded interface{ Code() string }
	switch {
	case err == nil:
		return ""
	case errors.As(err, &coded):
		return coded.Code()
	}
	return print.CodeFailed
}

// printMemory keeps in the store what was handed to printers.
type printMemory struct{ s *store.Store }

var _ ipp.Memory = printMemory{}

func (m printMemory) Intend(ctx context.Context, e ipp.Entry) (int64, error) {
	return m.s.IntendPrint(ctx, store.PrintJob{Printer: e.Printer, Serial: e.Title, Hash: e.Hash})
}

func (m printMemory) Made(ctx context.Context, row int64, job int) error {
	return m.s.PrintMade(ctx, row, job)
}

func (m printMemory) Ended(ctx context.Context, row int64, end ipp.End) error {
	return m.s.PrintEnded(ctx, row, string(end))
}

func (m printMemory) Known(ctx context.Context, printer, title string) (known []ipp.Entry, err error) {
	jobs, err := m.s.PrintJobs(ctx, printer, title)
	for _, j := range jobs {
		known = append(known, ipp.Entry{Row: j.ID, Printer: j.Printer, Title: j.Serial, Hash: j.Hash, Job: j.Job, End: ipp.End(j.Ended)})
	}
	return known, err
}
