//go:build !cgo

package keys

import "io"

// newPKCS11 says that a module, which is C, cannot be called by a program that was built without cgo.
func newPKCS11(uri) (Place, error) { return nil, &PlaceError{code: CodePlaceBuilt, kind: KindPKCS11} }

func sealIn(uri, []byte, string, []byte, []byte, []byte) ([]byte, error) {
	return nil, &PlaceError{code: CodePlaceBuilt, kind: KindPKCS11}
}

func unsealIn(uri, []byte, []byte, []byte, []byte) ([]byte, error) {
	return nil, &PlaceError{code: CodePlaceBuilt, kind: KindPKCS11}
}

func makeExchange(uri, io.Reader, string, []byte) (ref, public []byte, err error) {
	return nil, nil, &PlaceError{code: CodePlaceBuilt, kind: KindPKCS11}
}

func exchangeIn(uri, []byte, []byte, []byte) ([]byte, error) {
	return nil, &PlaceError{code: CodePlaceBuilt, kind: KindPKCS11}
}
