package trust

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"

	"github.com/emmansun/gmsm/smx509"
)

// CheckRevocation is the name of the check that no certificate of a chain was withdrawn.
const CheckRevocation = "revocation"

// maxCRLs bounds the lists of withdrawn certificates that are held.
const maxCRLs = 2048

// heldCRL is a list of withdrawn certificates (RFC 5280 §5), or the memory of one that was held once.
type heldCRL struct {
	list *cms.CRL
	sm2  *smx509.RevocationList
	snap Snapshot
	gone bool
}

// AddCRL takes a list of withdrawn certificates. Who may have signed it is looked at when a chain is judged, because its
// authority may stand in the chain only; where an authority of its name is held here and none of that name signed it, it
// is refused at once. An older one of the same key than is held is refused with ErrOlder.
func (s *Store) AddCRL(l *cms.CRL, source string) error {
	snap := Snapshot{Kind: KindCRL, Name: crlName(l.Issuer.String(), l.AuthorityKeyID), Source: source, MadeAt: l.ThisUpdate, NotAfter: l.NextUpdate}
	named, signed := false, false
	for _, c := range s.certs {
		if c.Subject.Equal(l.Issuer) {
			named = true
			signed = signed || l.CheckSignatureFrom(c) == nil
		}
	}
	if named && !signed {
		return fmt.Errorf("%w: %s", ErrSignature, snap.Name)
	}
	return s.putCRL(heldCRL{list: l, snap: snap})
}

// addSM2CRL takes a list signed by SM2 with SM3 (GB/T 20518 §5.3). Its authority must be held.
func (s *Store) addSM2CRL(l *smx509.RevocationList, source string) error {
	snap := Snapshot{Kind: KindCRL, Name: crlName(l.Issuer.String(), l.AuthorityKeyId), Source: source, MadeAt: l.ThisUpdate, NotAfter: l.NextUpdate}
	known := false
	for _, c := range s.sm2 {
		if c.full == nil || !bytes.Equal(c.full.RawSubject, l.RawIssuer) {
			continue
		}
		known = true
		if mayList(c.full) && VerifySM2(c.Public, l.RawTBSRevocationList, l.Signature) {
			return s.putCRL(heldCRL{sm2: l, snap: snap})
		}
	}
	if known {
		return fmt.Errorf("%w: %s", ErrSignature, snap.Name)
	}
	return fmt.Errorf("%w: %s", ErrUnknown, snap.Name)
}

func mayList(c *smx509.Certificate) bool {
	return c.KeyUsage == 0 || c.KeyUsage&smx509.KeyUsageCRLSign != 0
}

// crlName calls a list by its issuer's name and the key that signs it: a state with two keys may have two lists.
func crlName(issuer string, key []byte) string {
	if len(key) == 0 {
		return issuer
	}
	return fmt.Sprintf("%s key %x", issuer, key[:min(len(key), 8)])
}

func (s *Store) putCRL(l heldCRL) error {
	for i, old := range s.crls {
		if old.snap.Name != l.snap.Name || (old.sm2 == nil) != (l.sm2 == nil) {
			continue
		}
		if old.snap.MadeAt.After(l.snap.MadeAt) {
			return ErrOlder
		}
		s.crls = slices.Clone(s.crls)
		s.crls[i] = l
		return nil
	}
	if len(s.crls) == maxCRLs {
		return ErrTooLarge
	}
	s.crls = append(s.crls[:len(s.crls):len(s.crls)], l)
	return nil
}

// addCRL tries a file as a list of withdrawn certificates; ours is false where it is none.
func (s *Store) addCRL(file []byte, snap Snapshot) (ours bool, err error) {
	if l, err := cms.ParseCRL(file); err == nil {
		return true, s.AddCRL(l, snap.Source)
	}
	der := file
	if block, _ := pem.Decode(file); block != nil {
		if block.Type != "X509 CRL" {
			return false, nil
		}
		der = block.Bytes
	}
	if l, err := smx509.ParseRevocationList(der); err == nil {
		for _, e := range l.Extensions {
			if e.Critical { // a part of a list, or one of another issuer's certificates
				return true, fmt.Errorf("%w: critical extension %v", ErrUnknownFile, e.Id)
			}
		}
		return true, s.addSM2CRL(l, snap.Source)
	}
	return false, nil
}

