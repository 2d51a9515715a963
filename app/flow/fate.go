package flow

import (
	"context"
	"maps"

	"bangban/app/desk"
	"bangban/print"
)

// askFates asks the printer about papers that an earlier run of this program had handed to it. Nothing is printed again:
// one that came out is handed over or voided.
func (m *Machine) askFates() {
	for _, row := range m.in.Unfinished {
		if _, asked := m.in.Fates[row.Serial]; asked {
			continue
		}
		row := row
		m.fate(row.Serial, FateAsking)
		m.effect(func(ctx context.Context) {
			fate := m.askFate(ctx, row)
			m.do(func() { m.fate(row.Serial, fate) })
		})
	}
}

func (m *Machine) askFate(ctx context.Context, row desk.LedgerRow) Fate {
	state, found, err := m.p.Press.Find(ctx, row.Serial)
	switch {
	case err != nil:
		m.log.Warn("visit", "fate", row.Serial, "err", err)
		return FateUnsure
	case found && state == print.JobDone:
		return FateOut
	case found:
		return FateUnderWay
	case row.State == desk.StatePrinted || row.State == desk.StateProved:
		return FateOut // the counter itself saw it come out
	case row.State == desk.StatePrinting:
		return FateUnsure // printers that keep no list
	}
	return FateNone
}

func (m *Machine) fate(serial string, f Fate) {
	all := maps.Clone(m.in.Fates)
	if all == nil {
		all = map[string]Fate{}
	}
	all[serial] = f
	m.in.Fates, m.dirty = all, true
}

// lost is the record of a voucher that a power cut left open. One whose paper came out, or may come out, and is in
// nobody's hands is void: the paper exists. Any other one is spoiled.
func (m *Machine) lost(row desk.LedgerRow, handed bool) desk.After {
	now, _, _ := m.p.Now()
	a := desk.After{Serial: row.Serial, State: desk.StateSpoiled, Reason: "power-cut", Copies: row.Copies, Clerk: m.clerk.ID,
		At: now, Recovery: true}
	switch fate := m.in.Fates[row.Serial]; {
	case handed:
		a.State, a.Reason, a.Proved, a.Copies, a.Printed = desk.StateHandedOver, "", provedSerial, max(row.Copies, 1), true
	case fate == FateOut, fate == FateUnderWay:
		a.State, a.Printed, a.Copies = desk.StateVoid, fate == FateOut, max(row.Copies, 1)
	}
	return a
}
