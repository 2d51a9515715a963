package keystest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TokenPIN opens every token that MakeTokens makes.
const TokenPIN = "246810"

// Module is the library of a software HSM (Debian package softhsm2); "" where it is not installed.
func Module() string {
	if _, err := exec.LookPath("softhsm2-util"); err != nil {
		return ""
	}
	for _, m := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib64/libsofthsm2.so"} {
		if _, err := os.Stat(m); err == nil {
			return m
		}
	}
	return ""
}

// MakeTokens makes software tokens in dir and points the module there. The module reads its folder once a process, so a
// process makes all its tokens at once, before it opens one.
func MakeTokens(dir string, labels ...string) error {
	conf := filepath.Join(dir, "conf")
	err := errors.Join(os.MkdirAll(filepath.Join(dir, "tokens"), 0o700),
		os.WriteFile(conf, []byte("directories.tokendir = "+filepath.Join(dir, "tokens")+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600),
		os.Setenv("SOFTHSM2_CONF", conf))
	for _, label := range labels {
		if err == nil {
			err = exec.Command("softhsm2-util", "--module", Module(), "--init-token", "--free", "--label", label, "--pin", TokenPIN, "--so-pin", "13579135").Run()
		}
	}
	return err
}

// TokenAddress is the PKCS#11 URI (RFC 7512) of a token that MakeTokens made.
func TokenAddress(label string) string { return "pkcs11:token=" + label + "?module-path=" + Module() }

// Token makes the one token of a test program, gives its address and takes it away on remove. The test is skipped where there
// is no software HSM.
func Token(t *testing.T) (address string, remove func()) {
	t.Helper()
	if Module() == "" {
		t.Skip("softhsm2 (Debian package softhsm2) is not installed: nothing is tried with a token")
	}
	t.Setenv("SOFTHSM2_CONF", "") // put back at the end
	dir := t.TempDir()
	if err := MakeTokens(dir, "SPECIMEN"); err != nil {
		t.Fatal(err)
	}
	return TokenAddress("SPECIMEN"), func() {
		if err := os.RemoveAll(filepath.Join(dir, "tokens")); err != nil {
			t.Fatal(err)
		}
	}
}
