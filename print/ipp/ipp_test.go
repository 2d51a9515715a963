package ipp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/print"
	"bangban/print/ipp"
	"bangban/print/printtest"

	"github.com/OpenPrinting/goipp"
)

func TestContract(t *testing.T) {
	printtest.Device(t, func(t *testing.T) printtest.Setup {
		r := newRig(t)
		return printtest.Setup{Device: r.printer, Papers: r.papers}
	})
}

// TestContractForgetful is the same without a memory.
func TestContractForgetful(t *testing.T) {
	printtest.Device(t, func(t *testing.T) printtest.Setup {
		f := newFake()
		r := rigOn(f, ipp.Config{Address: f.serve(t), Clock: &clock{}})
		return printtest.Setup{Device: r.printer, Papers: r.papers}
	})
}

func specimen(media string) print.Job {
	return print.Job{Title: "T01-000001", Copies: 1,
		PDF: append([]byte("%PDF-1.3\n/MediaBox ["+media+"]\n"), bytes.Repeat([]byte("SPECIMEN "), 10_000)...)}
}

const a5, a4 = "0 0 419.53 595.28", "0 0 595.28 841.89"

// TestStates makes each state of a printer and wants the clerk's code, and nothing left in the queue.
func TestStates(t *testing.T) {
	reason := func(rs ...string) func(*fake) { return func(f *fake) { f.reasons = rs } }
	status := func(op goipp.Op, s goipp.Status) func(*fake) {
		return func(f *fake) {
			f.at = func(_ *fake, is goipp.Op, _ *fakeJob) (goipp.Status, bool) { return s, is == op }
		}
	}
	ends := func(state int) func(*fake) {
		return func(f *fake) {
			f.at = func(_ *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
				if op == goipp.OpGetJobAttributes && j != nil && j.state == 5 {
					j.state = state
				}
				return 0, false
			}
		}
	}
	for name, c := range map[string]struct {
		make func(*fake)
		want string
	}{
		"well":                {func(*fake) {}, ""},
		"a note":              {reason("media-low-report"), ""},
		"no paper":            {begun("media-empty-error"), print.CodePaperOut},
		"no paper, plain":     {begun("media-empty"), print.CodePaperOut},
		"no paper, warning":   {begun("media-empty-warning"), print.CodePaperOut},
		"other paper":         {begun("media-needed"), print.CodePaperOut},
		"jam before paper":    {begun("media-empty-error", "media-jam-error"), print.CodeJam},
		"cover":               {begun("cover-open"), print.CodeCoverOpen},
		"toner":               {begun("toner-empty-error"), print.CodeInkOut},
		"switched off":        {begun("offline"), print.CodeUnreachable},
		"never connects":      {begun("connecting-to-device"), print.CodeUnreachable},
		"unknown word":        {begun("acme-mood-swing"), print.CodeUnreachable},
		"paused before":       {func(f *fake) { f.state, f.reasons = 5, []string{"paused"} }, print.CodePaused},
		"stopped with reason": {func(f *fake) { f.state, f.reasons = 5, []string{"media-jam"} }, print.CodeJam},
		"stopped by a riddle": {func(f *fake) { f.state, f.reasons = 5, []string{"acme-mood-swing"} }, print.CodeFault},
		"rejecting":           {func(f *fake) { f.rejecting = true }, print.CodeRejected},
		"rejecting just now":  {status(goipp.OpCreateJob, goipp.StatusErrorNotAcceptingJobs), print.CodeRejected},
		"busy":                {status(goipp.OpCreateJob, goipp.StatusErrorBusy), print.CodeBusy},
		"forbidden":           {status(goipp.OpCreateJob, goipp.StatusErrorNotAuthorized), print.CodeForbidden},
		"no such printer":     {status(goipp.OpGetPrinterAttributes, goipp.StatusErrorNotFound), print.CodeMissing},
		"no such format":      {status(goipp.OpSendDocument, goipp.StatusErrorDocumentFormatNotSupported), print.CodeRefused},
		"internal error":      {status(goipp.OpCreateJob, goipp.StatusErrorInternal), print.CodeFailed},
		"aborted":             {ends(8), print.CodeAborted},
		"cancelled there":     {ends(7), print.CodeCancelled},
		"forgotten there": {func(f *fake) {
			f.at = func(_ *fake, op goipp.Op, _ *fakeJob) (goipp.Status, bool) {
				return goipp.StatusErrorNotFound, op == goipp.OpGetJobAttributes
			}
		}, print.CodeUnsure},
		"held": {func(f *fake) {
			f.at = func(_ *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
				if op == goipp.OpGetJobAttributes && j != nil && j.docs > 0 && j.state < 7 {
					j.state = 4
				}
				return 0, false
			}
		}, print.CodePaused},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.make(r.fake)
			err := r.printer.Print(t.Context(), specimen(a5))
			if got := printtest.Code(err); got != c.want {
				t.Fatalf("code %q (%v), want %q", got, err, c.want)
			}
			papers := 0
			if c.want == "" {
				papers = 1
			}
			if n := len(r.papers(t)); n != papers {
				t.Errorf("%d papers, want %d", n, papers)
			}
			for _, j := range r.jobs {
				if j.state < 7 && name != "forgotten there" {
					t.Errorf("job %d is left in state %d", j.id, j.state)
				}
			}
		})
	}
}

