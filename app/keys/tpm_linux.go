package keys

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
)

// socketPatience is how long an emulator may take for one operation; it serves one program at a time.
const socketPatience = 30 * time.Second

// openTPM opens the TPM through the kernel's resource manager, or the Unix socket of an emulator.
func openTPM(path string) (transport.TPMCloser, error) {
	if path == "" {
		path = "/dev/tpmrm0"
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		conn, err := net.Dial("unix", path)
		if err != nil {
			return nil, bare(err)
		}
		if err := conn.SetDeadline(time.Now().Add(socketPatience)); err != nil {
			return nil, errors.Join(bare(err), conn.Close())
		}
		return transport.FromReadWriteCloser(conn), nil
	}
	t, err := linuxtpm.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	return t, nil
}
