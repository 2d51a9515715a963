package institution

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/bundle"
	"bangban/app/keys"
)

type versionFile struct {
	Version uint64 `json:"version"`
}

// SignBundle completes a bundle with what only the institution knows (version, names, certificates, keys and the root's
// statements for them; MadeAt where it is not set) and signs it. The version is the next one, or b.Version where that is
// higher; it is used up even where signing fails.
func (i *Institution) SignBundle(b *bundle.Bundle) ([]byte, error) {
	full := *b
	if full.MadeAt.IsZero() {
		full.MadeAt = i.o.Now()
	}
	full.MadeAt, full.NotAfter = seconds(full.MadeAt), seconds(full.NotAfter)
	full.Issuer, full.Name, full.Training, full.Institution = i.o.Issuer, i.o.Name, i.o.Training, i.PEM()
	release, err := i.guard()
	if err != nil {
		return nil, err
	}
	defer release()
	if err := i.addKeys(&full); err != nil {
		return nil, err
	}
	if err := i.addEnrolments(&full); err != nil {
		return nil, err
	}
	if !full.Training { // a training institution has no say in what it is given to trust
		if err := usable(&full); err != nil {
			return nil, err
		}
	}
	key, signing, err := i.bundleSigning(full.MadeAt)
	if err != nil {
		return nil, err
	}
	defer key.Close()
	if full.Version, err = i.nextVersion(full.Version); err != nil {
		return nil, err
	}
	return bundle.Sign(&full, signing)
}

// SignRelease completes what is said about programs (number, name, MadeAt where it is not set) and signs it with the bundle
// key. Bundles and releases are numbered in one row.
func (i *Institution) SignRelease(r *bundle.Release) ([]byte, error) {
	full := *r
	if full.MadeAt.IsZero() {
		full.MadeAt = i.o.Now()
	}
	full.MadeAt, full.NotAfter, full.Issuer = seconds(full.MadeAt), seconds(full.NotAfter), i.o.Issuer
	release, err := i.guard()
	if err != nil {
		return nil, err
	}
	defer release()
	key, signing, err := i.bundleSigning(full.MadeAt)
	if err != nil {
		return nil, err
	}
	defer key.Close()
	if full.Number, err = i.nextVersion(0); err != nil {
		return nil, err
	}
	return bundle.SignRelease(&full, signing)
}

// bundleSigning opens the bundle key in use on a day.
func (i *Institution) bundleSigning(at time.Time) (io.Closer, bundle.Signing, error) {
	n := i.last(bundle.RoleBundle, ".statement")
	st, raw, err := i.statement(bundle.RoleBundle, n)
	if err != nil {
		return nil, bundle.Signing{}, err
	}
	if at.After(st.NotAfter) {
		return nil, bundle.Signing{}, fmt.Errorf("%w: bundle", ErrKeyEnded)
	}
	key, err := i.openKey(numbered(bundle.RoleBundle, n))
	if err != nil {
		return nil, bundle.Signing{}, err
	}
	signer, _, err := keys.NoteSigner(i.noteName(bundle.RoleBundle), key)
	if err != nil {
		return nil, bundle.Signing{}, errors.Join(err, key.Close())
	}
	return key, bundle.Signing{Root: i.root, Key: signer, Statement: raw}, nil
}

// usable refuses a list that no counter could take in.
func usable(b *bundle.Bundle) error {
	_, err := b.Trust()
	return err
}

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func (i *Institution) nextVersion(wanted uint64) (uint64, error) {
	var v versionFile
	if err := readJSON(i.path(fileVersion), &v); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	v.Version = max(v.Version+1, wanted)
	return v.Version, writeJSON(i.path(fileVersion), v)
}

