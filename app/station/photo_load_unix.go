//go:build (linux && cgo && (amd64 || arm64 || loong64)) || (darwin && (amd64 || arm64))

package station

import "github.com/ebitengine/purego"

func load(path string) (uintptr, error) {
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}
