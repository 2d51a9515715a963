package flowtest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/voucher"
)

// Papers looks papers up among those that this counter's Signer has signed. It implements flow.Papers.
type Papers struct {
	f *Fakes

	mu        sync.Mutex
	err       error
	taken     []desk.After
	reprinted []desk.After
	slips     int
}

var _ flow.Papers = (*Papers)(nil)

// Fail makes everything but Find fail; nil: succeed.
func (p *Papers) Fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

// Taken are the records of papers that were taken back.
func (p *Papers) Taken() []desk.After { return p.list(&p.taken) }

// Reprints are the records of copies.
func (p *Papers) Reprints() []desk.After { return p.list(&p.reprinted) }

// Slips is how many slips came out.
func (p *Papers) Slips() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.slips
}

func (p *Papers) list(l *[]desk.After) []desk.After {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]desk.After(nil), *l...)
}

// Find implements flow.Papers.
func (p *Papers) Find(_ context.Context, what string) (flow.Lookup, error) {
	rows := p.f.Commit.Rows()
	if r, ok := rows[strings.ToUpper(what)]; ok {
		return flow.Lookup{Row: r}, nil
	}
	for _, v := range p.f.Signer.Signed() {
		serial := voucher.FormatSerial("T01", v.Terms.Serial)
		if text := fmt.Sprintf("FLOWTEST %d %X", v.Terms.Serial, v.ID); text == what {
			return flow.Lookup{Row: rows[serial], Voucher: &v}, nil
		}
	}
	return flow.Lookup{}, &desk.Error{Code: flow.CodePaperUnknown, Args: map[string]string{"Serial": ""}}
}

// TakeBack implements flow.Papers.
func (p *Papers) TakeBack(_ context.Context, a desk.After) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return "", p.err
	}
	p.taken = append(p.taken, a)
	row := p.f.Commit.Rows()[a.Serial]
	row.State = desk.StateVoid
	p.f.Commit.Leave(row)
	return "01957a3c-void", nil
}

// Slip implements flow.Papers.
func (p *Papers) Slip(context.Context, desk.After, string, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.slips++
	}
	return p.err
}

// Reprinted implements flow.Papers.
func (p *Papers) Reprinted(_ context.Context, a desk.After) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.reprinted = append(p.reprinted, a)
	}
	return p.err
}

// Days is a day with some papers to look at. It implements flow.Days.
type Days struct {
	mu      sync.Mutex
	Reports map[string]*flow.DayReport
	Closed  []string
	Err     error // of CloseDay
}

var _ flow.Days = (*Days)(nil)

// NewDays is one day with three papers to look at, of clerks 01 and 02.
func NewDays() *Days {
	item := func(n int, clerk, why string, flags ...string) flow.DayItem {
		return flow.DayItem{Why: why, LedgerRow: desk.LedgerRow{Serial: voucher.FormatSerial("T01", uint64(n)), State: desk.StateHandedOver, Day: "2027-03-01",
			Purpose: "housing-fund", Audience: "demo-bank", Clerk: clerk, Flags: flags, Copies: 1}}
	}
	return &Days{Reports: map[string]*flow.DayReport{"2027-03-01": {Day: "2027-03-01", Station: "T01",
		Blocks: []flow.DayBlock{{First: 1, Last: 100, From: 1, To: 12, Issued: 12, Printed: 10, Spoiled: 1, Void: 1}},
		Totals: []flow.DayTotal{{Purpose: "housing-fund", N: 9}, {Purpose: "train-ticket", N: 3}},
		Items:  []flow.DayItem{item(3, "01", flow.WhyRisk, flow.FlagSpoken), item(5, "02", flow.WhyRisk, flow.FlagName), item(9, "01", flow.WhySample)}}}}
}

// OpenDays implements flow.Days.
func (d *Days) OpenDays(context.Context) (days []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for day := range d.Reports {
		days = append(days, day)
	}
	return days, nil
}

// Begin implements flow.Days.
func (d *Days) Begin(_ context.Context, day string) (*flow.DayReport, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := *d.Reports[day]
	r.Items = append([]flow.DayItem(nil), r.Items...)
	return &r, nil
}

// Judge implements flow.Days.
func (d *Days) Judge(_ context.Context, it flow.DayItem) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.Reports[it.Day]
	for i := range r.Items {
		if r.Items[i].Serial == it.Serial {
			r.Items[i] = it
		}
	}
	return nil
}

// CloseDay implements flow.Days.
func (d *Days) CloseDay(_ context.Context, day, supervisor, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Closed = append(d.Closed, day+" "+supervisor)
	return d.Err
}
