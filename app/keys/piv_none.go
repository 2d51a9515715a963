//go:build !windows && !(cgo && (linux || darwin))

package keys

// newPIV says that this program was built without PC/SC.
func newPIV(string) (Place, error) { return nil, &PlaceError{code: CodePlaceBuilt, kind: KindPIV} }
