//go:build !windows

package app

import "log/slog"

// systemLog is the system's own log; journald has standard error already.
func systemLog() slog.Handler { return nil }