// Revocations gives what is held of lists of withdrawn certificates, as package cms asks for it. now is asked at each
// judgement; nil stands for a moment that is not known, and the lists' own dates alone count.
func (s *Store) Revocations(now func() time.Time) cms.Revocations {
	var r cms.Revocations
	if s == nil {
		return r
	}
	gone := map[string]bool{}
	for _, l := range s.crls {
		if l.gone {
			gone[l.snap.Name] = true
		} else if l.list != nil {
			r.Held = append(r.Held, l.list)
		}
	}
	r.TooOld = func(l *cms.CRL) bool {
		return now != nil && (Snapshot{MadeAt: l.ThisUpdate}).TooOld(now(), s.maxAge[KindCRL])
	}
	r.Gone = func(issuer *cms.Certificate) bool {
		return gone[crlName(issuer.Subject.String(), issuer.SubjectKeyID)] || gone[issuer.Subject.String()]
	}
	return r
}

// judgeRevocation takes the check revocation of a chain that was found. ok is false where there is nothing to ask: the
// signer is an anchor itself and on no list.
func (s *Store) judgeRevocation(chain []*cms.Certificate, at time.Time) (c check.Check, ok bool) {
	st := s.anchors().Revocation(chain, s.Revocations(func() time.Time { return at }), at)
	switch {
	case len(chain) < 2 && st.Reason != cms.Revoked:
		return c, false
	case st.Reason == "":
		return check.Pass(CheckRevocation, st.Detail), true
	case st.Reason == cms.Revoked:
		return check.Fail(CheckRevocation, check.Revoked, st.Detail), true
	}
	c = check.Unsure(CheckRevocation, check.Reason(st.Reason), st.Detail)
	c.Optional = st.Optional
	return c, true
}

// listsOf gives the lists of those who issued a chain.
func (s *Store) listsOf(chain []*cms.Certificate) (all []Snapshot) {
	for _, l := range s.crls {
		if l.list != nil && slices.ContainsFunc(chain[:len(chain)-1], func(c *cms.Certificate) bool { return c.Issuer.Equal(l.list.Issuer) }) {
			all = append(all, l.snap)
		}
	}
	return all
}

// JudgeRevocation takes the check revocation for a signer that JudgeSigner found; ok is false where there is nothing to
// ask. When it signed does not matter: a withdrawn signer says so itself, and only a time stamp could contradict it.
func (s *Store) JudgeRevocation(signer *Signer, at time.Time) (c check.Check, ok bool) {
	if s == nil || signer == nil || len(signer.chain) == 0 {
		return c, false
	}
	return s.judgeRevocation(signer.chain, at)
}

// JudgeSM2Revocation takes the check revocation for a certificate of SM2: the list of whoever issued it.
func (s *Store) JudgeSM2Revocation(c *SM2Certificate, at time.Time) check.Check {
	none := check.Unsure(CheckRevocation, check.NoList, "")
	none.Optional = true
	if s == nil || c.full == nil {
		return none
	}
	for _, l := range s.crls {
		if l.gone && l.snap.Name == crlName(c.full.Issuer.String(), c.full.AuthorityKeyId) {
			none = check.Unsure(CheckRevocation, check.ListTooOld, l.snap.Label())
		}
		if l.sm2 == nil || !bytes.Equal(l.sm2.RawIssuer, c.full.RawIssuer) {
			continue
		}
		for _, e := range l.sm2.RevokedCertificateEntries {
			if e.SerialNumber.Cmp(c.full.SerialNumber) == 0 {
				return check.Fail(CheckRevocation, check.Revoked, l.snap.Label())
			}
		}
		switch {
		case at.IsZero():
			return check.Unsure(CheckRevocation, check.ClockUnsure, l.snap.Label())
		case l.snap.TooOld(at, s.maxAge[KindCRL]):
			return check.Unsure(CheckRevocation, check.ListTooOld, l.snap.Label())
		}
		return check.Pass(CheckRevocation, l.snap.Label())
	}
	return none
}
