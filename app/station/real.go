package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/people"
	"bangban/app/store"
	"bangban/app/voucher"
	"bangban/cardreader"
)

// CodeAwaits is said by a counter that is set up but whose request the institution has not answered yet.
const CodeAwaits = "station-awaits"

func (f dataDir) root() string       { return f.path("bundle", "root.der") }
func (f dataDir) voucherCSR() string { return f.path("keys", "voucher.csr") }
func (f dataDir) answer() string     { return f.path("keys", "answer.pem") }
func (f dataDir) request() string    { return f.path("keys", "request.pem") }

// openReal opens what station init made. A half-done change of bundle is finished or undone first.
// With Options.Awaiting a counter opens, too, whose request has not been answered: it can only take the answer.
func (s *Station) openReal(ctx context.Context) error {
	if err := s.settleBundle(ctx); err != nil {
		return err
	}
	if err := s.openTrust(); err != nil {
		return err
	}
	if err := s.openShown(); err != nil {
		return err
	}
	var err error
	if s.identity, err = keys.Open(s.dir.identity(), nil); err != nil {
		return s.unreadable(err)
	}
	s.door = people.New[*keys.Unlocked](s.bundle.Bundle, s.store.Attempts(), s.clock.Time, s.o.Now)
	if s.identityCert == nil || s.voucherCert == nil {
		if s.o.Awaiting {
			return nil
		}
		return &desk.Error{Op: "station.open", Code: CodeAwaits, Args: map[string]string{"File": s.dir.request()}}
	}
	if err := s.promise(); err != nil {
		return err
	}
	if err := s.armReal(); err != nil {
		return err
	}
	s.cards, err = s.openCards()
	var c *cardreader.Error
	if !s.o.Tray && errors.As(err, &c) && c.Code() == cardreader.CodeUnsupported {
		return nil // a program built without PC/SC still exports, verifies and shows
	}
	return err
}

// promise lets the voucher key that has a delegation take over: an import that was cut off between the two is finished.
func (s *Station) promise() error {
	if err := s.vault.Promote(s.delegated.Key); err != nil {
		return &desk.Error{Op: "station.open", Code: "data-damaged", Err: fmt.Errorf("station: delegation of another key: %w", err)}
	}
	return nil
}

func (s *Station) unreadable(err error) error {
	if errors.Is(err, keys.ErrPermissions) {
		return err // Open has its sentence
	}
	var place *keys.PlaceError
	if errors.As(err, &place) {
		return desk.Explain("station.open", err)
	}
	return &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": s.o.Dir}, Err: err}
}

// armReal gives the store its keys and serials.
func (s *Station) armReal() error {
	checkpoints, err := journal.NewSigner(s.store.Station(), s.identity)
	if err != nil {
		return err
	}
	s.statusURI = institution.StatusURI(s.bundle.Issuer, s.store.Station())
	s.store.SetKeys(s.sealer(), checkpoints)
	s.store.SetBlock(store.Block{First: s.delegated.First, Last: s.delegated.Last}, s.statusURI)
	return nil
}

// openShown reads what a station says of itself from a folder that another process may have open. On a real counter whose
// request has not been answered certificates and delegation are absent.
func (s *Station) openShown() (err error) {
	if s.vault, err = keys.OpenVault(s.dir.vault()); err != nil {
		return s.unreadable(err)
	}
	s.delegated = &voucher.Delegation{Station: s.store.Station(), Issuer: s.bundle.Issuer}
	a, err := s.answer()
	if errors.Is(err, fs.ErrNotExist) && !s.o.Training {
		return nil
	}
	if err != nil {
		return s.unreadable(err)
	}
	inst, err := voucher.ParseInstitution(s.bundle.Institution)
	if err != nil {
		return err
	}
	d, err := voucher.OpenDelegation(a.Delegation, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil {
		return &desk.Error{Op: "station.open", Code: "data-damaged", Err: err}
	}
	s.delegation, s.delegated, s.voucherCert, s.identityCert = a.Delegation, d, a.Voucher, a.Identity
	s.takeSM2(a.SM2)
	s.store.SetBlock(store.Block{First: d.First, Last: d.Last}, "")
	return nil
}

// answer reads what the institution answered last. A real counter keeps it as one file, so that delegation and
// certificates change together; a training one is given them apart.
func (s *Station) answer() (*institution.Answer, error) {
	if !s.o.Training {
		file, err := os.ReadFile(s.dir.answer())
		if err != nil {
			return nil, err
		}
		return institution.DecodeAnswer(file)
	}
	var a institution.Answer
	var errs [3]error
	a.Voucher, errs[0] = readCertificate(s.dir.voucherPEM())
	a.Identity, errs[1] = readCertificate(s.dir.identityPEM())
	a.Delegation, errs[2] = os.ReadFile(s.dir.delegation())
	a.SM2 = s.trainingSM2()
	return &a, errors.Join(errs[:]...)
}

// belongs tells whether a certificate is of a key.
func belongs(c *x509.Certificate, key any) bool {
	pub, ok := key.(*ecdsa.PublicKey)
	return ok && pub.Equal(c.PublicKey)
}
