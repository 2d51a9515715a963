//go:build !linux && !windows

package keys

import (
	"errors"

	"github.com/google/go-tpm/tpm2/transport"
)

// openTPM: this system has no TPM that programs can use.
func openTPM(string) (transport.TPMCloser, error) { return nil, errors.ErrUnsupported }
