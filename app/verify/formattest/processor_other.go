//go:build !unix

package formattest

import "time"

// processorTime is the time of day where the process's own cannot be asked: right on a machine that does nothing else.
func processorTime() time.Duration {
	return time.Duration(time.Now().UnixNano())
}
