package print

import (
	"context"
	"regexp"
)

// JobState is how far a job has come.
type JobState string

// The states of a job, in the order in which a device may report them. A job that ends otherwise ends with an error.
const (
	JobQueued   JobState = "queued"
	JobPrinting JobState = "printing"
	JobDone     JobState = "done"
)

// Job is one document on its way to paper.
type Job struct {
	Title  string // the serial; what spool files and queue windows show. Never a name
	PDF    []byte // the caller's; a device neither changes nor keeps it
	Copies int    // at least 1
	Report func(JobState)
}

var titles = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Check says whether any device could take the job: it has bytes, a harmless title and a sane number of copies.
// It fails with CodeRefused.
func (j Job) Check() error {
	if len(j.PDF) == 0 || !titles.MatchString(j.Title) || j.Copies < 1 || j.Copies > 20 {
		return NewError(CodeRefused, nil, nil)
	}
	return nil
}

// Say reports a state if somebody listens.
func (j Job) Say(s JobState) {
	if j.Report != nil {
		j.Report(s)
	}
}

// Device is a way to paper. Its methods may be called by several goroutines.
type Device interface {
	// Name is what the clerk calls it.
	Name() string
	// Ready says why the device could not print now, nil where it could. It changes nothing.
	Ready(ctx context.Context) error
	// Print hands the job over and follows it to its end. It returns nil only when the device says that the paper is out;
	// after an error or the end of ctx nothing of the job is left behind. Errors have a code of this package; the end of ctx
	// is CodeCancelled.
	Print(ctx context.Context, j Job) error
}
