package ui

import (
	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// cardScenes are the screens around a card of the staff.
func cardScenes() []scene {
	lay := func(name string, who desk.Clerk, known bool, change func(*carded), waits ...string) scene {
		s := &carded{}
		return scene{name, func(d *Deps, f *flowtest.Fakes) {
			*s = carded{}
			withCard(s, who, known, waits...)(d, f)
			if change != nil {
				change(s)
			}
		}, func(r *rig) { r.layStaff(s) }}
	}
	held, second := &carded{}, &carded{}
	return []scene{
		lay("01-login-card", flowtest.Supervisor(), true, nil),
		lay("01-login-card-tries", flowtest.Clerk(), true, func(s *carded) { s.lies.Left = 1 }),
		lay("01-login-card-letter", flowtest.Clerk(), false, nil, "01"),
		lay("01-login-card-new", flowtest.Clerk(), false, nil),
		lay("01-login-card-unknown", desk.Clerk{}, false, func(s *carded) { s.why = &desk.Error{Code: "login-card-unknown"} }),
		{"01-login-card-lifted", func(d *Deps, f *flowtest.Fakes) {
			*held = carded{}
			withCard(held, flowtest.Clerk(), true)(d, f)
		}, func(r *rig) {
			r.layStaff(held)
			r.typed("135790")
			r.step(flow.Ready)
			r.liftStaff(held)
			r.step(flow.Locked)
		}},
		{"10-second-card", func(d *Deps, f *flowtest.Fakes) {
			*second = carded{}
			f.Rules.Change(flowtest.TakeUnproven(true))
			withCard(second, flowtest.Supervisor(), true)(d, f)
		}, func(r *rig) {
			r.toSecond()
			r.layStaff(second)
			r.until(func() bool { return r.c.s.Note != flow.NoteCardWaits })
		}},
	}
}
