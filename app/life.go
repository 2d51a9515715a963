package app

import (
	"context"
	"log/slog"
	"runtime"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/speech"
	"bangban/app/station"
	"bangban/app/ui"
)

// approver proves who gives a second word.
type approver struct {
	*station.Station
	staff staff
}

// Supervisors implements ui.Approver.
func (a approver) Supervisors() []desk.Clerk { return a.WhoMay(desk.RoleSupervisor) }

// Auditors implements ui.Approver.
func (a approver) Auditors() []desk.Clerk { return a.WhoMay(desk.RoleAuditor, desk.RoleSupervisor) }

// Approve implements ui.Approver.
func (a approver) Approve(ctx context.Context, id string, p ui.Proof) (desk.Clerk, error) {
	proof, wipe := a.staff.proof(p)
	defer wipe()
	return a.Station.Approve(ctx, id, proof)
}

// Audit implements ui.Approver.
func (a approver) Audit(ctx context.Context, id string, p ui.Proof) (desk.Clerk, error) {
	proof, wipe := a.staff.proof(p)
	defer wipe()
	return a.Station.Audit(ctx, id, proof)
}

// withLife hands over what concerns papers of earlier visits, the end of the day, the journal and the queue.
func withLife(ctx context.Context, d ui.Deps, st *station.Station) ui.Deps {
	d.Slips, d.Support = st, st
	if v, err := speech.Open(runtime.GOOS, nil); err == nil {
		d.Voice = v
	} else {
		slog.Default().Info("speech", "voice", err)
	}
	by, _ := d.Staff.(staff)
	d.Approver, d.Journal, d.Carry, d.Purposes = approver{st, by}, st, st, st.Ports().Rules.Purposes
	d.Take = flow.NewTakeback(ctx, st.Papers(), st.Now, nil, slog.Default())
	d.Day = flow.NewDayEnd(ctx, st.Days(), nil, slog.Default())
	return d
}

var (
	_ ui.Approver = approver{}
	_ ui.Journal  = (*station.Station)(nil)
	_ ui.Carrying = (*station.Station)(nil)
)
