//go:build cgo

package institution_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"
)

// TestRootInToken makes an institution whose root lies in a token and whose back-office keys are sealed by it.
func TestRootInToken(t *testing.T) {
	const module = "/usr/lib/softhsm/libsofthsm2.so"
	tool, err := exec.LookPath("softhsm2-util")
	if _, serr := os.Stat(module); serr != nil || err != nil {
		t.Skip("softhsm2 (Debian package softhsm2) is not installed: no root in a token is tested")
	}
	dir := t.TempDir()
	for _, err := range []error{os.Mkdir(filepath.Join(dir, "tokens"), 0o700),
		os.WriteFile(filepath.Join(dir, "conf"), []byte("directories.tokendir = "+filepath.Join(dir, "tokens")+"\n"), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SOFTHSM2_CONF", filepath.Join(dir, "conf"))
	if out, err := exec.Command(tool, "--module", module, "--init-token", "--free", "--label", "SPECIMEN", "--pin", "246810", "--so-pin", "13579135").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address := "pkcs11:token=SPECIMEN?module-path=" + module
	o := institution.Options{Name: desk.Text{"zh-Hans": "SPECIMEN", "en": "SPECIMEN"}, Issuer: "https://specimen.example/id", Rand: rand.Reader,
		Now: time.Now, Passphrase: []byte("correct horse SPECIMEN"), Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1},
		Root: address, Holders: address, TokenPIN: []byte("246810")}
	at := filepath.Join(dir, "inst")
	if _, err := institution.Create(at, o); err != nil {
		t.Fatal(err)
	}
	o.Root, o.Holders, o.TokenPIN = "", "", nil // the passphrase opens the token from now on
	i, err := institution.Open(at, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Rotate(institution.RoleIssuing, institution.RoleHolder); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(at, "root.key"))
	if err != nil || !bytes.Contains(file, []byte("BANGBAN WRAPPED PRIVATE KEY")) {
		t.Fatal("root.key", err)
	}
	root, err := keys.Open(filepath.Join(at, "root.key"), o.Passphrase)
	if err != nil || root.Kind() != keys.KindPKCS11 {
		t.Fatal(root, err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "tokens")); err != nil {
		t.Fatal(err)
	}
	var place *keys.PlaceError
	if err := i.Rotate(institution.RoleBundle); !errors.As(err, &place) || place.Code() != keys.CodePlaceGone {
		t.Fatalf("without the token: %v", err)
	}
	if _, err := keys.OpenHolder(filepath.Join(at, "holder-1.key"), o.Passphrase); !errors.As(err, &place) {
		t.Fatalf("a back-office key without the token: %v", err)
	}
}
