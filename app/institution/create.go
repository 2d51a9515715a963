package institution

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bangban/app/bundle"
	"bangban/app/keys"
)

// Lives of the keys (design §4).
const (
	rootYears    = 10
	issuingYears = 1
	receiptLife  = 90 * 24 * time.Hour
	yearLife     = 365 * 24 * time.Hour
)

// HalfMade ends the name of a folder that Create has not finished; one that a power cut left is made again.
const HalfMade = ".half-made"

// Create makes an institution in a folder that must not exist yet, with all its keys.
func Create(dir string, o Options) (*Institution, error) {
	if err := checkName(o.Name, o.Issuer, o.Training); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(dir); err == nil {
		return nil, ErrExists
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// The folder is made beside its place and renamed: it is there whole or not at all.
	half := dir + HalfMade
	if err := os.RemoveAll(half); err != nil {
		return nil, err
	}
	if err := fill(&Institution{dir: half, o: o}); err != nil {
		os.RemoveAll(half)
		return nil, err
	}
	if err := os.Rename(half, dir); err != nil {
		os.RemoveAll(half)
		return nil, err
	}
	if err := keys.SyncDir(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	return Open(dir, o)
}

// fill makes everything that a folder holds.
func fill(i *Institution) error {
	for _, d := range []string{i.dir, i.path(dirRegister), i.path(dirIssued)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if err := writeJSON(i.path(fileMeta), meta{1, i.o.Name, i.o.Issuer, i.o.Training}); err != nil {
		return err
	}
	root, err := i.makeRoot()
	if err != nil {
		return err
	}
	defer root.Close()
	if i.root, err = i.selfSign(root); err != nil {
		return err
	}
	if err := i.addIssuing(root); err != nil {
		return err
	}
	for _, role := range []string{bundle.RoleBundle, bundle.RoleReceipt, bundle.RoleIntake, roleHolder, roleHolder} {
		if err := i.addKey(root, role); err != nil {
			return fmt.Errorf("institution: %s: %w", role, err)
		}
	}
	return nil
}

// addIssuing makes the next issuing key and certificate and puts it into institution.pem.
func (i *Institution) addIssuing(root keys.Key) error {
	path := i.path(numbered("issuing", len(i.issuing)+1) + ".key")
	if err := removeUnused(path); err != nil {
		return err
	}
	key, err := keys.CreateFile(path, i.o.Rand, keys.P256, i.o.keyOptions())
	if err != nil {
		return err
	}
	defer key.Close()
	cert, err := i.signIssuing(root, key)
	if err != nil {
		return err
	}
	next := append(i.issuing[:len(i.issuing):len(i.issuing)], cert)
	all := append([]*certificate{i.root}, next...)
	if err := keys.WriteFile(i.path(filePEM), encodeCertificates(all...), 0o644); err != nil {
		return err
	}
	i.issuing = next
	return nil
}

// addKey makes the next key of a role with the root's statement for it.
func (i *Institution) addKey(root keys.Key, role string) error {
	name := numbered(role, i.last(role, ".statement")+1)
	text, err := i.makeKey(role, name)
	if err != nil {
		return err
	}
	now := i.o.Now()
	life := yearLife
	if role == bundle.RoleReceipt {
		life = receiptLife
	}
	st := bundle.Statement{Role: statementRole(role), Key: text, Issuer: i.o.Issuer, NotBefore: now, NotAfter: now.Add(life)}
	raw, err := st.Encode(root)
	if err != nil {
		return err
	}
	// The statement is written last: a key without one does not count, and is made again.
	return keys.WriteFile(i.path(name+".statement"), raw, 0o644)
}

const roleHolder = "holder"

func statementRole(role string) string {
	if role == roleHolder {
		return bundle.RoleBackOffice
	}
	return role
}

// makeKey writes a fresh key file and gives what the statement names: note verifier key or public key.
func (i *Institution) makeKey(role, name string) ([]byte, error) {
	path := i.path(name + ".key")
	if err := removeUnused(path); err != nil {
		return nil, err
	}
	if role == roleHolder || role == bundle.RoleIntake {
		h, err := i.makeHolder(role, path)
		if err != nil {
			return nil, err
		}
		return h.Public(), nil
	}
	key, err := keys.CreateFile(path, i.o.Rand, keys.Ed25519, i.o.keyOptions())
	if err != nil {
		return nil, err
	}
	defer key.Close()
	_, vkey, err := keys.NoteSigner(i.noteName(role), key)
	return []byte(vkey), err
}

// makeRoot makes the root key in its file, or in the token that the file then names.
func (i *Institution) makeRoot() (keys.Key, error) {
	path := i.path("root.key")
	if i.o.Root == "" {
		return keys.CreateFile(path, i.o.Rand, keys.P256, i.o.keyOptions())
	}
	return keys.CreateToken(path, i.o.Rand, keys.Token{Address: i.o.Root, Label: "bangban root", PIN: i.o.TokenPIN}, i.o.keyOptions())
}

// makeHolder makes a back-office key where they lie and in the suite that policy asks for, or an intake key, which is
// always X-Wing in a file: it goes to the gateway.
func (i *Institution) makeHolder(role, path string) (*keys.HolderKey, error) {
	if role == bundle.RoleIntake {
		return keys.CreateHolder(path, keys.SuiteXWing, i.o.Rand, i.o.keyOptions())
	}
	suite, err := i.suite()
	if err != nil {
		return nil, err
	}
	if i.o.Holders == "" {
		return keys.CreateHolder(path, suite, i.o.Rand, i.o.keyOptions())
	}
	return keys.CreateHolderToken(path, suite, i.o.Rand, keys.Token{Address: i.o.Holders, Label: "bangban back office", PIN: i.o.TokenPIN}, i.o.keyOptions())
}

// suite is what back-office keys are made in: what was asked for, else what is in use, else X-Wing.
func (i *Institution) suite() (string, error) {
	if i.o.Suite != "" {
		return i.o.Suite, nil
	}
	n := i.last(roleHolder, ".statement")
	if n == 0 {
		return keys.SuiteXWing, nil
	}
	st, _, err := i.statement(roleHolder, n)
	if err != nil {
		return "", err
	}
	return keys.SuiteOf(st.Key), nil
}

// noteName is how a key signs notes: bundles as the institution itself, receipts as its gateway.
func (i *Institution) noteName(role string) string {
	if role == bundle.RoleBundle {
		return i.o.Issuer
	}
	return i.o.Issuer + "/" + role
}

// removeUnused takes away a key that a power cut left without certificate or statement: nobody has used it.
func removeUnused(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
