package bundle

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/desk"
)

// TrainingPrefix begins the name of every training institution, and of no other.
const TrainingPrefix = "urn:bangban:training:"

// Bounds of the content.
const (
	maxPurposes = 500
	maxRoster   = 2000
	maxLists    = 2000
	maxHolders  = 4
	maxKeys     = 8
	maxSinks    = 8
)

// validate looks at the content of a bundle whose signature has been checked.
func (b *Bundle) validate(root *x509.Certificate) error {
	if err := b.validateHead(root); err != nil {
		return err
	}
	for _, step := range []func() error{b.validatePurposes, b.validateRoster, b.validateCards, b.validateKeys, b.validateLists} {
		if err := step(); err != nil {
			return err
		}
	}
	return b.certified(root)
}

func content(what string) error { return fmt.Errorf("%w: %s", ErrContent, what) }

func (b *Bundle) validateHead(root *x509.Certificate) error {
	switch {
	case b.Version == 0:
		return content("version")
	case !sane(b.MadeAt) || !sane(b.NotAfter) || !b.NotAfter.After(b.MadeAt):
		return content("dates")
	case b.Training != strings.HasPrefix(b.Issuer, TrainingPrefix):
		return ErrTrainingMismatch
	case !bytes.Equal(firstPEM(b.Institution), root.Raw):
		return content("institution.pem does not begin with the root")
	case len(b.Recipients) > maxElements || len(b.Sinks) > maxSinks:
		return content("too many")
	}
	for _, s := range b.Sinks {
		if s.Kind == "" {
			return content("sink without a kind")
		}
	}
	return nil
}

// sane bounds times so that arithmetic on them cannot overflow.
func sane(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 3000 }

func (b *Bundle) validatePurposes() error {
	if len(b.Purposes) > maxPurposes {
		return content("too many purposes")
	}
	known := map[string]bool{}
	for _, r := range b.Recipients {
		if r.ID == "" || known[r.ID] {
			return content("recipient id")
		}
		known[r.ID] = true
	}
	seen := map[string]bool{}
	for _, p := range b.Purposes {
		switch {
		case p.Code == "" || seen[p.Code]:
			return content("purpose code")
		case p.Binding != desk.BindFace && p.Binding != desk.BindDocument && p.Binding != desk.BindNone:
			return content("binding of purpose " + p.Code)
		case p.Life < time.Second || p.Life > 365*24*time.Hour:
			return content("life of purpose " + p.Code)
		}
		for _, r := range p.Recipients {
			if !known[r] {
				return content("recipient of purpose " + p.Code)
			}
		}
		seen[p.Code] = true
	}
	return nil
}

func (b *Bundle) validateRoster() error {
	if len(b.Roster) > maxRoster {
		return content("too many on the roster")
	}
	seen := map[string]bool{}
	for _, m := range b.Roster {
		if n := len(m.Clerk.ID); n == 0 || n > 32 || seen[m.Clerk.ID] {
			return content("id on the roster")
		}
		if len(m.Clerk.Roles) == 0 {
			return content("nobody on the roster is without a role")
		}
		if n := len(m.Enrolment); n != 0 && n != sha256.Size {
			return content("enrolment hash")
		}
		seen[m.Clerk.ID] = true
	}
	return nil
}

// publicSize is the length of a public key of a suite; -1: there is no such suite.
func publicSize(suite string) int {
	switch suite {
	case SuiteXWing:
		return 1216
	case SuiteP256:
		return 65
	}
	return -1
}

func (b *Bundle) validateKeys() error {
	if len(b.BackOffice) == 0 || len(b.BackOffice) > maxHolders || len(b.ReceiptKeys) == 0 || len(b.ReceiptKeys) > maxKeys ||
		len(b.Intake) > maxHolders || len(b.Statements) > 2*maxHolders+maxKeys {
		return content("back-office and receipt keys")
	}
	for _, h := range b.BackOffice {
		sum := sha256.Sum256(h.Public)
		if len(h.Public) != publicSize(h.Suite) || h.Suite != b.BackOffice[0].Suite || !bytes.Equal(h.ID, sum[:8]) {
			return content("back-office key") // one suite: a parcel is sealed to all of them in the same way
		}
	}
	for _, h := range b.Intake {
		sum := sha256.Sum256(h.Public)
		if h.Suite != SuiteXWing || len(h.Public) != publicSize(SuiteXWing) || !bytes.Equal(h.ID, sum[:8]) {
			return content("intake key")
		}
	}
	for _, k := range b.ReceiptKeys {
		if _, err := note.NewVerifier(k); err != nil {
			return content("receipt key")
		}
	}
	return nil
}

func (b *Bundle) validateLists() error {
	if len(b.Lists) > maxLists {
		return content("too many lists")
	}
	for _, l := range b.Lists {
		if l.Kind == "" || len(l.Bytes) == 0 || !sane(l.MadeAt) || !sane(l.NotAfter) {
			return content("list " + l.Kind)
		}
	}
	return nil
}
