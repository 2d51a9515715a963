//go:build windows

package station

import "golang.org/x/sys/windows"

// diskFree gives the bytes that this user may still write where dir lies.
func diskFree(dir string) (free uint64, err error) {
	p, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
	return free, err
}
