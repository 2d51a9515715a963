package vds

// Canonical is canonical.
func Canonical(v any) ([]byte, error) { return canonical(v) }
