//go:build unix

package institution

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// waitLock waits until the lock on f is ours.
func waitLock(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
