package flow_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// A failed T1 leaves no paper and no mark, and the same visit can try again with a new Yes.
func TestIssueFails(t *testing.T) {
	boom := errors.New("flowtest: disk gone")
	for _, tc := range []struct {
		name string
		fail func(*flowtest.Fakes, bool)
		code string
		step flow.Step
	}{
		{"before the draft", func(f *flowtest.Fakes, on bool) { f.Commit.Fail("begin", when(on, boom)) }, desk.CodeInternal, flow.Agree},
		{"after the draft", func(f *flowtest.Fakes, on bool) { f.Commit.Fail("issue", when(on, boom)) }, desk.CodeInternal, flow.Agree},
		{"key locked", func(f *flowtest.Fakes, on bool) { f.Signer.Fail(when(on, &desk.Error{Code: "key-locked"})) }, "key-locked", flow.Agree},
		{"read-back", func(f *flowtest.Fakes, on bool) { f.Press.Fail(when(on, &desk.Error{Code: "read-back"}), nil) }, "read-back", flow.Agree},
		{"too large", func(f *flowtest.Fakes, on bool) { f.Press.Fail(when(on, &desk.Error{Code: "code-too-large"}), nil) }, "code-too-large", flow.Choose},
	} {
		t.Run(tc.name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.toAgree()
				tc.fail(w.f, true)
				w.ok(w.m.SayYes())
				s := w.problem(tc.step, tc.code)
				if s.Answer != desk.Unanswered || s.Serial != "" || s.Preview != nil {
					t.Fatal("something of the failed voucher is left")
				}
				if w.count("print") != 0 || w.count("mark") != 0 || w.count("commit") != 0 || len(w.f.Commit.Rows()) != 0 {
					t.Fatalf("a failed voucher left %q", w.f.Calls())
				}
				w.unwipedIsDocumentOnly()
				tc.fail(w.f, false)
				if tc.step == flow.Choose {
					w.ok(w.m.Choose("train-ticket", "demo-rail"))
				}
				w.refused(w.m.HandedOver(), flow.CodeKeyNotNow)
				w.ok(w.m.SayYes())
				if s := w.at(flow.HandOver); s.Serial != "T01-000001" {
					t.Fatalf("serial %s: the failed one was used up", s.Serial)
				}
			})
		})
	}
}

func when(on bool, err error) error {
	if on {
		return err
	}
	return nil
}

// unwipedIsDocumentOnly wants paper and records of a failed draft to be wiped while the document waits for a new Yes.
func (w *walk) unwipedIsDocumentOnly() {
	w.t.Helper()
	d := flowtest.Passport()
	documents := 1 + len(d.Raw)
	for i, b := range w.f.Aliases() {
		if i >= documents && !blank(b) {
			w.t.Fatalf("slice %d of a failed draft was not wiped", i)
		}
		if i < documents && blank(b) {
			w.t.Fatal("the document was wiped although the visit goes on")
		}
	}
}

func TestNameThatCannotBePrinted(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAgree()
		w.f.Press.Fail(&desk.Error{Code: "glyph-missing", Args: map[string]string{"CodePoint": "U+31350"}}, nil)
		w.ok(w.m.SayYes())
		if s := w.problem(flow.Trouble, "glyph-missing"); s.Problem.Args["CodePoint"] != "U+31350" {
			t.Fatal("the code point is not told")
		}
		w.refused(w.m.Same(), "glyph-missing")
		w.wiped()
		w.ok(w.m.Next())
		w.at(flow.Ready)
	})
}

// Random bytes are the ground of everything: without them nothing is read or signed.
func TestNoRandomness(t *testing.T) {
	driveWith(t, flow.Options{}, func(f *flowtest.Fakes) { f.Rand = broken{} }, func(w *walk) {
		w.put(passport())
		w.problem(flow.Trouble, desk.CodeInternal)
		w.calls()
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("flowtest: no randomness") }

// The end of Run wipes whatever is open, and a machine runs once.
func TestRunWipesAtItsEnd(t *testing.T) {
	for _, far := range []func(*walk){(*walk).toCompare, (*walk).toAgree, (*walk).toHandOver, (*walk).toPrintFault} {
		synctest.Test(t, func(t *testing.T) {
			w := &walk{t: t, f: flowtest.New()}
			ctx, cancel := context.WithCancel(t.Context())
			w.m = flow.New(w.f.Ports(), flow.Options{})
			done := make(chan error, 1)
			go func() { done <- w.m.Run(ctx) }()
			w.settle()
			w.ok(w.m.Login(flowtest.Clerk()))
			far(w)
			if err := w.m.Run(ctx); !errors.Is(err, flow.ErrRunning) {
				t.Fatalf("a second Run: %v", err)
			}
			if slices.ContainsFunc(w.f.Aliases(), func(b []byte) bool { return !blank(b) }) == false {
				t.Fatal("nothing to wipe: the test shows nothing")
			}
			cancel()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			w.wiped()
			w.nobody(w.at(flow.Locked))
			w.ok(w.m.Login(flowtest.Clerk()))
			w.put(passport())
			w.at(flow.Ready) // nothing begins any more
		})
	}
}
