package station

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/sheets"
	"bangban/app/store"
	"bangban/print"

	"golang.org/x/mod/sumdb/note"
)

// reportName is the first line of a signed report of a day.
const reportName = "bangban-day/1"

// Days ends days at this counter: flow.Days over the store, the identity and the printer.
func (s *Station) Days() flow.Days { return days{s} }

type days struct{ s *Station }

// OpenDays implements flow.Days.
func (d days) OpenDays(ctx context.Context) ([]string, error) { return d.s.store.OpenDays(ctx) }

// Begin implements flow.Days.
func (d days) Begin(ctx context.Context, day string) (*flow.DayReport, error) {
	r, err := d.s.store.BeginDay(ctx, day)
	if err == nil {
		r.Training = d.s.o.Training
	}
	return r, err
}

// Judge implements flow.Days. What is rejected is taken back first: a word that says so stands only where it is so.
func (d days) Judge(ctx context.Context, it flow.DayItem) error {
	if it.Word == flow.Rejected && it.State == desk.StateHandedOver {
		a := desk.After{Serial: it.Serial, State: desk.StateVoid, Printed: true, Copies: it.Copies, Reason: it.Reason, Clerk: it.By,
			Approver: it.By, At: d.s.clock.Time()}
		if err := d.s.store.Finish(ctx, a); err != nil {
			return err
		}
	}
	return d.s.store.Judge(ctx, it)
}

// CloseDay implements flow.Days. A day that is closed and whose sheet did not come out is "day-not-printed"; the same
// call prints it again.
func (d days) CloseDay(ctx context.Context, day, supervisor, lang string) error {
	s := d.s
	r, err := s.store.Day(ctx, day)
	if err != nil {
		return err
	}
	var done store.Report
	if r.Closed != "" {
		done, err = s.store.ClosedDay(ctx, day)
	} else {
		signer, serr := journal.NewSigner(s.store.Station(), s.identity)
		if serr != nil {
			return serr
		}
		done, err = s.store.CloseDay(ctx, day, supervisor, func(r *flow.DayReport) ([]byte, error) {
			return note.Sign(&note.Note{Text: reportText(r, supervisor)}, signer)
		})
	}
	if err != nil {
		return err
	}
	if len(done.Text) > 0 { // the rows do not say any more what they were for
		r.Totals = totalsOf(string(done.Text))
	}
	if err := s.printDay(ctx, r, done, lang); err != nil {
		return &desk.Error{Op: "day.print", Code: "day-not-printed", Args: map[string]string{"Day": day, "Printer": s.printers.Name()}, Err: err}
	}
	return nil
}

// reportText is what the station identity signs: one line a fact.
func reportText(r *flow.DayReport, supervisor string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", reportName, r.Station, r.Day)
	for _, k := range r.Blocks {
		fmt.Fprintf(&b, "block %d %d from %d to %d issued %d printed %d spoiled %d void %d gaps %d\n",
			k.First, k.Last, k.From, k.To, k.Issued, k.Printed, k.Spoiled, k.Void, k.Gaps)
	}
	for _, t := range r.Totals {
		fmt.Fprintf(&b, "purpose %s %d\n", cmp.Or(t.Purpose, "-"), t.N) // of papers of a closing before, nobody knows any more
	}
	fmt.Fprintf(&b, "copies %d\nearlier %d\napproved %d\nrejected %d\nheld %d\nsupervisor %s\n", r.Copies, r.Earlier,
		r.Count(flow.Approved), r.Count(flow.Rejected), r.Count(flow.HeldOver), supervisor)
	return b.String()
}

// totalsOf reads the purposes out of a report that this counter signed.
func totalsOf(report string) (all []flow.DayTotal) {
	for line := range strings.Lines(report) {
		var t flow.DayTotal
		if n, err := fmt.Sscanf(line, "purpose %s %d\n", &t.Purpose, &t.N); err == nil && n == 2 {
			all = append(all, t)
		}
	}
	return all
}

func (s *Station) printDay(ctx context.Context, r *flow.DayReport, done store.Report, lang string) error {
	day, err := time.ParseInLocation(time.DateOnly, r.Day, time.Local)
	if err != nil {
		return err
	}
	d := sheets.DayData{Station: r.Station, Day: day, Supervisor: done.Clerk, Copies: r.Copies, Earlier: r.Earlier,
		Approved: r.Count(flow.Approved), Checkpoint: string(done.Checkpoint), Hall: s.bundle.Policy.Hall,
		At: local(s.clock.Time()), Training: s.o.Training}
	for _, b := range r.Blocks {
		d.Blocks = append(d.Blocks, sheets.DayLine{From: b.From, To: b.To, Issued: b.Issued, Printed: b.Printed, Spoiled: b.Spoiled, Void: b.Void, Gaps: b.Gaps})
	}
	for _, t := range r.Totals {
		d.Totals = append(d.Totals, sheets.DayTotal{Purpose: s.purposeTitle(t.Purpose), N: t.N})
	}
	for _, it := range r.Items {
		switch it.Word {
		case flow.Rejected:
			d.Rejected = append(d.Rejected, it.Serial)
		case flow.HeldOver:
			d.Held = append(d.Held, it.Serial)
		}
	}
	return s.printKind(ctx, PrintsReport, "day-"+r.Station+"-"+r.Day, lang, func(fonts *print.Fonts, paper string, first, _ sheets.Language) (*print.Sheet, error) {
		d.Paper = paper
		return sheets.Day(fonts, d, first)
	})
}

// purposeTitle is the bundle's wording, else the code; a day that was closed has none any more.
func (s *Station) purposeTitle(code string) desk.Text {
	for _, p := range s.bundle.Purposes {
		if p.Code == code {
			return p.Title
		}
	}
	if code == "" || code == "-" {
		code = "–"
	}
	return desk.Text{"zh-Hans": code, "en": code}
}