// begun gives the printer its reasons as soon as a job is at work.
func begun(reasons ...string) func(*fake) {
	return func(f *fake) {
		f.at = func(f *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
			if op == goipp.OpGetPrinterAttributes && len(f.jobs) > 0 && f.jobs[len(f.jobs)-1].state == 5 {
				f.reasons = reasons
			}
			return 0, false
		}
	}
}

// TestRecovers: paper is put in within the grace, and the job goes on by itself.
func TestRecovers(t *testing.T) {
	r := newRig(t)
	looks := 0
	r.at = func(f *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
		if op == goipp.OpGetPrinterAttributes && len(f.jobs) > 0 && f.jobs[0].state == 5 {
			if looks++; looks == 1 {
				f.reasons = []string{"media-empty-error"}
			} else if looks == 4 {
				f.reasons = nil
			}
		}
		return 0, false
	}
	if err := r.printer.Print(t.Context(), specimen(a5)); err != nil || len(r.papers(t)) != 1 {
		t.Errorf("%d papers, %v", len(r.papers(t)), err)
	}
	if looks < 4 {
		t.Errorf("the printer was looked at %d times: it never ran out of paper", looks)
	}
}

// TestStaleReason: CUPS still names the trouble of the job before; a new job may begin all the same.
func TestStaleReason(t *testing.T) {
	r := newRig(t)
	r.reasons = []string{"media-empty-error"}
	r.at = func(f *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
		if op == goipp.OpSendDocument {
			f.reasons = nil
		}
		return 0, false
	}
	if err := errors.Join(r.printer.Ready(t.Context()), r.printer.Print(t.Context(), specimen(a5))); err != nil {
		t.Error(err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s := ipp.New(ipp.Config{Address: address, Clock: &clock{}})
	if got := printtest.Code(s.Queue("hall").Print(t.Context(), specimen(a5))); got != print.CodeServiceOff {
		t.Errorf("no service: %q", got)
	}
	if got := printtest.Code(s.At("net", "/ipp/print").Ready(t.Context())); got != print.CodeUnreachable {
		t.Errorf("no printer: %q", got)
	}
	gone := ipp.New(ipp.Config{Address: "unix:" + filepath.Join(t.TempDir(), "none")})
	if got := printtest.Code(gone.Queue("hall").Ready(t.Context())); got != print.CodeServiceOff {
		t.Errorf("no socket: %q", got)
	}
}

// TestSilent: a server that takes a request and never answers is given up by our own clock.
func TestSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := ipp.New(ipp.Config{Address: l.Addr().String(), Answer: 50 * time.Millisecond}).At("net", "/ipp/print")
	if got := printtest.Code(p.Ready(t.Context())); got != print.CodeUnreachable {
		t.Errorf("%q", got)
	}
}

func TestAttributes(t *testing.T) {
	for box, want := range map[string]string{a5: "iso_a5_148x210mm", a4: "iso_a4_210x297mm", "0 0 841.89 595.28": "iso_a4_210x297mm",
		"0 0 100 100": "", "x": "", "0 0 1 NaN": ""} {
		r := newRig(t)
		r.media = []string{"iso_a4_210x297mm", "iso_a5_148x210mm"}
		j := specimen(box)
		j.Copies = 2
		if err := r.printer.Print(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		got := r.jobs[0]
		if got.name != j.Title || got.attrs["media"] != want || got.attrs["copies"] != "2" || got.attrs["sides"] != "one-sided" ||
			got.attrs["print-scaling"] != "none" || !bytes.Equal(got.doc, j.PDF) {
			t.Errorf("%s: job %q with %v", box, got.name, got.attrs)
		}
	}
	r := newRig(t)
	j := specimen(a4)
	if err := r.printer.Print(t.Context(), j); err != nil || r.jobs[0].attrs["media"] != "" {
		t.Errorf("a printer without that paper: %v, %v", r.jobs[0].attrs, err)
	}
	j.Copies = 20
	can, err := r.printer.Capabilities(t.Context())
	if err != nil || can.MaxCopies != 99 || !can.Unscaled || !slices.Contains(can.Formats, "application/pdf") {
		t.Errorf("capabilities %+v, %v", can, err)
	}
}

func TestPrinters(t *testing.T) {
	all, err := newRig(t).service.Printers(t.Context())
	if err != nil || len(all) != 2 || all[0].Name() != "hall" {
		t.Errorf("%v, %v", all, err)
	}
}

func TestKeeps(t *testing.T) {
	r := newRig(t)
	for _, keeps := range []bool{false, true} {
		r.set(func(f *fake) { f.keeps = keeps })
		if err := r.printer.Print(t.Context(), specimen(a5)); err != nil {
			t.Fatal(err)
		}
		want := ""
		if keeps {
			want = print.CodeKeepsFiles
		}
		if got := printtest.Code(r.printer.Keeps(t.Context())); got != want {
			t.Errorf("keeps %v: %q", keeps, got)
		}
		r.set(func(f *fake) {
			if f.jobs[len(f.jobs)-1].purged == keeps {
				t.Errorf("keeps %v: purged %v", keeps, !keeps)
			}
		})
	}
}

// TestCancelTooLate: the paper came out before the cancel reached the queue, so there is nothing to be told.
func TestCancelTooLate(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.at = func(f *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool) {
		if op == goipp.OpCancelJob && j.state == 5 {
			j.state = 9
		}
		return 0, false
	}
	j := specimen(a5)
	var states []print.JobState
	j.Report = func(s print.JobState) {
		if states = append(states, s); s == print.JobPrinting {
			cancel()
		}
	}
	if err := r.printer.Print(ctx, j); err != nil || !slices.Equal(states, []print.JobState{print.JobQueued, print.JobPrinting, print.JobDone}) {
		t.Errorf("%v, %v", states, err)
	}
}

var errDisk = errors.New("disk full SPECIMEN")

// TestNoMemoryNoPaper: what cannot be noted is not handed over.
func TestNoMemoryNoPaper(t *testing.T) {
	r := newRig(t)
	r.config.Memory.(*notes).fail = errDisk
	err := r.printer.Print(t.Context(), specimen(a5))
	if !errors.Is(err, errDisk) || printtest.Code(err) != print.CodeFailed || len(r.jobs) != 0 {
		t.Errorf("%d jobs, %v", len(r.jobs), err)
	}
}

func TestNoSecretInErrors(t *testing.T) {
	r := newRig(t)
	r.drop = func(op goipp.Op, done bool) bool { return true }
	err := r.printer.Print(t.Context(), specimen(a5))
	if err == nil || strings.Contains(err.Error(), "SPECIMEN") || strings.Contains(err.Error(), "http://") {
		t.Errorf("%v", err)
	}
}

func FuzzAnswer(f *testing.F) {
	server := newFake()
	for _, op := range []goipp.Op{goipp.OpGetPrinterAttributes, goipp.OpGetJobs, goipp.OpCupsGetPrinters, goipp.OpCreateJob} {
		b, err := server.answer(op, goipp.NewRequest(goipp.DefaultVersion, op, 1), nil).EncodeBytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { ipp.ReadAnswer(raw) })
}

func hashOf(j print.Job) [32]byte { return sha256.Sum256(j.PDF) }
