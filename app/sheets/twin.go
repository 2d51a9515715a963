package sheets

import (
	"html"
	"strconv"
	"strings"
)

// telling is what a voucher says in one language, in the order in which it is read aloud.
type telling struct {
	tag, title, band string
	facts            [][2]string // label and value
	sentences        []string
	foot             [][2]string
	notes            []string
}

// tell says a voucher in one language. All of it stands on the paper, too, but for the code, which is for machines.
func (v *VoucherData) tell(l Language) telling {
	p := page{first: l, scale: 1}
	t := telling{tag: l.Tag, title: l.say("paper.title")}
	if v.Training {
		t.band = l.say("paper.training.band")
	}
	for _, r := range p.rows(v) {
		t.facts = append(t.facts, [2]string{l.say(r.key), strings.ReplaceAll(r.value, "\n", " ")})
	}
	for _, s := range []string{v.allows(l), v.bound(l), v.revoke(l), v.said(l)} {
		if s != "" {
			t.sentences = append(t.sentences, s)
		}
	}
	t.foot = [][2]string{{l.say("paper.serial"), v.Serial}}
	if v.MaskedNumber != "" {
		t.foot = append(t.foot, [2]string{l.say("paper.number"), v.MaskedNumber})
	}
	t.foot = append(t.foot, [2]string{l.say("paper.issued"), l.moment(v.IssuedAt)})
	t.notes = append(t.notes, l.in(v.Hall))
	if v.Copy > 1 {
		t.notes = append(t.notes, l.say("paper.copy", "N", strconv.Itoa(v.Copy)))
	}
	if key := v.unproven(); key != "" {
		t.notes = append(t.notes, l.say(key))
	}
	if v.SoftwareKey {
		t.notes = append(t.notes, l.say("paper.software"))
	}
	return t
}

func (v *VoucherData) tellings(first, second Language) ([]telling, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	all := []telling{v.tell(first)}
	if !second.none() {
		all = append(all, v.tell(second))
	}
	return all, nil
}

// VoucherText is the plain text twin of a voucher, for screen readers, braille displays and being read aloud: one fact a
// line, first all of it in the person's language, then all of it in the second, which may be none.
func VoucherText(v VoucherData, first, second Language) (string, error) {
	all, err := v.tellings(first, second)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, t := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		lines := []string{t.band, t.title}
		for _, f := range t.facts {
			lines = append(lines, f[0]+": "+f[1])
		}
		lines = append(lines, t.sentences...)
		for _, f := range t.foot {
			lines = append(lines, f[0]+": "+f[1])
		}
		for _, l := range append(lines, t.notes...) {
			if l != "" {
				b.WriteString(l + "\n")
			}
		}
	}
	return b.String(), nil
}

// twinHead makes the twin readable at any size and lets it load nothing.
const twinHead = `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { max-width: 40rem; margin: 1rem auto; padding: 0 1rem; font: 1.25rem/1.5 sans-serif; color: #000; background: #fff }
dt { font-weight: normal } dd { margin: 0 0 .75rem; font-weight: bold; font-size: 1.25em }
section + section { border-top: 2px solid; margin-top: 2rem }
</style>
`

// VoucherHTML is the twin as one HTML file that loads nothing: a section a language, each marked with it so that a
// screen reader changes its voice, facts as a description list, names marked as not to be translated.
func VoucherHTML(v VoucherData, first, second Language) (string, error) {
	all, err := v.tellings(first, second)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	esc := html.EscapeString
	b.WriteString("<!doctype html>\n<html lang=\"" + esc(first.Tag) + "\">\n<head>\n" + twinHead +
		"<title>" + esc(all[0].title+" "+v.Serial) + "</title>\n</head>\n<body>\n<main>\n")
	list := func(facts [][2]string) {
		b.WriteString("<dl>\n")
		for _, f := range facts {
			mark := ""
			if f[1] == v.Name || f[1] == v.Serial {
				mark = ` translate="no"`
			}
			b.WriteString("<dt>" + esc(f[0]) + "</dt><dd" + mark + ">" + esc(f[1]) + "</dd>\n")
		}
		b.WriteString("</dl>\n")
	}
	for i, t := range all {
		level := "h1"
		if i > 0 {
			level = "h2"
		}
		b.WriteString("<section lang=\"" + esc(t.tag) + "\">\n")
		if t.band != "" {
			b.WriteString("<p role=\"note\"><strong>" + esc(t.band) + "</strong></p>\n")
		}
		b.WriteString("<" + level + ">" + esc(t.title) + "</" + level + ">\n")
		list(t.facts)
		for _, s := range t.sentences {
			b.WriteString("<p>" + esc(s) + "</p>\n")
		}
		list(t.foot)
		for _, s := range t.notes {
			b.WriteString("<p>" + esc(s) + "</p>\n")
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.String(), nil
}
