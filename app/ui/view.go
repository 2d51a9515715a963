package ui

import (
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/locales"
)

// view is what the person sees, said once for the citizen's screen, the mirror and the voice: no code, no red, no blame,
// the name masked.
type view struct {
	cat     *locales.Catalog
	step    int // of 3; 0: none
	hello   string
	title   string
	sub     string
	facts   []widget.Fact
	ask     string
	help    string
	drawing drawing
	yes, no bool // the two answers are offered
	leave   bool // only "not today" is offered
	mute    bool // nobody is there to read it aloud: the counter is locked or has blanked itself
}

// view makes the person's view of what is so.
func (c *counter) view() view {
	v := view{cat: c.catalog(c.s.Lang), step: c.s.Step.Rail()}
	t := v.cat.T
	if c.idle.blank {
		v.step, v.title, v.sub, v.mute = 0, t("cz.welcome"), t("cz.welcome.sub"), true
		return v
	}
	if c.layer == layerScan {
		return c.showView()
	}
	if c.layer == layerSetUp && c.setup.Step == flow.SetScreen {
		v.step, v.title, v.sub = 0, t("cz.setup"), t("cz.setup.sub")
		return v
	}
	if c.layer == layerTake || c.layer == layerDay {
		v.step, v.title, v.sub = 0, t("cz.welcome"), t("cz.welcome.sub")
		if c.layer == layerTake {
			v.title, v.sub = t("cz.take.back"), t("cz.take.back.sub")
		}
		return v
	}
	switch c.s.Step {
	case flow.Locked:
		v.title, v.sub, v.mute = t("cz.welcome"), t("cz.welcome.sub"), true
	case flow.Ready:
		v.step, v.title, v.sub, v.drawing = 1, t("cz.place"), t("cz.place.sub"), drawPlace
		if !c.canPlace() {
			v.step, v.title, v.sub, v.drawing = 0, t("cz.welcome"), t("cz.welcome.sub"), drawNone
		}
	case flow.Reading:
		v.title, v.sub, v.drawing, v.leave = t("cz.reading"), t("cz.reading.sub"), drawLie, true
	case flow.NeedSecret:
		v.title, v.sub, v.leave = t("cz.secret"), t("cz.secret.sub"), true
	case flow.Pulled:
		v.title, v.sub, v.drawing, v.leave = t("cz.pulled"), t("cz.pulled.sub"), drawLie, true
	case flow.Trouble:
		v.title, v.sub, v.leave = t("cz.trouble"), t("cz.trouble.sub"), true
	case flow.Reprint:
		v.title, v.sub, v.leave = t("cz.reprint"), t("cz.reprint.sub"), true
	case flow.Second, flow.Sanction:
		v.title, v.sub, v.leave = t("cz.second"), t("cz.second.sub"), true
	case flow.Unproven, flow.Compare, flow.Choose:
		v.title, v.sub, v.drawing, v.leave = t("cz.read.done"), t("cz.read.sub"), drawTake, true
		if c.s.Evidence != nil {
			v.title, v.sub, v.drawing = t("cz.evidence"), t("cz.evidence.sub"), drawNone
			break
		}
		if !c.s.OnReader {
			v.title, v.drawing = t("cz.read.kept"), drawNone
		}
	case flow.HelperCard, flow.HelperFace, flow.HelperTerms, flow.Aside:
		c.helperView(&v)
	case flow.Evidence:
		v.title, v.sub, v.leave = t("cz.evidence"), t("cz.evidence.sub"), true
	case flow.GrantScan, flow.GrantCard:
		c.grantView(&v)
	case flow.Agree, flow.Spoken:
		c.question(&v)
	case flow.Issuing:
		v.title, v.sub, v.drawing = t("cz.issuing"), t("cz.issuing.sub"), drawPaper
	case flow.PrintFault:
		v.title, v.sub = t("cz.paper.wait"), t("cz.paper.wait.sub")
	case flow.HandOver, flow.Farewell:
		v.title, v.sub, v.help, v.drawing = t("cz.done"), t("cz.take"), t("cz.done.help.here"), drawPaper
		if c.d.Status.Hotline != "" {
			v.help = t("cz.done.help", map[string]string{"Phone": c.d.Status.Hotline})
		}
	case flow.NotToday:
		v.title, v.sub = t("cz.nottoday"), t("cz.nottoday.sub")
	}
	return v
}

// canPlace tells whether a card would be read now.
func (c *counter) canPlace() bool { return len(c.s.Readers) > 0 }

// question is what the person says yes or no to.
func (c *counter) question(v *view) {
	t, lang := v.cat.T, v.cat.Tag()
	if c.s.Subject != nil {
		v.hello = t("cz.agree.hello", map[string]string{"Name": desk.MaskName(c.s.Subject.Name())})
	}
	v.title, v.ask, v.yes, v.no = t("cz.agree.what"), t("cz.agree.ask"), true, true
	if c.s.Mandate != nil {
		c.mandateQuestion(v)
		return
	}
	if c.s.Purpose != nil {
		v.facts = append(v.facts, widget.Fact{Label: t("cz.agree.for"), Value: c.s.Purpose.Title.In(lang)})
	}
	if c.s.Recipient != nil {
		v.facts = append(v.facts, widget.Fact{Label: t("cz.agree.who"), Value: c.s.Recipient.Name.In(lang)})
	}
	if c.s.Purpose != nil {
		v.facts = append(v.facts, widget.Fact{Label: t("cz.agree.sees"), Value: fieldsText(v.cat, *c.s.Purpose)})
	}
	v.facts = append(v.facts, widget.Fact{Label: t("cz.agree.until"), Value: dayText(v.cat, c.s.Expires)})
	if c.s.Grant != nil && c.s.Grant.Mandate != nil {
		c.grantQuestion(v)
	}
}

// speech is the view as one reads it out. The masked name is left out: it cannot be said, and the whole one must not be.
func (v view) speech() string {
	parts := []string{v.title}
	for _, f := range v.facts {
		parts = append(parts, f.Label+v.cat.T("say.colon")+f.Value)
	}
	parts = append(parts, v.sub, v.help, v.ask)
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	stop := v.cat.T("say.stop")
	for i, p := range parts {
		if !strings.HasSuffix(p, "？") && !strings.HasSuffix(p, "?") {
			parts[i] = strings.TrimSuffix(p, strings.TrimSpace(stop)) + strings.TrimSpace(stop)
		}
	}
	return strings.Join(parts, strings.TrimPrefix(stop, strings.TrimSpace(stop)))
}

// fieldsText lists what the recipient sees.
func fieldsText(cat *locales.Catalog, p desk.Purpose) string {
	var names []string
	for _, f := range p.Fields {
		names = append(names, cat.T("field."+f))
	}
	if p.Binding == desk.BindFace {
		names = append(names, cat.T("field.portrait"))
	}
	return strings.Join(names, cat.T("list.sep"))
}

// dayText is a day as the language writes it.
func dayText(cat *locales.Catalog, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format(cat.T("date.form"))
}
