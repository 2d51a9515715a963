//go:build !linux && !darwin

package station

// NoCore does nothing here: this system writes no core files by itself.
func NoCore() {}
