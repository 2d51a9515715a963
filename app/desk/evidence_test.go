package desk_test

import (
	"testing"
	"time"

	"bangban/app/desk"
)

func TestOnEvidence(t *testing.T) {
	day := 24 * time.Hour
	terms := &desk.Evidence{Least: 4, Life: 2 * day, Vouch: true, Attach: true}
	p := desk.Purpose{Code: "x", Binding: desk.BindDocument, Fields: []string{desk.FieldName, desk.FieldBirthDate}, Life: 3 * day, Evidence: terms}
	for name, tc := range map[string]struct {
		edit  func(*desk.Purpose)
		codes []string
		want  bool
	}{
		"two papers":                  {nil, []string{"household-book", "utility-bill"}, true},
		"one paper":                   {nil, []string{"household-book"}, false},
		"nothing with a number":       {nil, []string{"village-letter", "utility-bill", desk.PieceVouch}, false},
		"one paper twice":             {nil, []string{"utility-bill", "bank-book"}, false},
		"a paper and a word":          {nil, []string{"household-book", desk.PieceVouch}, true},
		"a paper and a word to come":  {nil, []string{"household-book", desk.PieceVouchLater}, true},
		"two words":                   {nil, []string{"household-book", desk.PieceVouch, desk.PieceVouchLater}, false},
		"a word alone":                {nil, []string{desk.PieceVouch}, false},
		"no vouching":                 {func(p *desk.Purpose) { p.Evidence.Vouch = false }, []string{"household-book", desk.PieceVouch}, false},
		"no attaching":                {func(p *desk.Purpose) { p.Evidence.Attach = false }, []string{"household-book", desk.PieceVouchLater}, false},
		"a policy below the floor":    {func(p *desk.Purpose) { p.Evidence.Least = 1 }, []string{"utility-bill", "bank-book"}, false},
		"a policy that asks for more": {func(p *desk.Purpose) { p.Evidence.Least = 6 }, []string{"household-book", "utility-bill"}, false},
		"by the face":                 {func(p *desk.Purpose) { p.Binding = desk.BindFace }, []string{"household-book", "temporary-id"}, false},
		"not at all":                  {func(p *desk.Purpose) { p.Evidence = nil }, []string{"household-book", "temporary-id"}, false},
		"what nobody knows":           {nil, []string{"household-book", "library-card"}, false},
	} {
		q := p
		e := *terms
		q.Evidence = &e
		if tc.edit != nil {
			tc.edit(&q)
		}
		got, ok := q.OnEvidence(tc.codes)
		if ok != tc.want {
			t.Errorf("%s: %v", name, ok)
		}
		if ok && (got.Life != 2*day || len(got.Fields) != 1 || got.Fields[0] != desk.FieldName) {
			t.Errorf("%s: %v %v: not shorter and narrower", name, got.Life, got.Fields)
		}
	}
	if len(p.Fields) != 2 || p.Life != 3*day {
		t.Error("the purpose itself changed")
	}
}
