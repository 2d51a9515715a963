package institution

import (
	"os"

	"golang.org/x/sys/windows"
)

// waitLock waits until the lock on f is ours.
func waitLock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped))
}
