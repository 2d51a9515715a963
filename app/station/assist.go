package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/sheets"
	"bangban/print"
)

// Refer prints how the thing can be done another day. Nothing is kept; reason is a code with a neutral sentence
// ("refer.reason.<code>"), empty where none is to be said.
func (s *Station) Refer(ctx context.Context, reason, lang string) error {
	return s.printKind(ctx, PrintsSlip, "refer-out", lang, func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error) {
		d := sheets.ReferData{Paper: paper, Where: s.bundle.Policy.Hall, Hotline: s.bundle.Policy.Hotline, Hall: s.bundle.Policy.Hall, At: local(s.clock.Time()),
			Training: s.o.Training, Bring: []desk.Text{spoken(first, second, "check.bring.document"), spoken(first, second, "check.bring.other")}}
		if reason != "" {
			d.Reason = spoken(first, second, "refer.reason."+reason)
		}
		return sheets.ReferOut(fonts, d, first, second)
	})
}

// spoken is a sentence of the locale files as a text of the bundle.
func spoken(first, second sheets.Language, key string) desk.Text {
	t := desk.Text{first.Tag: first.T(key, nil)}
	if second.T != nil {
		t[second.Tag] = second.T(key, nil)
	}
	return t
}

// Checklist prints whether this counter can do a service now, why not, and what must be brought for it: in the institution's
// own words where its bundle has them.
func (s *Station) Checklist(ctx context.Context, purpose, lang string) error {
	for _, p := range s.bundle.Purposes {
		if p.Code != purpose {
			continue
		}
		d := sheets.ChecklistData{Purpose: p.Title, Why: s.whyNot(), Helped: p.Binding != desk.BindFace, Hall: s.bundle.Policy.Hall,
			Hotline: s.bundle.Policy.Hotline, At: local(s.clock.Time()), Training: s.o.Training}
		d.Here = d.Why == ""
		if d.Things = s.bundle.Checklists[purpose]; len(d.Things) == 0 {
			d.Bring = bring(p)
		}
		return s.printKind(ctx, PrintsSlip, "checklist-"+purpose, lang, func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error) {
			d.Paper = paper
			return sheets.Checklist(fonts, d, first, second)
		})
	}
	return &desk.Error{Op: "paper.checklist", Code: flow.CodeChoice}
}

// whyNot is the key of the sentence on why nothing can be signed now; empty: it can.
func (s *Station) whyNot() string {
	st := rules{s}.Station()
	_, _, sure := s.clock.Now()
	switch {
	case !sure, !st.KeyEnds.After(s.clock.Time()):
		return "check.why.today"
	case st.Serials == 0:
		return "check.why.serials"
	case st.Stop != "":
		return "check.why.today"
	}
	return ""
}

// bring are the codes of what a purpose asks for.
func bring(p desk.Purpose) []string {
	own := "document"
	if p.Binding == desk.BindFace {
		own = "photo-document"
	}
	list := []string{"person", own}
	if p.Evidence != nil {
		list = append(list, "papers")
	}
	return list
}
