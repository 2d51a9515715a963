//go:build amd64 || arm64

package station

import "syscall"

func load(path string) (uintptr, error) {
	h, err := syscall.LoadLibrary(path)
	return uintptr(h), err
}
