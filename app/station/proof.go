package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/store"
)

// ProveReceipt gives the proof that the record with this receipt number is in the journal, to be handed to somebody who
// asks. It tells nothing of any other act.
func (s *Station) ProveReceipt(ctx context.Context, receipt string) ([]byte, error) {
	proof, err := s.store.ProveParcel(ctx, receipt)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &desk.Error{Op: "journal.proof", Code: "receipt-unknown", Err: err}
	case errors.Is(err, store.ErrNoCheckpoint):
		return nil, &desk.Error{Op: "journal.proof", Code: "receipt-early", Err: err}
	}
	return proof, err
}

// Known makes verifiers of a station's identity certificates in PEM, for somebody who checks elsewhere.
func Known(identities []byte) (note.Verifiers, error) {
	var list []note.Verifier
	for rest := identities; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if pub, ok := c.PublicKey.(*ecdsa.PublicKey); ok {
			if v, err := journal.NewVerifier(c.Subject.CommonName, pub); err == nil {
				list = append(list, v)
			}
		}
	}
	if len(list) == 0 {
		return nil, &desk.Error{Op: "journal.verify", Code: "identity-none"}
	}
	return note.VerifierList(list...), nil
}

// Identities is what Known needs of this station.
func (s *Station) Identities() []byte { return []byte(pemOf(s.identityCert)) }

// VerifyExport verifies a journal that was exported, with nothing but the station's identity, and compares it with older,
// a checkpoint from elsewhere; nil: none.
func VerifyExport(export io.Reader, older []byte, known note.Verifiers) (*journal.Report, error) {
	r, err := journal.Verify(export, older, known, nil)
	if err != nil {
		return nil, &desk.Error{Op: "journal.verify", Code: "journal-broken", Err: err}
	}
	return r, nil
}

// CheckProof decides whether a proof of ProveReceipt holds.
func CheckProof(proof []byte, known note.Verifiers) (*journal.Proven, error) {
	p, err := journal.CheckProof(proof, known)
	if err != nil {
		return nil, &desk.Error{Op: "journal.verify", Code: "journal-broken", Err: err}
	}
	return p, nil
}
