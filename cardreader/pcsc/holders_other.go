//go:build windows || (cgo && !linux)

package pcsc

// others knows no way to name them here.
func others() []string { return nil }
