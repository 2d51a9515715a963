package bundle

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// Signing is what it takes to sign a bundle.
type Signing struct {
	Root      *x509.Certificate
	Key       note.Signer // Ed25519; its name is the institution
	Statement []byte      // the root's word for Key
}

// Sign makes the file of a bundle. What no counter could open is not signed.
func Sign(b *Bundle, s Signing) ([]byte, error) {
	body, err := encMode.Marshal(b)
	if err != nil {
		return nil, err
	}
	file, err := seal(Magic, b.Issuer, b.Version, body, s)
	if err != nil {
		return nil, err
	}
	if _, err := Open(file, Anchor{Root: s.Root.Raw}); err != nil {
		return nil, err
	}
	return file, nil
}

// seal signs a body and makes the file.
func seal(magic, iss string, version uint64, body []byte, s Signing) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: noteText(magic, iss, version, body)}, s.Key)
	if err != nil {
		return nil, fmt.Errorf("bundle: sign: %w", err)
	}
	return encMode.Marshal(outer{Magic: magic, Root: s.Root.Raw, Statement: s.Statement, Note: signed, Body: body})
}

// noteText is what the bundle key signs.
func noteText(magic, iss string, version uint64, body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf("%s\n%s\n%d\n%s\n", magic, iss, version, base64.StdEncoding.EncodeToString(sum[:]))
}
