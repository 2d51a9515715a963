//go:build !unix

package station

// mayOpen knows no rights of ports here.
func mayOpen(string) error { return nil }
