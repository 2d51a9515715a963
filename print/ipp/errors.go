package ipp

import (
	"errors"
	"fmt"
	"strings"

	"bangban/print"

	"github.com/OpenPrinting/goipp"
)

// Sentinels of this package.
var (
	ErrUnreachable = errors.New("ipp: server not reached")
	ErrAnswer      = errors.New("ipp: answer not understood")
	ErrJobGone     = errors.New("ipp: job unknown to the queue")
	ErrPatience    = errors.New("ipp: nothing moves")
)

// StatusError is an answer of the server that refuses an operation.
type StatusError struct {
	Op     goipp.Op
	Status goipp.Status
}

func (e *StatusError) Error() string { return fmt.Sprintf("ipp: %v: %v", e.Op, e.Status) }

func is(err error, statuses ...goipp.Status) bool {
	var s *StatusError
	if !errors.As(err, &s) {
		return false
	}
	for _, want := range statuses {
		if s.Status == want {
			return true
		}
	}
	return false
}

// fail makes an error with a code of package print.
func (p *Printer) fail(code string, cause error) *print.Error {
	return print.NewError(code, cause, map[string]string{"Printer": p.name})
}

// coded gives an error of the server its code.
func (p *Printer) coded(err error) error {
	if err == nil {
		return nil
	}
	code := print.CodeFailed
	var coded interface{ Code() string }
	switch {
	case errors.As(err, &coded):
		return err
	case errors.Is(err, ErrUnreachable):
		code = print.CodeUnreachable
		if strings.HasPrefix(p.path, queues) {
			code = print.CodeServiceOff
		}
	case is(err, goipp.StatusErrorNotAcceptingJobs, goipp.StatusErrorPrinterIsDeactivated):
		code = print.CodeRejected
	case is(err, goipp.StatusErrorBusy, goipp.StatusErrorTooManyJobs):
		code = print.CodeBusy
	case is(err, goipp.StatusErrorNotFound, goipp.StatusErrorGone):
		code = print.CodeMissing
	case is(err, goipp.StatusErrorForbidden, goipp.StatusErrorNotAuthenticated, goipp.StatusErrorNotAuthorized):
		code = print.CodeForbidden
	case is(err, goipp.StatusErrorDocumentFormatNotSupported, goipp.StatusErrorAttributesOrValues,
		goipp.StatusErrorConflicting, goipp.StatusErrorRequestEntity):
		code = print.CodeRefused
	}
	return p.fail(code, err)
}
