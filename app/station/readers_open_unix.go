//go:build unix

package station

import "golang.org/x/sys/unix"

// mayOpen tells whether this user may read and write a device, without opening it: opening a serial port moves its lines.
func mayOpen(path string) error { return unix.Access(path, unix.R_OK|unix.W_OK) }
