//go:build !((linux && (amd64 || arm64 || loong64)) || (darwin && (amd64 || arm64)) || (windows && (amd64 || arm64)))

package station

import "bangban/app/desk"

func callMemory(desk.PhotoDecoder, []byte, []byte) error { return errDecoderLibrary }

func callFile(desk.PhotoDecoder, string) error { return errDecoderLibrary }
