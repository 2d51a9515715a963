//go:build !linux

package station

import (
	"os"
	"os/exec"
)

// contain and sweep have nothing to add to what os/exec does: the process is ended when its time is over.
func contain(*exec.Cmd) {}

func sweep(*exec.Cmd) {}

// jail keeps nothing away here but what the parent's bounds do: time, and the size of the answer.
func jail(out *os.File) (*os.File, error) { return out, nil }
