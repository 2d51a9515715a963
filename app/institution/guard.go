package institution

import (
	"fmt"
	"os"
)

const fileLock = "lock"

// guard makes whoever changes the folder wait for whoever does so now, in this process or another. The kernel gives
// the lock back when a process ends, however it ends.
func (i *Institution) guard() (release func(), err error) {
	i.mu.Lock()
	f, err := os.OpenFile(i.path(fileLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		if err = waitLock(f); err != nil {
			f.Close()
		}
	}
	if err != nil {
		i.mu.Unlock()
		return nil, fmt.Errorf("institution: lock: %w", err)
	}
	return func() {
		f.Close()
		i.mu.Unlock()
	}, nil
}
