// Command bangbanctl is the counter at a terminal: the same flows as the window, for scripts, tests and administrators.
//
// Flags stand anywhere, before the command or after its operands. --training, --data DIR, --json and --version are
// understood by every command. Exit codes: 0 done; 2 wrong usage; 1 anything else that failed; verify and voucher open
// also 3 Failed and 4 Indeterminate; card read also 3 where a check failed. Errors go to standard error: what happened,
// then what to do.
//
// It contains no window. Built without cgo it works everywhere, then without PC/SC on Linux and macOS; on Linux it is then a
// static program that also loads no decoder of portraits.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"bangban/app/station"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == station.PhotoHelperArg { // one portrait, and nothing else
		os.Exit(station.PhotoHelper(os.Args[1:], os.Stdin, os.Stdout))
	}
	station.NoCore()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
