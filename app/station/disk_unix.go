//go:build linux || darwin

package station

import "golang.org/x/sys/unix"

// diskFree gives the bytes that this user may still write where dir lies.
func diskFree(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}
