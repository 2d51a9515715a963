//go:build !windows

package app

import (
	"context"
	"os/exec"
	"time"

	"bangban/app/flow"
)

// monitors asks the X server; none where nobody can say.
func monitors(ctx context.Context) []flow.Monitor {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "xrandr", "--listmonitors").Output()
	if err != nil {
		return nil
	}
	return monitorsOf(string(out))
}
