package bundle

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Anchor is what the counter knows of its institution: the root certificate (DER), or, before the first acceptance,
// its fingerprint as typed.
type Anchor struct {
	Root        []byte
	Fingerprint string
}

// Opened is a bundle whose signature has been checked, and the root under which it was.
type Opened struct {
	*Bundle
	Root *x509.Certificate
	Sum  [32]byte // SHA-256 of the body
}

// Open gives the bundle in file once everything in it has been checked against the anchor. It does not look at the
// time. Errors: ErrFormat, ErrTooLarge, ErrNewer, ErrNoAnchor, ErrForeign, ErrFingerprint, *GroupError,
// ErrUncertified, ErrUnsigned, ErrContent.
func Open(file []byte, a Anchor) (*Opened, error) {
	o, root, st, err := unseal(Magic, file, a)
	if err != nil {
		return nil, err
	}
	b, err := decodeBody(o.Body)
	if err != nil {
		return nil, err
	}
	// The note's text is rebuilt from what was decoded: what it says is what the bundle says.
	if err := o.sameNote(b.Issuer, b.Version); err != nil {
		return nil, err
	}
	if root.URIs[0].String() != b.Issuer {
		return nil, fmt.Errorf("%w: the root has another name", ErrForeign)
	}
	if !st.covers(RoleBundle, st.Key, b.Issuer, b.MadeAt) {
		return nil, fmt.Errorf("%w: bundle key", ErrUncertified)
	}
	if err := b.validate(root); err != nil {
		return nil, err
	}
	return &Opened{b, root, sha256.Sum256(o.Body)}, nil
}

// unseal checks everything of a file but its body: the root, the root's word for the key, the key's for the body.
func unseal(magic string, file []byte, a Anchor) (*outer, *x509.Certificate, *Statement, error) {
	o, err := parseOuter(magic, file)
	if err != nil {
		return nil, nil, nil, err
	}
	root, err := openRoot(o.Root)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := a.matches(root); err != nil {
		return nil, nil, nil, err
	}
	st, err := OpenStatement(o.Statement, root)
	if err != nil {
		return nil, nil, nil, err
	}
	return o, root, st, openNote(o, st)
}

// openRoot reads the root certificate of a file.
func openRoot(der []byte) (*x509.Certificate, error) {
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%w: root: %w", ErrFormat, err)
	}
	pub, ok := root.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() || !root.IsCA || len(root.URIs) != 1 || root.CheckSignatureFrom(root) != nil {
		return nil, fmt.Errorf("%w: the root is not one", ErrFormat)
	}
	return root, nil
}

func (a Anchor) matches(root *x509.Certificate) error {
	switch {
	case a.Root != nil:
		if !bytes.Equal(a.Root, root.Raw) {
			return ErrForeign
		}
	case a.Fingerprint != "":
		same, err := sameFingerprint(a.Fingerprint, root)
		if err != nil {
			return err
		}
		if !same {
			return ErrFingerprint
		}
	default:
		return ErrNoAnchor
	}
	return nil
}

// openNote checks the note against the key of the statement.
func openNote(o *outer, st *Statement) error {
	if st.Role != RoleBundle {
		return fmt.Errorf("%w: the statement is for another use", ErrUncertified)
	}
	v, err := note.NewVerifier(string(st.Key))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUncertified, err)
	}
	n, err := note.Open(o.Note, note.VerifierList(v))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	// One signature, in one spelling: base64 lets the last bits of a line differ.
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return fmt.Errorf("%w: other signatures than one", ErrUnsigned)
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil {
		return fmt.Errorf("%w: base64", ErrUnsigned)
	}
	var head struct {
		magic, iss, sum string
		version         uint64
	}
	if _, err := fmt.Sscanf(n.Text, "%s\n%s\n%d\n%s\n", &head.magic, &head.iss, &head.version, &head.sum); err != nil ||
		n.Text != noteText(o.Magic, head.iss, head.version, o.Body) {
		return fmt.Errorf("%w: the note is for another body", ErrUnsigned)
	}
	return nil
}

// sameNote checks that the signed head names the body's own issuer and version.
func (o *outer) sameNote(iss string, version uint64) error {
	text, _, found := bytes.Cut(o.Note, []byte("\n\n"))
	if !found || string(text)+"\n" != noteText(o.Magic, iss, version, o.Body) {
		return fmt.Errorf("%w: the note names another bundle", ErrUnsigned)
	}
	return nil
}

// certified checks that every receipt and back-office key has the root's word on the day the bundle was made.
func (b *Bundle) certified(root *x509.Certificate) error {
	var sts []*Statement
	for _, raw := range b.Statements {
		st, err := OpenStatement(raw, root)
		if err != nil {
			return err
		}
		sts = append(sts, st)
	}
	for _, k := range b.ReceiptKeys {
		if !covered(sts, RoleReceipt, []byte(k), b.Issuer, b.MadeAt) {
			return fmt.Errorf("%w: receipt key", ErrUncertified)
		}
	}
	for _, h := range b.BackOffice {
		if !covered(sts, RoleBackOffice, h.Public, b.Issuer, b.MadeAt) {
			return fmt.Errorf("%w: back-office key", ErrUncertified)
		}
	}
	for _, h := range b.Intake {
		if !covered(sts, RoleIntake, h.Public, b.Issuer, b.MadeAt) {
			return fmt.Errorf("%w: intake key", ErrUncertified)
		}
	}
	return nil
}

func covered(sts []*Statement, role string, key []byte, iss string, at time.Time) bool {
	for _, st := range sts {
		if st.covers(role, key, iss, at) {
			return true
		}
	}
	return false
}

// firstPEM gives the DER of the first block of institution.pem.
func firstPEM(data []byte) []byte {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil
	}
	return block.Bytes
}
