package ipp_test

import (
	"testing"

	"bangban/print"
	"bangban/print/printtest"

	"github.com/OpenPrinting/goipp"
)

// dies lets nothing through any more from an operation on, before or after it was carried out: the process is gone.
func (f *fake) dies(op goipp.Op, done bool) {
	f.set(func(f *fake) {
		dead := false
		f.drop = func(is goipp.Op, after bool) bool {
			dead = dead || is == op && after == done
			return dead
		}
	})
}

// TestCrash cuts the line at each step, before and after the server has done it, as a kill would, and prints again in a
// new process: one paper.
func TestCrash(t *testing.T) {
	for _, bare := range []bool{false, true} {
		for _, op := range []goipp.Op{goipp.OpCreateJob, goipp.OpSendDocument, goipp.OpGetJobAttributes} {
			for _, done := range []bool{false, true} {
				r := newRig(t)
				r.bare = bare
				r.dies(op, done)
				if r.printer.Print(t.Context(), specimen(a5)) == nil {
					t.Fatalf("%v, %v: the crash did not happen", op, done)
				}
				r.set(func(f *fake) { f.drop = nil })
				if err := r.again().printer.Print(t.Context(), specimen(a5)); err != nil {
					t.Errorf("%v, %v: %v", op, done, err)
				}
				if n := len(r.papers(t)); n != 1 {
					t.Errorf("%v, done %v, bare %v: %d papers", op, done, bare, n)
				}
				r.set(func(f *fake) {
					for _, j := range f.jobs {
						if j.state < 7 {
							t.Errorf("%v, %v: a job is left in state %d", op, done, j.state)
						}
					}
				})
				// Another copy that is asked for is printed.
				if err := r.again().printer.Print(t.Context(), specimen(a5)); err != nil || len(r.papers(t)) != 2 {
					t.Errorf("%v, %v: the second copy: %d papers, %v", op, done, len(r.papers(t)), err)
				}
			}
		}
	}
}

// TestCrashBlind is the control: without a memory the paper comes out twice.
func TestCrashBlind(t *testing.T) {
	r := newRig(t)
	r.dies(goipp.OpSendDocument, true)
	_ = r.printer.Print(t.Context(), specimen(a5))
	r.set(func(f *fake) { f.drop = nil })
	r.config.Memory = &notes{}
	second := r.again()
	if err := second.printer.Print(t.Context(), specimen(a5)); err != nil {
		t.Fatal(err)
	}
	r.set(func(f *fake) {
		for f.jobs[0].state != 9 { // the first job goes its way
			f.answer(goipp.OpGetJobAttributes, lookAt(1), nil)
		}
	})
	if n := len(r.papers(t)); n != 2 {
		t.Errorf("%d papers: this test can not tell", n)
	}
}

func lookAt(id int) *goipp.Message {
	m := goipp.NewRequest(goipp.DefaultVersion, goipp.OpGetJobAttributes, 1)
	m.Operation.Add(goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(id)))
	return m
}

// TestCrashLate: the bytes of the dead process arrive after we have looked. They are refused, because the job was
// cancelled first.
func TestCrashLate(t *testing.T) {
	r := newRig(t)
	r.dies(goipp.OpSendDocument, false)
	j := specimen(a5)
	_ = r.printer.Print(t.Context(), j)
	r.set(func(f *fake) { f.drop = nil })
	late := lookAt(1)
	late.Code = goipp.Code(goipp.OpSendDocument)
	sent := false
	r.set(func(f *fake) {
		f.at = func(f *fake, op goipp.Op, _ *fakeJob) (goipp.Status, bool) {
			if op == goipp.OpCreateJob && !sent {
				sent = true
				if s := goipp.Status(f.answer(goipp.OpSendDocument, late, j.PDF).Code); s < goipp.StatusErrorBadRequest {
					t.Errorf("late bytes were taken: %v", s)
				}
			}
			return 0, false
		}
	})
	if err := r.again().printer.Print(t.Context(), j); err != nil || len(r.papers(t)) != 1 || !sent {
		t.Errorf("%d papers, %v", len(r.papers(t)), err)
	}
}

// TestCrashForgotten: the queue has lost its history. The clerk is asked to look, once.
func TestCrashForgotten(t *testing.T) {
	r := newRig(t)
	r.dies(goipp.OpSendDocument, true)
	_ = r.printer.Print(t.Context(), specimen(a5))
	r.set(func(f *fake) { f.drop = nil })
	r.set(func(f *fake) { f.jobs[0].purged, f.jobs[0].state = true, 9 })
	second := r.again()
	if _, _, err := second.printer.Find(t.Context(), "T01-000001", hashOf(specimen(a5))); printtest.Code(err) != print.CodeUnsure {
		t.Errorf("find: %v", err)
	}
	if got := printtest.Code(second.printer.Print(t.Context(), specimen(a5))); got != print.CodeUnsure || len(r.papers(t)) != 1 {
		t.Errorf("first: %q, %d papers", got, len(r.papers(t)))
	}
	if err := second.printer.Print(t.Context(), specimen(a5)); err != nil || len(r.papers(t)) != 2 {
		t.Errorf("after the clerk has looked: %d papers, %v", len(r.papers(t)), err)
	}
}

func TestFind(t *testing.T) {
	r := newRig(t)
	j := specimen(a5)
	find := func(want print.JobState, there bool) {
		t.Helper()
		got, found, err := r.again().printer.Find(t.Context(), j.Title, hashOf(j))
		if got != want || found != there || err != nil {
			t.Errorf("%q, %v, %v; want %q", got, found, err, want)
		}
	}
	find("", false)
	r.dies(goipp.OpSendDocument, true)
	_ = r.printer.Print(t.Context(), j)
	r.set(func(f *fake) { f.drop = nil })
	find(print.JobPrinting, true) // this look moves the fake from pending to processing
	find(print.JobDone, true)
	if _, found, _ := r.printer.Find(t.Context(), j.Title, [32]byte{1}); found {
		t.Error("other bytes were found")
	}
	if err := r.again().printer.Print(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	find(print.JobDone, true)
	if n := len(r.papers(t)); n != 1 {
		t.Errorf("%d papers", n)
	}
}
