//go:build unix

package formattest

import (
	"syscall"
	"time"
)

// ProcessorTime is what this process has used of the processor.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
