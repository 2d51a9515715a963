package station

import (
	"crypto/ecdsa"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/voucher"
	"bangban/print"

	"github.com/emmansun/gmsm/smx509"
)

// The SM suite. Where policy asks for it, the PDF of a voucher or mandate holds two files: the COSE bytes that its code
// says, and a signature over them with SM2 and SM3. The key for it stands beside the voucher key in the vault; it is made at
// the first login that finds policy asking, and certified with the next answer of the institution (a training counter
// certifies its own). Until then papers go out without it, and the counter's health says so: an office that has not
// answered yet stops nobody's work.

func (f dataDir) sm2CSR() string { return f.path("keys", "voucher-sm2.csr") }
func (f dataDir) sm2PEM() string { return f.path("keys", "voucher-sm2.pem") }

// Names of the two files inside a PDF.
const (
	fileCOSE = "voucher.cose"
	fileSM2  = "voucher.cose.p7s"
)

// wantsSM2 tells whether papers are to have the signature.
func (s *Station) wantsSM2() bool { return s.bundle.Policy.SM || s.o.Training && s.sm.order }

// smState is what a station knows of its SM2 key beside what the vault holds.
type smState struct {
	order bool      // a training order asks for it, whatever policy says
	cert  []byte    // DER; nil: none
	asked time.Time // when the institution was last asked for one
}

// smAgain is how long a counter waits before it asks for an SM2 certificate once more: each answer lends a block of serials.
const smAgain = 12 * time.Hour

// smDue tells whether to ask for one now. The caller holds the lock.
func (s *Station) smDue(now time.Time) bool {
	if !s.bundle.Policy.SM || s.smReady() || now.Sub(s.sm.asked) < smAgain {
		return false
	}
	if _, err := os.Stat(s.dir.sm2CSR()); err != nil {
		return false
	}
	s.sm.asked = now
	return true
}

// followSM2 makes the SM2 key where policy asks for one and there is none, at the login that has just opened the vault. What
// fails here keeps nobody from work.
func (s *Station) followSM2(u *keys.Unlocked) {
	if !s.wantsSM2() {
		return
	}
	err := s.vault.AddSM2(u, s.o.Rand)
	if err == nil && s.o.Training {
		err = s.certifySM2()
	} else if err == nil {
		err = s.requestSM2(u)
	}
	if err != nil {
		s.o.Log.Error("station", "op", "sm2", "err", err)
	}
}

// requestSM2 puts the certificate request where Request finds it.
func (s *Station) requestSM2(u *keys.Unlocked) error {
	if s.smReady() {
		return nil
	}
	if b, err := os.ReadFile(s.dir.sm2CSR()); err == nil {
		if r, err := smx509.ParseCertificateRequest(b); err == nil && s.vault.SM2().Equal(r.PublicKey) {
			return nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.writeSM2CSR(s.store.Station(), u.SM2())
}

func (s *Station) writeSM2CSR(station string, key *keys.SM2) error {
	csr, err := institution.SM2CSR(s.o.Rand, station, key)
	if err != nil {
		return err
	}
	return writeFile(s.dir.sm2CSR(), csr, 0o600)
}

// freshSM2 gives a fresh voucher key its SM2 key, where policy asks for one, and writes the request for it.
func (s *Station) freshSM2(station string, policy desk.Policy, key *keys.Fresh) error {
	if !policy.SM {
		return nil
	}
	if err := key.AddSM2(s.o.Rand); err != nil {
		return err
	}
	return s.writeSM2CSR(station, key.SM2())
}

// requestOf makes the request of this counter, with that of its SM2 key where there is one to be certified.
func (s *Station) requestOf(station string, csr []byte, code string) ([]byte, error) {
	sm, err := os.ReadFile(s.dir.sm2CSR())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, s.unreadable(err)
	}
	if err != nil || !s.bundle.Policy.SM {
		sm = nil
	}
	return institution.MakeRequestSM2(s.o.Rand, station, s.identity, csr, sm, code)
}

// takeSM2 keeps the certificate of an answer. smReady tells whether it is of the key in use.
func (s *Station) takeSM2(cert []byte) {
	s.sm.cert = nil
	if cert == nil {
		return
	}
	name, _, err := institution.OpenSM2Certificate(s.bundle.Institution, cert)
	if err == nil && name == s.store.Station() {
		s.sm.cert = cert
	}
}

// smFits tells whether an answer's certificate is of one of the SM2 keys here.
func (s *Station) smFits(a *institution.Answer, d *voucher.Delegation) (code string, err error) {
	if a.SM2 == nil {
		return "", nil
	}
	name, pub, err := institution.OpenSM2Certificate(s.bundle.Institution, a.SM2)
	if err != nil {
		return "answer-foreign", err
	}
	want := s.vault.SM2()
	if !d.Key.Equal(s.vault.Public()) {
		want = s.vault.NextSM2()
	}
	switch {
	case name != s.store.Station():
		return "answer-other-station", nil
	case want == nil || !pub.Equal(want):
		return "answer-other-key", nil
	}
	return "", nil
}

// smReady tells whether papers can have the signature now.
func (s *Station) smReady() bool {
	c, err := smx509.ParseCertificate(s.sm.cert)
	if err != nil {
		return false
	}
	now := s.clock.Time()
	pub, ok := c.PublicKey.(*ecdsa.PublicKey)
	return ok && pub.Equal(s.vault.SM2()) && !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// smPEM is the certificate of the key in use; empty where there is none.
func (s *Station) smPEM() string {
	if !s.smReady() {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.sm.cert}))
}

