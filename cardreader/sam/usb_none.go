//go:build !samusb || !linux || !(amd64 || arm64 || loong64 || riscv64)

package sam

import "fmt"

// usbPort says that this program was built without bulk pipes.
func usbPort(name, _ string) (Port, error) {
	return Port{}, fmt.Errorf("%w: %q: built without USB", ErrPort, name)
}
