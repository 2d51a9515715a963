package flow_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
)

// bench is a set-up with stand-ins.
type bench struct {
	t    *testing.T
	w    *flow.SetUp
	kept map[string]string
	errs map[string]error
	did  []string
}

func (b *bench) Files(_ context.Context, answers bool) []string {
	if answers {
		return []string{"/stick/H12.answer.pem"}
	}
	return []string{"/stick/hall.bundle"}
}

func (b *bench) Bundle(_ context.Context, file string) (flow.BundleLook, error) {
	return flow.BundleLook{Issuer: "https://specimen.example", Version: 3, Groups: []string{"0123", "4567"}}, b.errs["bundle"]
}

func (b *bench) Found(_ context.Context, file, fingerprint, name, code string) (string, error) {
	b.did = append(b.did, "found "+file+" "+name)
	return "/data/request.pem", b.errs["found"]
}

func (b *bench) Answer(_ context.Context, file string) error {
	b.did = append(b.did, "answer "+file)
	return b.errs["answer"]
}

func (b *bench) Readers(context.Context) []desk.Probe {
	return []desk.Probe{{Name: "reader", Level: desk.LevelStop, Code: "reader-none"}}
}

func (b *bench) Choices(context.Context) ([]flow.PrinterChoice, error) {
	return []flow.PrinterChoice{{Name: "folder", Chosen: true}, {Name: "hall", Code: "printer-off"}}, b.errs["choices"]
}

func (b *bench) ChoosePrinter(_ context.Context, name string) error {
	b.did = append(b.did, "choose "+name)
	return b.errs["choose"]
}

func (b *bench) TestPage(context.Context, string) error {
	b.did = append(b.did, "page")
	return b.errs["page"]
}

func newBench(t *testing.T, founding bool) *bench {
	b := &bench{t: t, kept: map[string]string{}, errs: map[string]error{}}
	b.again(founding)
	return b
}

// again is the program started anew over what was kept.
func (b *bench) again(founding bool) {
	p := flow.SetParts{Langs: []string{"zh-Hans", "en"}, Keep: func(_ context.Context, k, v string) { b.kept[k] = v },
		Kept: func(_ context.Context, k string) string { return b.kept[k] },
		Monitors: func(context.Context) []flow.Monitor {
			return []flow.Monitor{{W: 1366, H: 768, Primary: true}, {X: 1366, W: 1280, H: 800}}
		}}
	if founding {
		p.Founding, p.Keep, p.Kept = b, nil, nil
	} else {
		p.Fitting = b
	}
	b.w = flow.NewSetUp(b.t.Context(), p, func(fn func()) { fn() }, nil)
}

func (b *bench) at(step flow.SetStep) flow.SetState {
	b.t.Helper()
	s := b.w.State()
	if s.Step != step || s.Busy {
		b.t.Fatalf("on %v (%v), want %v", s.Step, s.Problem, step)
	}
	return s
}

func (b *bench) code(err error, code string) {
	b.t.Helper()
	var e *desk.Error
	if s := b.w.State(); !errors.As(err, &e) && (s.Problem == nil || s.Problem.Code != code) || e != nil && e.Code != code {
		b.t.Fatalf("%v, problem %v, want %s", err, s.Problem, code)
	}
}

