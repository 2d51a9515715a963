//go:build !((linux && cgo && (amd64 || arm64 || loong64)) || (darwin && (amd64 || arm64)) || (windows && (amd64 || arm64)))

package station

import "bangban/app/desk"

// decoderBuilt: on Linux a program built without C stands alone, as servers want it, and loads no libraries.
const decoderBuilt = false

func callMemory(desk.PhotoDecoder, []byte, []byte) error { return errDecoderLibrary }

func callFile(desk.PhotoDecoder, string) error { return errDecoderLibrary }
