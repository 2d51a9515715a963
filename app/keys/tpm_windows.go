package keys

import (
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/windowstpm"
)

// openTPM opens the TPM through the TPM Base Services; there is only one.
func openTPM(string) (transport.TPMCloser, error) { return windowstpm.Open() }
