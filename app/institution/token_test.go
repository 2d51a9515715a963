//go:build cgo

package institution_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/keys/keystest"
)

// TestRootInToken makes an institution whose root lies in a token and whose back-office keys are sealed by it.
func TestRootInToken(t *testing.T) {
	address, remove := keystest.Token(t)
	o := institution.Options{Name: desk.Text{"zh-Hans": "SPECIMEN", "en": "SPECIMEN"}, Issuer: "https://specimen.example/id", Rand: rand.Reader,
		Now: time.Now, Passphrase: []byte("correct horse SPECIMEN"), Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1},
		Root: address, Holders: address, TokenPIN: []byte(keystest.TokenPIN)}
	at := filepath.Join(t.TempDir(), "inst")
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
	remove()
	var place *keys.PlaceError
	if err := i.Rotate(institution.RoleBundle); !errors.As(err, &place) || place.Code() != keys.CodePlaceGone {
		t.Fatalf("without the token: %v", err)
	}
	if _, err := keys.OpenHolder(filepath.Join(at, "holder-1.key"), o.Passphrase); !errors.As(err, &place) {
		t.Fatalf("a back-office key without the token: %v", err)
	}
}
