package station

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"

	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/people"
	"bangban/app/store"
	"bangban/app/voucher"
	"bangban/assets"
	"bangban/cardreader/sim"
)

// openTraining makes what a training station needs on first use and renews it later. A first start that was cut off is
// made again; the kind mark is written last.
func (s *Station) openTraining(ctx context.Context, fresh bool) error {
	if fresh {
		for _, d := range []string{s.dir.institution(), s.dir.path("keys"), s.dir.path("bundle")} {
			if err := os.RemoveAll(d); err != nil {
				return err
			}
		}
	}
	csca, err := trainingCSCA()
	if err != nil {
		return err
	}
	card, err := trainingCard()
	if err != nil {
		return err
	}
	next, err := s.nextSerial(ctx)
	if err != nil {
		return err
	}
	t, err := institution.Training(institution.TrainingOptions{
		Dir: s.dir.institution(), Vault: s.dir.vault(), IdentityKey: s.dir.identity(), Station: TrainingName,
		CSCA: csca, ClerkCard: card, NextSerial: next, Rand: s.o.Rand, Now: s.clock.Time, Cost: s.o.Cost,
	})
	if err != nil {
		return err
	}
	s.vault, s.identity, s.identityCert, s.statusURI = t.Vault, t.Identity, t.IdentityCert, t.StatusURI
	s.delegation, s.delegated, s.voucherCert = t.Delegation, t.Delegated, t.Certificate
	if err := s.keep(t); err != nil {
		return err
	}
	if err := s.use(t.Opened); err != nil {
		return err
	}
	s.door = people.New[*keys.Unlocked](s.bundle.Bundle, s.store.Attempts(), s.clock.Time, s.o.Now)
	if err := os.MkdirAll(s.dir.papers(), 0o700); err != nil {
		return err
	}
	if err := s.arm(ctx, t); err != nil {
		return err
	}
	if fresh {
		return writeFile(s.dir.kind(), []byte(kindTraining+"\n"), 0o600)
	}
	return nil
}

// keep writes what a start without the institution, and somebody who only looks, find in the folder.
func (s *Station) keep(t *institution.TrainingStation) error {
	for path, data := range map[string][]byte{
		s.dir.bundle():      t.Bundle,
		s.dir.root():        t.Institution.Root().Raw,
		s.dir.delegation():  t.Delegation,
		s.dir.voucherPEM():  []byte(pemOf(t.Certificate)),
		s.dir.identityPEM(): []byte(pemOf(t.IdentityCert)),
	} {
		if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
			continue
		}
		if err := writeFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// arm gives the store its keys and serials, and notes what is new.
func (s *Station) arm(ctx context.Context, t *institution.TrainingStation) error {
	checkpoints, err := journal.NewSigner(TrainingName, s.identity)
	if err != nil {
		return err
	}
	s.store.SetKeys(s.sealer(), checkpoints)
	s.store.SetBlock(store.Block{First: s.delegated.First, Last: s.delegated.Last}, s.statusURI)
	if !t.NewBundle {
		return nil
	}
	if err := s.store.Saw(ctx, s.bundle.MadeAt); err != nil {
		return err
	}
	return s.store.Note(ctx, journal.Event{Kind: journal.KindBundle, Number: s.bundle.Version})
}

// nextSerial is the serial after the highest one in the ledger.
func (s *Station) nextSerial(ctx context.Context) (uint64, error) {
	rows, err := s.store.Ledger(ctx)
	if err != nil {
		return 0, err
	}
	var next uint64
	for _, r := range rows {
		_, n, err := voucher.ParseSerial(r.Serial)
		if err != nil {
			return 0, err
		}
		next = max(next, n+1)
	}
	return next, nil
}

// trainingCSCA splits the shipped certificates.
func trainingCSCA() ([][]byte, error) {
	certs, err := x509.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		return nil, err
	}
	var list [][]byte
	for _, c := range certs {
		list = append(list, c.Raw)
	}
	return list, nil
}

// trainingCard is the certificate of the simulated card of clerk 01.
func trainingCard() ([]byte, error) {
	s, err := sim.Load("clerk-token")
	if err != nil || s.PIV == nil {
		return nil, err
	}
	return s.PIV.Keys["9D"].Certificate, nil
}

func pemOf(certs ...*x509.Certificate) string {
	var b strings.Builder
	for _, c := range certs {
		if c != nil {
			b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		}
	}
	return b.String()
}
