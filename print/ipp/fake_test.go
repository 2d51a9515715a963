package ipp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/print/ipp"

	"github.com/OpenPrinting/goipp"
)

// clock is a clock that waiting moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// fakeJob is a job of the fake.
type fakeJob struct {
	id, state int
	name      string
	doc       []byte
	docs      int
	attrs     map[string]string
	purged    bool
}

// fake is a small IPP server: one queue that prints a job after it was looked at twice.
type fake struct {
	mu        sync.Mutex
	jobs      []*fakeJob
	state     int
	reasons   []string
	rejecting bool
	keeps     bool // the document stays after the end, and purge is refused
	bare      bool // does not say number-of-documents
	media     []string

	// at is called before an operation is carried out, after it is called when it is done. What it gives back is answered.
	at   func(f *fake, op goipp.Op, j *fakeJob) (goipp.Status, bool)
	drop func(op goipp.Op, done bool) bool // hang up, before or after
}

func newFake() *fake { return &fake{state: 3} }

func (f *fake) serve(t *testing.T) (address string) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m goipp.Message
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	rest := bytes.NewReader(body)
	if err := m.Decode(rest); err != nil {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	doc, _ := io.ReadAll(rest)
	op := goipp.Op(m.Code)
	answer := f.take(op, &m, doc)
	if answer == nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", goipp.ContentType)
	_ = answer.Encode(w)
}

// take answers a request, or hangs up before or after it was carried out.
func (f *fake) take(op goipp.Op, m *goipp.Message, doc []byte) *goipp.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.drop != nil && f.drop(op, false) {
		return nil
	}
	answer := f.answer(op, m, doc)
	if f.drop != nil && f.drop(op, true) {
		return nil
	}
	return answer
}

// set changes the fake between two prints.
func (f *fake) set(change func(f *fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func attr(m *goipp.Message, name string) string {
	for _, g := range []goipp.Attributes{m.Operation, m.Job} {
		for _, a := range g {
			if a.Name == name {
				return a.Values[0].V.String()
			}
		}
	}
	return ""
}

func (f *fake) find(m *goipp.Message) *fakeJob {
	for _, j := range f.jobs {
		if goipp.Integer(j.id).String() == attr(m, "job-id") && !j.purged {
			return j
		}
	}
	return nil
}

func (f *fake) answer(op goipp.Op, m *goipp.Message, doc []byte) *goipp.Message {
	j := f.find(m)
	status := goipp.StatusOk
	if f.at != nil {
		if s, stop := f.at(f, op, j); stop {
			return goipp.NewResponse(goipp.DefaultVersion, s, m.RequestID)
		}
	}
	answer := goipp.NewResponse(goipp.DefaultVersion, status, m.RequestID)
	no := func(s goipp.Status) *goipp.Message { return goipp.NewResponse(goipp.DefaultVersion, s, m.RequestID) }
	switch op {
	case goipp.OpCupsGetPrinters:
		for _, n := range []string{"hall", "second"} {
			var g goipp.Group
			g.Tag = goipp.TagPrinterGroup
			g.Add(goipp.MakeAttr("printer-name", goipp.TagName, goipp.String(n)))
			answer.Groups.Add(g)
		}
		// Message encodes Groups when it has any, and the operation attributes with them.
		answer.Groups = append(goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: answer.Operation}}, answer.Groups...)
	case goipp.OpGetPrinterAttributes:
		f.printer(answer)
	case goipp.OpCreateJob:
		if f.rejecting {
			return no(goipp.StatusErrorNotAcceptingJobs)
		}
		j = f.create(m)
		answer.Job.Add(goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(j.id)))
	case goipp.OpSendDocument:
		if j == nil {
			return no(goipp.StatusErrorNotFound)
		}
		if j.state > 6 {
			return no(goipp.StatusErrorNotPossible)
		}
		j.doc, j.docs, j.state = doc, 1, 3
	case goipp.OpCancelJob:
		switch {
		case j == nil:
			return no(goipp.StatusErrorNotFound)
		case attr(m, "purge-job") == "true":
			if f.keeps {
				return no(goipp.StatusErrorForbidden)
			}
			j.purged = true
		case j.state > 6:
			return no(goipp.StatusErrorNotPossible)
		default:
			j.state = 7
		}
	case goipp.OpGetJobAttributes:
		if j == nil {
			return no(goipp.StatusErrorNotFound)
		}
		f.advance(j)
		f.job(&answer.Job, j)
	case goipp.OpGetJobs:
		answer.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: answer.Operation}}
		for _, j := range f.jobs {
			if (j.state > 6) == (attr(m, "which-jobs") == "completed") && !j.purged {
				g := goipp.Group{Tag: goipp.TagJobGroup}
				f.job(&g.Attrs, j)
				answer.Groups.Add(g)
			}
		}
	}
	return answer
}

