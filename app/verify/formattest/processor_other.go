//go:build !unix

package formattest

import "time"

// ProcessorTime is the time of day where the process's own cannot be asked: right on a machine that does nothing else.
func ProcessorTime() time.Duration {
	return time.Duration(time.Now().UnixNano())
}