// A real counter from the file to the answer: what does not fit keeps the step, and says why.
func TestSetUpReal(t *testing.T) {
	b := newBench(t, true)
	ok := func(err error) { t.Helper(); must(t, err) }
	if !b.w.Wanted(t.Context()) {
		t.Fatal("not wanted")
	}
	ok(b.w.Open(false))
	b.at(flow.SetKind)
	b.code(b.w.Next(), flow.CodeKeyNotNow) // it must be chosen
	ok(b.w.Kind(false))
	if s := b.at(flow.SetBundle); len(s.Files) != 1 || s.At() != 2 {
		t.Fatalf("%q", s.Files)
	}
	b.code(b.w.TakeBundle(" "), flow.CodeSetFile)
	b.errs["bundle"] = &desk.Error{Code: "bundle-unreadable"}
	ok(b.w.TakeBundle("/stick/hall.bundle"))
	b.code(nil, "bundle-unreadable")
	b.at(flow.SetBundle)
	delete(b.errs, "bundle")
	ok(b.w.TakeBundle("/stick/hall.bundle"))
	b.at(flow.SetLetter)
	b.errs["found"] = &desk.Error{Code: "bundle-group", Args: map[string]string{"Group": "2"}}
	ok(b.w.Letter("o123 4568", "H12", "x"))
	b.code(nil, "bundle-group")
	if s := b.at(flow.SetLetter); len(s.Groups) != 12 || !s.Groups[0].Same() || s.Groups[1].Same() || s.Groups[1].Typed != "4568" {
		t.Fatalf("%v", s.Groups)
	}
	delete(b.errs, "found")
	ok(b.w.Back())
	b.at(flow.SetBundle)
	ok(b.w.TakeBundle("/stick/hall.bundle"))
	ok(b.w.Letter("0123-4567", "H12", "x"))
	if s := b.at(flow.SetAwait); s.Request != "/data/request.pem" || s.Files[0] != "/stick/H12.answer.pem" {
		t.Fatalf("%+v", s)
	}
	b.code(b.w.Back(), flow.CodeKeyNotNow)
	b.errs["answer"] = &desk.Error{Code: "answer-unreadable"}
	ok(b.w.TakeAnswer("/stick/H12.answer.pem"))
	b.code(nil, "answer-unreadable")
	delete(b.errs, "answer")
	ok(b.w.TakeAnswer(""))
	if s := b.at(flow.SetDone); !s.Founded || s.Training {
		t.Fatalf("%+v", s)
	}
}

func TestSetUpTraining(t *testing.T) {
	b := newBench(t, true)
	must(t, b.w.Open(false))
	must(t, b.w.Kind(true))
	if s := b.at(flow.SetDone); !s.Founded || !s.Training || len(b.did) != 0 {
		t.Fatalf("%+v %q", s, b.did)
	}
}

// A counter is fitted out, left in the middle, gone on with, and done; every step may be put off.
func TestSetUpFit(t *testing.T) {
	b := newBench(t, false)
	ok := func(err error) { t.Helper(); must(t, err) }
	ok(b.w.Open(false))
	if s := b.at(flow.SetReader); s.Readers[0].Code != "reader-none" {
		t.Fatalf("%v", s.Readers)
	}
	ok(b.w.Next()) // put off
	b.at(flow.SetPrinter)
	b.code(b.w.Printer(""), flow.CodeSetPrinter)
	ok(b.w.Printer("hall"))
	b.errs["page"] = &desk.Error{Code: "printer-fault"}
	ok(b.w.Print("zh-Hans"))
	b.code(nil, "printer-fault")
	delete(b.errs, "page")
	ok(b.w.Print("zh-Hans"))
	if s := b.at(flow.SetPrinter); !s.Printed || !slices.Equal(b.did, []string{"choose hall", "page", "page"}) {
		t.Fatalf("%v %q", s.Printed, b.did)
	}
	ok(b.w.Next())
	b.at(flow.SetScanner)
	ok(b.w.Close())

	b.again(false)
	if !b.w.Wanted(t.Context()) {
		t.Fatal("it was left, and nobody wants it")
	}
	ok(b.w.Open(false))
	b.at(flow.SetScanner)
	b.code(b.w.Scan("BANGBAN 0123456789 $%*\"ß&-; QWERTY AYERTZ", "layout"), "scan-layout")
	b.code(b.w.Scan("6901234567892", ""), flow.CodeSetScan)
	if b.w.State().Heard {
		t.Fatal("heard")
	}
	ok(b.w.Scan(flow.TestCode+"\r", ""))
	if !b.at(flow.SetScanner).Heard {
		t.Fatal("not heard")
	}
	ok(b.w.Next())
	if s := b.at(flow.SetScreen); len(s.Monitors) != 2 {
		t.Fatalf("%v", s.Monitors)
	}
	ok(b.w.Put("1366,0"))
	ok(b.w.Next())
	b.at(flow.SetLangs)
	ok(b.w.Lang("zh-Hans"))
	ok(b.w.Lang("en")) // one stays
	ok(b.w.Next())
	b.at(flow.SetDone)
	if b.kept[flow.KeySetDone] != "done" || b.kept[flow.KeySetScreen] != "1366,0" || b.kept[flow.KeySetLangs] != "en" || b.w.Wanted(t.Context()) {
		t.Fatalf("%v", b.kept)
	}
	ok(b.w.Back())
	b.at(flow.SetLangs)
	ok(b.w.Open(true))
	b.at(flow.SetReader)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