func (f *fake) create(m *goipp.Message) *fakeJob {
	j := &fakeJob{id: len(f.jobs) + 1, state: 4, name: attr(m, "job-name"), attrs: map[string]string{}}
	for _, a := range m.Job {
		j.attrs[a.Name] = a.Values[0].V.String()
	}
	f.jobs = append(f.jobs, j)
	return j
}

// advance moves a job on that has its document and that nothing holds.
func (f *fake) advance(j *fakeJob) {
	switch {
	case j.docs == 0 || f.state == 5 || f.holds():
	case j.state == 3:
		j.state = 5
	case j.state == 5:
		j.state = 9
	}
}

// holds tells whether a reason keeps jobs where they are.
func (f *fake) holds() bool {
	for _, r := range f.reasons {
		if r != "none" && !strings.HasSuffix(r, "-report") {
			return true
		}
	}
	return false
}

func (f *fake) printer(answer *goipp.Message) {
	add := func(name string, tag goipp.Tag, vs ...goipp.Value) {
		if len(vs) > 0 {
			answer.Printer.Add(goipp.MakeAttr(name, tag, vs[0], vs[1:]...))
		}
	}
	var reasons, media []goipp.Value
	for _, r := range f.reasons {
		reasons = append(reasons, goipp.String(r))
	}
	if reasons == nil {
		reasons = []goipp.Value{goipp.String("none")}
	}
	for _, r := range f.media {
		media = append(media, goipp.String(r))
	}
	add("printer-state", goipp.TagEnum, goipp.Integer(f.state))
	add("printer-state-reasons", goipp.TagKeyword, reasons...)
	add("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(!f.rejecting))
	add("document-format-supported", goipp.TagMimeType, goipp.String("application/octet-stream"), goipp.String("application/pdf"))
	add("media-supported", goipp.TagKeyword, media...)
	add("sides-supported", goipp.TagKeyword, goipp.String("one-sided"))
	add("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 99})
	add("print-scaling-supported", goipp.TagKeyword, goipp.String("auto"), goipp.String("none"))
}

func (f *fake) job(to *goipp.Attributes, j *fakeJob) {
	to.Add(goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(j.id)))
	to.Add(goipp.MakeAttr("job-name", goipp.TagName, goipp.String(j.name)))
	to.Add(goipp.MakeAttr("job-state", goipp.TagEnum, goipp.Integer(j.state)))
	reason := "none"
	if j.docs == 0 {
		reason = "job-incoming"
	}
	to.Add(goipp.MakeAttr("job-state-reasons", goipp.TagKeyword, goipp.String(reason)))
	if !f.bare {
		to.Add(goipp.MakeAttr("number-of-documents", goipp.TagInteger, goipp.Integer(j.docs)))
	}
	to.Add(goipp.MakeAttr("job-preserved", goipp.TagBoolean, goipp.Boolean(f.keeps)))
}

// papers are the documents of completed jobs.
func (f *fake) papers(*testing.T) (all [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, j := range f.jobs {
		if j.state == 9 {
			all = append(all, j.doc)
		}
	}
	return all
}

// rig is the fake, a service in front of it and what the service remembers.
type rig struct {
	*fake
	service *ipp.Service
	printer *ipp.Printer
	config  ipp.Config
}

func newRig(t *testing.T) *rig {
	t.Helper()
	f := newFake()
	return rigOn(f, ipp.Config{Address: f.serve(t), Clock: &clock{now: time.Unix(0, 0)}, Memory: &notes{}})
}

func rigOn(f *fake, c ipp.Config) *rig {
	s := ipp.New(c)
	return &rig{f, s, s.Queue("hall"), c}
}

// again is a process that starts after the one before has died: same printer, same memory, nothing in hand.
func (r *rig) again() *rig { return rigOn(r.fake, r.config) }

// notes is a memory that survives its process.
type notes struct {
	mu   sync.Mutex
	all  []ipp.Entry
	fail error
}

func (n *notes) Intend(_ context.Context, e ipp.Entry) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		return 0, n.fail
	}
	e.Row = int64(len(n.all))
	n.all = append(n.all, e)
	return e.Row, nil
}

func (n *notes) Made(_ context.Context, row int64, job int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[row].Job = job
	return n.fail
}

func (n *notes) Ended(_ context.Context, row int64, end ipp.End) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[row].End = end
	return n.fail
}

func (n *notes) Known(_ context.Context, printer, title string) (known []ipp.Entry, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.all {
		if e.Printer == printer && e.Title == title {
			known = append(known, e)
		}
	}
	return known, n.fail
}
