//go:build !linux

package assets

// Rest does nothing here: the system takes what nobody reads without being told.
func Rest() {}
