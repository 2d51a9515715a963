//go:build !linux

package pcsc

import "context"

// Probe knows nothing here: the service of this system has no front door of its own.
func Probe(context.Context) Service { return Service{} }
