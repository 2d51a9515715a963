//go:build (linux && cgo && (amd64 || arm64 || loong64)) || (darwin && (amd64 || arm64)) || (windows && (amd64 || arm64))

package station

import (
	"fmt"

	"github.com/ebitengine/purego"

	"bangban/app/desk"
)

// decoderBuilt tells whether this program can load a library.
const decoderBuilt = true

// callMemory calls int symbol(const unsigned char *wlt, unsigned char *out, int type). What it returns differs from
// library to library and is not looked at: the picture is.
func callMemory(c desk.PhotoDecoder, wlt, out []byte) (err error) {
	var f func(wlt, out *byte, kind int32) int32
	if err := bind(c, &f); err != nil {
		return err
	}
	f(&wlt[0], &out[0], c.Type)
	return nil
}

// callFile calls int symbol(const char *path, int type), which writes a picture.
func callFile(c desk.PhotoDecoder, path string) error {
	var f func(path string, kind int32) int32
	if err := bind(c, &f); err != nil {
		return err
	}
	f(path, c.Type)
	return nil
}

// bind makes f the library's function.
func bind(c desk.PhotoDecoder, f any) (err error) {
	defer func() { // purego panics where a symbol is missing or a signature cannot be made
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDecoderLibrary, p)
		}
	}()
	handle, err := load(c.Library)
	if err != nil {
		return fmt.Errorf("%w: %w", errDecoderLibrary, err)
	}
	symbol := c.Symbol
	if symbol == "" {
		symbol = "unpack"
	}
	purego.RegisterLibFunc(f, handle, symbol)
	return nil
}
