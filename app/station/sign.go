package station

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/sheets"
	"bangban/app/voucher"
	"bangban/print"
)

// sign signs a voucher's PDF with the key that the login has opened: the same key, in the same visit, as the voucher in
// its code. The code of the paper must open as a voucher of this serial; nothing else is ever signed.
func (p press) sign(pdf []byte, j flow.Job, first sheets.Language) ([]byte, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == nil {
		return nil, &desk.Error{Op: "paper.sign", Code: "key-locked"}
	}
	if err := p.ours(j); err != nil {
		return nil, err
	}
	chain, err := chainOf(s.voucherCert, s.bundle.Institution)
	if err != nil {
		return nil, err
	}
	at, title := issuedAt(j), "paper.title"
	if j.Mandate != nil {
		title = "paper.mandate.title"
	}
	if at.Before(s.voucherCert.NotBefore) { // a copy of a paper that the key before signed
		at = s.clock.Time()
	}
	files, err := s.smFiles(j)
	if err != nil {
		return nil, err
	}
	return print.SignPDF(pdf, print.PDFSigner{Key: s.key, Chain: chain, At: at, Files: files,
		Reason: first.T(title, nil), Location: s.bundle.Policy.Hall.In(first.Tag), Name: s.delegated.Station})
}

// ours tells whether the code of the paper is the signed voucher that the paper is about.
func (p press) ours(j flow.Job) error {
	inst, err := voucher.ParseInstitution(p.s.bundle.Institution)
	if err != nil {
		return &desk.Error{Op: "paper.sign", Code: "bundle-content", Err: err}
	}
	serial, err := serialOf(j, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err == nil && serial != j.Serial {
		err = errors.New("station: the code is of another serial")
	}
	if err != nil {
		return &desk.Error{Op: "paper.sign", Code: "read-back", Err: err}
	}
	return nil
}

// serialOf opens the code of the paper as what the paper is.
func serialOf(j flow.Job, keys voucher.Keys) (string, error) {
	if j.Mandate != nil {
		m, err := voucher.OpenMandateText(j.Text, keys)
		if err != nil {
			return "", err
		}
		return m.SerialText(), nil
	}
	v, err := voucher.OpenText(j.Text, keys)
	if err != nil {
		return "", err
	}
	return v.Serial(), nil
}

func issuedAt(j flow.Job) time.Time {
	if j.Mandate != nil {
		return j.Mandate.Mandate.IssuedAt
	}
	return j.Voucher.IssuedAt
}

// chainOf puts the certificates from the voucher key up to the root of institution.pem (the root, then those below it).
func chainOf(leaf *x509.Certificate, institution []byte) ([]*x509.Certificate, error) {
	var above []*x509.Certificate
	for block, rest := pem.Decode(institution); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, &desk.Error{Op: "paper.sign", Code: "bundle-content", Err: err}
		}
		above = append(above, c)
	}
	for i, c := range above {
		if i > 0 && leaf.CheckSignatureFrom(c) == nil {
			return []*x509.Certificate{leaf, c, above[0]}, nil
		}
	}
	return nil, &desk.Error{Op: "paper.sign", Code: "bundle-content"}
}
