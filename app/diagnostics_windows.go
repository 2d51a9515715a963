package app

import (
	"log/slog"
	"strings"

	"golang.org/x/sys/windows/svc/eventlog"
)

// eventSource is the name in the Event Log; the installer registers it, with the message file of eventcreate, which takes
// the numbers 1 to 1000.
const (
	eventSource = "Bangban"
	eventNumber = 1
)

// systemLog writes warnings and errors to the Event Log, one event a line; nil where it cannot be opened.
func systemLog() slog.Handler {
	to, err := eventlog.Open(eventSource)
	if err != nil {
		return nil
	}
	return slog.NewTextHandler(events{to}, &slog.HandlerOptions{Level: slog.LevelWarn})
}

type events struct{ to *eventlog.Log }

// Write implements io.Writer for one line.
func (e events) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.Contains(text, "level=ERROR") {
		return len(line), e.to.Error(eventNumber, text)
	}
	return len(line), e.to.Warning(eventNumber, text)
}
