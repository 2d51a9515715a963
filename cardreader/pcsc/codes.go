//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/ebfe/scard"

	"bangban/cardreader"
)

// What Windows drivers return besides SCARD codes (libpcsc-cpp SCardCall.hpp): the system codes of winerror.h.
const (
	winBadCommand   scard.Error = 22
	winGenFailure   scard.Error = 31
	winSemTimeout   scard.Error = 121
	winNoMedia      scard.Error = 1112
	winIODevice     scard.Error = 1117
	winNotConnected scard.Error = 1167
)

// wrap makes the *cardreader.Error of what a call returned. op is for the log.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	code := codeOf(err)
	var args map[string]string
	if code == cardreader.CodeReaderBusy {
		args = map[string]string{"Program": strings.Join(others(), ", ")}
	}
	return cardreader.NewError(code, fmt.Errorf("pcsc: %s: %w", op, err), args)
}

func codeOf(err error) string {
	var e scard.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return cardreader.CodeCancelled
	case errors.Is(err, ErrReset), errors.Is(err, ErrOccupied):
		return cardreader.CodeReaderBusy
	case errors.Is(err, ErrDenied):
		return CodeDenied
	case errors.Is(err, ErrMismatch):
		return CodeMismatch
	case errors.Is(err, ErrDeadline):
		return cardreader.CodeTimeout
	case errors.Is(err, ErrClosed):
		return cardreader.CodePulled
	case !errors.As(err, &e):
		return cardreader.CodeFaulty
	}
	switch e {
	case scard.ErrNoSmartcard, winNoMedia:
		return cardreader.CodeNoCard
	case scard.ErrRemovedCard:
		return cardreader.CodePulled
	case scard.ErrUnknownReader, scard.ErrReaderUnavailable, scard.ErrNoReadersAvailable, winNotConnected:
		return cardreader.CodeNoReader
	case scard.ErrSharingViolation, scard.ErrResetCard, scard.ErrServerTooBusy:
		return cardreader.CodeReaderBusy
	case scard.ErrTimeout, winSemTimeout:
		return cardreader.CodeTimeout
	case scard.ErrUnsupportedFeature, scard.ErrReaderUnsupported:
		return cardreader.CodeUnsupported
	case scard.ErrCancelled, scard.ErrCancelledByUser:
		return cardreader.CodeCancelled
	}
	if serviceGone(e) {
		return cardreader.CodeServiceOff
	}
	return cardreader.CodeFaulty
}

// serviceGone tells that the service, not a card, is the trouble. Windows also reports trouble between reader and card
// as SCARD_F_COMM_ERROR; pcsc-lite means the socket to pcscd.
func serviceGone(err error) bool {
	var e scard.Error
	if !errors.As(err, &e) {
		return errors.Is(err, ErrDeadline)
	}
	switch e {
	case scard.ErrNoService, scard.ErrServiceStopped, scard.ErrInvalidHandle, scard.ErrShutdown, scard.ErrSystemCancelled,
		scard.ErrSecurityViolation: // polkit refuses this user, PCSC#229
		return true
	case scard.ErrCommError, scard.ErrInternalError:
		return runtime.GOOS != "windows"
	}
	return false
}

// unclear tells that a command failed in a way in which both a pulled and a faulty card do.
func unclear(err error) bool {
	var e scard.Error
	if errors.Is(err, ErrNoAnswer) {
		return true
	}
	if !errors.As(err, &e) {
		return false
	}
	switch e {
	case scard.ErrNotTransacted, scard.ErrCommDataLost, scard.ErrCommError, scard.ErrUnresponsiveCard, scard.ErrUnpoweredCard,
		winBadCommand, winGenFailure, winIODevice:
		return true
	}
	return false
}
