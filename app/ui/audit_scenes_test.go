package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader/check"
)

// showScenes are the screens around a credential that somebody shows, and the blank one.
func showScenes() []scene {
	shows := func(checks ...check.Check) func(*Deps, *flowtest.Fakes) {
		return func(d *Deps, _ *flowtest.Fakes) {
			d.Show = flow.NewShowing(context.Background(), &checker{res: shownResult(checks...)}, d.Now, func(fn func()) { fn() }, nil)
			d.Status.Hall = desk.Text{"zh-Hans": "东城区政务服务大厅", "en": "Dongcheng service hall"}
		}
	}
	ask := func(r *rig) {
		r.login()
		r.key(fyne.KeyF5)
		r.showStep(flow.ShowAsk)
	}
	scan := func(r *rig) {
		ask(r)
		r.touch(r.c.citizen.yes)
		r.showStep(flow.ShowWait)
	}
	verdict := func(r *rig) {
		scan(r)
		r.write("6BFOXN%TS3DH0YOJ58S", 8*time.Millisecond)
		r.key(fyne.KeyReturn)
		r.showStep(flow.ShowVerdict)
	}
	return []scene{
		{"60-show-ask", shows(), ask},
		{"61-show-scan", shows(), scan},
		{"62-show-valid", shows(), verdict},
		{"63-show-not-valid", shows(check.Fail("signature", check.WrongSignature, "EC P-256")), verdict},
		{"64-show-cannot-tell", shows(check.Unsure("issuer", check.UnknownIssuer, "urn:someone")), verdict},
		{"70-blank", func(d *Deps, _ *flowtest.Fakes) { d.BlankAfter = 90 * time.Second }, func(r *rig) {
			r.toCompare()
			r.pass(2 * time.Minute)
			r.c.watchIdle()
		}},
	}
}
