package keys

import (
	"crypto/ecdsa"
	"encoding/hex"
	"os"
	"testing"
)

// TestScalarForResidue writes down the scalar of a training counter's voucher key, which the program itself never does, so that
// packaging/residue.sh can look for it in the memory of the running counter. It does nothing unless it is asked to.
func TestScalarForResidue(t *testing.T) {
	vault, pin, to := os.Getenv("BANGBAN_VAULT"), os.Getenv("BANGBAN_VAULT_PIN"), os.Getenv("BANGBAN_SCALAR")
	if vault == "" || to == "" {
		t.Skip("no counter's memory is looked into")
	}
	v, err := OpenVault(vault)
	if err != nil {
		t.Fatal(err)
	}
	u := unlock(t, v, "01", pin)
	defer u.Lock()
	scalar := make([]byte, scalarSize)
	//lint:ignore SA1019 the very words in memory are looked for
	u.key.(*File).key.(*ecdsa.PrivateKey).D.FillBytes(scalar)
	if err := os.WriteFile(to, []byte(hex.EncodeToString(scalar)), 0o600); err != nil {
		t.Fatal(err)
	}
}
