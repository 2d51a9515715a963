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
	return s.printSlip(ctx, "refer-out", lang, func(fonts *print.Fonts, first, second sheets.Language) (*print.Sheet, error) {
		d := sheets.ReferData{Where: s.bundle.Policy.Hall, Hotline: s.bundle.Policy.Hotline, Hall: s.bundle.Policy.Hall, At: local(s.clock.Time()),
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

// Checklist prints whether this counter can do a service now and what must be brought for it.
func (s *Station) Checklist(ctx context.Context, purpose, lang string) error {
	for _, p := range s.bundle.Purposes {
		if p.Code != purpose {
			continue
		}
		st := rules{s}.Station()
		_, _, sure := s.clock.Now()
		here := sure && st.Stop == "" && st.Serials > 0 && st.KeyEnds.After(s.clock.Time())
		return s.printSlip(ctx, "checklist-"+purpose, lang, func(fonts *print.Fonts, first, second sheets.Language) (*print.Sheet, error) {
			return sheets.Checklist(fonts, sheets.ChecklistData{Purpose: p.Title, Here: here, Bring: bring(p), Hall: s.bundle.Policy.Hall,
				Hotline: s.bundle.Policy.Hotline, At: local(s.clock.Time()), Training: s.o.Training}, first, second)
		})
	}
	return &desk.Error{Op: "paper.checklist", Code: flow.CodeChoice}
}

// bring are the codes of what a purpose asks for.
func bring(p desk.Purpose) []string {
	own := "document"
	if p.Binding == desk.BindFace {
		own = "photo-document"
	}
	return []string{"person", own, "mandate"}
}