// certifySM2 has the training institution, whose keys lie beside the counter's, certify the key in the vault for as long as
// the voucher key.
func (s *Station) certifySM2() error {
	s.takeSM2(s.trainingSM2())
	if s.smReady() {
		return nil
	}
	inst, err := institution.Open(s.dir.institution(), institution.Options{Rand: s.o.Rand, Now: s.clock.Time})
	if err != nil {
		return err
	}
	cert, err := inst.SM2Certificate(s.store.Station(), s.vault.SM2(), s.voucherCert.NotBefore, s.voucherCert.NotAfter)
	if err != nil {
		return err
	}
	s.takeSM2(cert)
	return writeFile(s.dir.sm2PEM(), []byte(s.smPEM()), 0o600)
}

// trainingSM2 reads the certificate that certifySM2 wrote; nil: none.
func (s *Station) trainingSM2() []byte {
	b, err := os.ReadFile(s.dir.sm2PEM())
	if block, _ := pem.Decode(b); err == nil && block != nil {
		return block.Bytes
	}
	return nil
}

// smFiles signs what the code of a paper says with SM2 and gives both as files for its PDF; none where policy does not ask
// for it or the key is not certified. The caller holds the lock and has checked that the code is this counter's own.
func (s *Station) smFiles(j flow.Job) ([]print.File, error) {
	if !s.wantsSM2() {
		return nil, nil
	}
	key := s.key.SM2()
	if key == nil || !s.smReady() {
		s.o.Log.Warn("station", "op", "sm2", "err", "no certified SM2 key: a paper goes without")
		return nil, nil
	}
	cose, err := voucher.Decode(j.Text)
	if err != nil {
		return nil, err
	}
	chain := [][]byte{s.sm.cert}
	above, err := chainOf(s.voucherCert, s.bundle.Institution)
	if err != nil {
		return nil, err
	}
	for _, c := range above[1:] {
		chain = append(chain, c.Raw)
	}
	p7, err := print.SignSM2(cose, print.SM2Signer{Key: key, Chain: chain})
	if err != nil {
		return nil, err
	}
	return []print.File{
		{Name: fileCOSE, Type: "application/cose", About: "the signed voucher, as in the code on the page", Relation: print.RelationData, Data: cose},
		{Name: fileSM2, Type: "application/pkcs7-signature", About: "SM2 signature of " + fileCOSE + " (GB/T 35275)", Relation: print.RelationSupplement, Data: p7},
	}, nil
}
