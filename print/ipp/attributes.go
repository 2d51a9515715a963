package ipp

import (
	"slices"
	"strings"

	"bangban/print"

	"github.com/OpenPrinting/goipp"
)

// values gives the values of the first attribute of a name, nil where there is none.
func values(attrs goipp.Attributes, name string) goipp.Values {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}

// words gives the strings of an attribute, of whichever string type, at most 500 of them.
func words(attrs goipp.Attributes, name string) (all []string) {
	for _, v := range values(attrs, name) {
		switch s := v.V.(type) {
		case goipp.String:
			all = append(all, string(s))
		case goipp.TextWithLang:
			all = append(all, s.Text)
		}
		if len(all) == 500 {
			break
		}
	}
	return all
}

func text(attrs goipp.Attributes, name string) string {
	if w := words(attrs, name); len(w) > 0 {
		return w[0]
	}
	return ""
}

func number(attrs goipp.Attributes, name string) (int, bool) {
	for _, v := range values(attrs, name) {
		switch n := v.V.(type) {
		case goipp.Integer:
			return int(n), true
		case goipp.Range:
			return n.Upper, true
		}
	}
	return 0, false
}

func yes(attrs goipp.Attributes, name string) bool {
	for _, v := range values(attrs, name) {
		if b, ok := v.V.(goipp.Boolean); ok {
			return bool(b)
		}
	}
	return false
}

// States of a job (RFC 8011 §5.3.7).
const (
	jobPending    = 3
	jobHeld       = 4
	jobProcessing = 5
	jobStopped    = 6
	jobCanceled   = 7
	jobAborted    = 8
	jobCompleted  = 9
)

// jobInfo is what the server says of a job.
type jobInfo struct {
	id, state   int
	name        string
	reasons     []string
	documents   int // -1: it does not say
	impressions int
	message     string
	preserved   bool
}

func (j jobInfo) ended() bool { return j.state >= jobCanceled }

// empty tells whether the job waits for a document that was never, or not wholly, sent.
func (j jobInfo) empty() bool {
	if j.ended() {
		return false
	}
	if j.documents >= 0 {
		return j.documents == 0
	}
	return j.state <= jobHeld && slices.ContainsFunc(j.reasons, func(r string) bool {
		return r == "job-incoming" || r == "job-data-insufficient" || strings.HasPrefix(r, "job-hold-until")
	})
}

var jobAttributes = []string{"job-id", "job-name", "job-state", "job-state-reasons", "number-of-documents",
	"job-impressions-completed", "job-printer-state-message", "job-preserved"}

func readJob(attrs goipp.Attributes) jobInfo {
	j := jobInfo{name: text(attrs, "job-name"), reasons: words(attrs, "job-state-reasons"), documents: -1,
		message: text(attrs, "job-printer-state-message"), preserved: yes(attrs, "job-preserved")}
	j.id, _ = number(attrs, "job-id")
	j.state, _ = number(attrs, "job-state")
	j.impressions, _ = number(attrs, "job-impressions-completed")
	if n, ok := number(attrs, "number-of-documents"); ok {
		j.documents = n
	}
	return j
}

// States of a printer (RFC 8011 §5.4.11).
const (
	printerIdle    = 3
	printerWorking = 4
	printerStopped = 5
)

// printerInfo is what the server says of a printer.
type printerInfo struct {
	state   int
	reasons []string
	refuses bool
	queued  int
	can     print.Capabilities
}

var printerAttributes = []string{"printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "queued-job-count",
	"document-format-supported", "media-supported", "sides-supported", "copies-supported", "print-scaling-supported"}

func readPrinter(attrs goipp.Attributes) printerInfo {
	p := printerInfo{reasons: words(attrs, "printer-state-reasons"), can: print.Capabilities{
		Formats: words(attrs, "document-format-supported"), Media: words(attrs, "media-supported"),
		Sides: words(attrs, "sides-supported"), Unscaled: slices.Contains(words(attrs, "print-scaling-supported"), "none"),
	}}
	p.state, _ = number(attrs, "printer-state")
	p.queued, _ = number(attrs, "queued-job-count")
	p.can.MaxCopies, _ = number(attrs, "copies-supported")
	p.refuses = values(attrs, "printer-is-accepting-jobs") != nil && !yes(attrs, "printer-is-accepting-jobs")
	return p
}

// severity of a reason (RFC 8011 §5.4.12).
type severity int

const (
	report  severity = iota
	waiting          // every job begins like that
	warning
	serious
)

// meanings of reasons, in the order in which they are told: what hands can mend comes first.
func meanings() [][2]string {
	return [][2]string{
		{"media-jam", print.CodeJam}, {"media-empty", print.CodePaperOut}, {"media-needed", print.CodePaperOut},
		{"input-tray-missing", print.CodePaperOut}, {"cover-open", print.CodeCoverOpen}, {"door-open", print.CodeCoverOpen},
		{"interlock-open", print.CodeCoverOpen}, {"toner-empty", print.CodeInkOut}, {"marker-supply-empty", print.CodeInkOut},
		{"marker-ink-empty", print.CodeInkOut}, {"output-area-full", print.CodeFault}, {"shutdown", print.CodeUnreachable},
		{"offline", print.CodeUnreachable}, {"timed-out", print.CodeUnreachable}, {"connecting-to-device", print.CodeUnreachable},
		{"paused", print.CodePaused}, {"moving-to-paused", print.CodePaused}, {"stopped-partly", print.CodePaused},
	}
}

// trouble tells the worst that a printer says of itself, "" where all is well.
func (p printerInfo) trouble() (code string, how severity) {
	for _, m := range meanings() {
		for _, r := range p.reasons {
			s := weight(r)
			if m[0] == "connecting-to-device" {
				s = waiting
			}
			if stem(r) == m[0] && s > how {
				code, how = m[1], s
			}
		}
	}
	if p.state == printerStopped && how < serious {
		code, how = print.CodePaused, serious
		if !slices.Contains(p.reasons, "paused") && len(p.reasons) > 0 && p.reasons[0] != "none" {
			code = print.CodeFault
		}
	}
	return code, how
}

func stem(reason string) string {
	for _, suffix := range []string{"-error", "-warning", "-report"} {
		if s, ok := strings.CutSuffix(reason, suffix); ok {
			return s
		}
	}
	return reason
}

func weight(reason string) severity {
	switch {
	case strings.HasSuffix(reason, "-report"):
		return report
	case strings.HasSuffix(reason, "-warning"):
		return warning
	}
	return serious
}
