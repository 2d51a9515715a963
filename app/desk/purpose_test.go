package desk_test

import (
	"slices"
	"testing"
	"time"

	"bangban/app/desk"
)

func TestPurposeForUnproven(t *testing.T) {
	day := 24 * time.Hour
	p := desk.Purpose{Code: "x", Fields: []string{desk.FieldName, desk.FieldBirthDate}, Life: 3 * day}
	if _, ok := p.For("sscard"); ok {
		t.Error("a purpose that does not say so takes an unproven document")
	}
	p.Unproven = &desk.Unproven{Kinds: []string{"sscard"}, Life: day, Fields: []string{desk.FieldName}, Second: true}
	if _, ok := p.For("thaiid"); ok {
		t.Error("it takes a kind that it does not list")
	}
	got, ok := p.For("sscard")
	if !ok || got.Life != day || !slices.Equal(got.Fields, []string{desk.FieldName}) {
		t.Errorf("%v %+v: not shorter and narrower", ok, got)
	}
	if len(p.Fields) != 2 || p.Life != 3*day {
		t.Error("the purpose itself changed")
	}
	p.Unproven = &desk.Unproven{Kinds: []string{"sscard"}, Life: 9 * day}
	if got, _ := p.For("sscard"); got.Life != 3*day || len(got.Fields) != 2 {
		t.Errorf("%+v: wider than the purpose", got)
	}
}