// addKeys puts the receipt keys, the two newest back-office keys and the newest intake key into a bundle, each with its
// statement.
func (i *Institution) addKeys(b *bundle.Bundle) error {
	b.BackOffice, b.Intake, b.ReceiptKeys, b.Statements = nil, nil, nil, nil
	for n := i.last(bundle.RoleReceipt, ".statement"); n > 0 && len(b.ReceiptKeys) < 3; n-- {
		st, raw, err := i.statement(bundle.RoleReceipt, n)
		if err != nil {
			return err
		}
		if !b.MadeAt.After(st.NotAfter) {
			b.ReceiptKeys, b.Statements = append(b.ReceiptKeys, string(st.Key)), append(b.Statements, raw)
		}
	}
	for n := i.last(roleHolder, ".statement"); n > 0 && len(b.BackOffice) < 2; n-- {
		h, raw, err := i.holder(roleHolder, n, b.MadeAt)
		if err != nil {
			return err
		}
		if h != nil && len(b.BackOffice) > 0 && h.Suite != b.BackOffice[0].Suite {
			break // of one suite; what lies further back was rotated away
		}
		if h != nil {
			b.BackOffice, b.Statements = append(b.BackOffice, *h), append(b.Statements, raw)
		}
	}
	if n := i.last(bundle.RoleIntake, ".statement"); n > 0 {
		h, raw, err := i.holder(bundle.RoleIntake, n, b.MadeAt)
		if err != nil {
			return err
		}
		if h != nil {
			b.Intake, b.Statements = append(b.Intake, *h), append(b.Statements, raw)
		}
	}
	if len(b.ReceiptKeys) == 0 || len(b.BackOffice) == 0 {
		return fmt.Errorf("%w: receipt or back office", ErrKeyEnded)
	}
	return nil
}

// holder gives the n-th key of a role with its statement; nil: it has ended.
func (i *Institution) holder(role string, n int, at time.Time) (*bundle.Holder, []byte, error) {
	st, raw, err := i.statement(role, n)
	if err != nil || at.After(st.NotAfter) {
		return nil, nil, err
	}
	return &bundle.Holder{ID: keys.HolderID(st.Key), Suite: keys.SuiteOf(st.Key), Public: st.Key}, raw, nil
}

// statement reads and verifies the root's word for the n-th key of a role.
func (i *Institution) statement(role string, n int) (*bundle.Statement, []byte, error) {
	raw, err := os.ReadFile(i.path(numbered(role, n) + ".statement"))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s", ErrNoKey, numbered(role, n))
	}
	st, err := bundle.OpenStatement(raw, i.root)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if st.Role != statementRole(role) || st.Issuer != i.o.Issuer {
		return nil, nil, fmt.Errorf("%w: statement of %s", ErrFormat, numbered(role, n))
	}
	return st, raw, nil
}

// ReceiptSigner opens the receipt key in use, for the gateway. The process keeps it while it runs.
func (i *Institution) ReceiptSigner() (note.Signer, error) {
	n := i.last(bundle.RoleReceipt, ".statement")
	st, _, err := i.statement(bundle.RoleReceipt, n)
	if err != nil {
		return nil, err
	}
	if i.o.Now().After(st.NotAfter) {
		return nil, fmt.Errorf("%w: receipt", ErrKeyEnded)
	}
	key, err := i.openKey(numbered(bundle.RoleReceipt, n))
	if err != nil {
		return nil, err
	}
	s, vkey, err := keys.NoteSigner(i.noteName(bundle.RoleReceipt), key)
	if err != nil {
		return nil, err
	}
	if vkey != string(st.Key) {
		return nil, fmt.Errorf("%w: receipt key and statement differ", ErrFormat)
	}
	return s, nil
}

// ReceiptKeys gives the note verifier keys of all receipt keys ever in use, newest first.
func (i *Institution) ReceiptKeys() ([]string, error) {
	var vkeys []string
	for n := i.last(bundle.RoleReceipt, ".statement"); n > 0; n-- {
		st, _, err := i.statement(bundle.RoleReceipt, n)
		if err != nil {
			return nil, err
		}
		vkeys = append(vkeys, string(st.Key))
	}
	return vkeys, nil
}

// HolderKeys opens every back-office key that the folder holds, newest first: old parcels need old keys. A folder
// without any gives ErrNoKey.
func (i *Institution) HolderKeys() ([]*keys.HolderKey, error) { return i.openers(roleHolder) }

// IntakeKeys opens every intake key that the folder holds, newest first: they open the outside of what is carried. A
// folder without any gives ErrNoKey.
func (i *Institution) IntakeKeys() ([]*keys.HolderKey, error) { return i.openers(bundle.RoleIntake) }

func (i *Institution) openers(role string) ([]*keys.HolderKey, error) {
	var all []*keys.HolderKey
	for n := i.last(role, ".statement"); n > 0; n-- {
		h, err := keys.OpenHolder(i.path(numbered(role, n)+".key"), i.o.Passphrase)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("institution: %s: %w", numbered(role, n), err)
		}
		all = append(all, h)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, role)
	}
	return all, nil
}
