package escpos

import (
	"context"
	"time"

	"bangban/print"
)

var (
	_ print.Device      = (*Printer)(nil)
	_ print.SheetDevice = (*Printer)(nil)
)

// Heads by the dots that they have.
const (
	Dots80 = 576
	Dots58 = 384
)

// Config is one printer.
type Config struct {
	Name     string
	Port     Port
	Dots     int           // Dots80, Dots58; 0: Dots80
	Patience time.Duration // how long a printer may say nothing, or not move; 0: 15 s
	Look     time.Duration // how often it is asked how it is while it works; 0: 500 ms
	Mute     bool          // it cannot answer
}

// Printer is one receipt printer. It draws sheets as wide as its paper (print.SheetDevice) and cannot read a PDF.
type Printer struct {
	c    Config
	turn chan struct{} // who holds its token has the printer
}

// New makes a printer.
func New(c Config) *Printer {
	if c.Dots == 0 {
		c.Dots = Dots80
	}
	if c.Patience <= 0 {
		c.Patience = 15 * time.Second
	}
	if c.Look <= 0 {
		c.Look = 500 * time.Millisecond
	}
	return &Printer{c: c, turn: make(chan struct{}, 1)}
}

// Roll implements print.Roll.
func (p *Printer) Roll() print.Size {
	if p.c.Dots < Dots80 {
		return print.Roll58()
	}
	return print.Roll80()
}

// Name is what the clerk calls it.
func (p *Printer) Name() string { return p.c.Name }

// Ready asks the printer how it is.
func (p *Printer) Ready(ctx context.Context) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if p.c.Mute {
		return nil
	}
	return s.check(ctx)
}

func (p *Printer) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return p.coded(print.CodeCancelled, ctx.Err())
	}
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return p.coded(print.CodeCancelled, ctx.Err())
	}
}

func (p *Printer) release() { <-p.turn }

// Print refuses: there are only dots here. See PrintSheet.
func (p *Printer) Print(context.Context, print.Job) error { return p.coded(print.CodeRefused, nil) }

// PrintSheet draws the sheet that the job's PDF was made of and follows it until it is cut.
func (p *Printer) PrintSheet(ctx context.Context, j print.Job, sheet *print.Sheet) error {
	if err := j.Check(); err != nil {
		return err
	}
	pages, err := p.draw(sheet)
	if err != nil {
		return err
	}
	defer wipe(pages)
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	j.Say(print.JobQueued)
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if !p.c.Mute {
		if err := s.check(ctx); err != nil {
			return err
		}
	}
	j.Say(print.JobPrinting)
	for range j.Copies {
		if err := s.print(ctx, pages); err != nil {
			s.forget()
			return err
		}
	}
	j.Say(print.JobDone)
	return nil
}

func (s *session) print(ctx context.Context, pages [][][]byte) error {
	for _, page := range pages {
		if ctx.Err() != nil {
			return s.p.coded(print.CodeCancelled, ctx.Err())
		}
		if err := s.send(ctx, cmdStart(), window); err != nil {
			return err
		}
		for _, band := range page {
			if err := s.send(ctx, band, window-1); err != nil {
				return err
			}
		}
		if err := s.send(ctx, cmdCut(), 0); err != nil {
			return err
		}
	}
	return nil
}

// draw gives the bands of each page. A sheet that is not as wide as the paper is refused.
func (p *Printer) draw(sheet *print.Sheet) (pages [][][]byte, err error) {
	want := print.Roll80().W
	if p.c.Dots == Dots58 {
		want = print.Roll58().W
	}
	if sheet == nil || sheet.Size().W != want {
		return nil, p.coded(print.CodeRefused, nil)
	}
	for n := range sheet.Pages() {
		img, err := sheet.RasterRoll(n, p.c.Dots)
		if err != nil {
			wipe(pages)
			return nil, p.coded(print.CodeRefused, err)
		}
		pages = append(pages, bands(img))
		clear(img.Pix)
	}
	return pages, nil
}

func wipe(pages [][][]byte) {
	for _, page := range pages {
		for _, b := range page {
			clear(b)
		}
	}
}

// coded makes an error that says which printer.
func (p *Printer) coded(code string, cause error) error {
	return print.NewError(code, cause, map[string]string{"Printer": p.c.Name})
}

// lost says why a printer cannot be talked to: because the caller has ended it, or because it is not there. The cause is
// dropped: it would name an address or a path.
func (p *Printer) lost(ctx context.Context) error {
	if ctx.Err() != nil {
		return p.coded(print.CodeCancelled, ctx.Err())
	}
	return p.coded(print.CodeUnreachable, nil)
}
