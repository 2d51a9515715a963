package trust

import (
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// maxBeside bounds the certificates that may come beside a signer's.
const maxBeside = 16

// JudgeSigner takes the check issuer for the certificate of a signed document: a way to a certificate held here, or to
// the root of an institution. beside came with the document and is not trusted; what cannot be read of it is left out.
// The signer is nil where the check did not pass.
func (s *Store) JudgeSigner(leaf *cms.Certificate, beside []*cms.Certificate, at time.Time, usage string) (*Signer, check.Check) {
	if len(beside) > maxBeside {
		return nil, check.Fail(CheckIssuer, check.Structure, "too many certificates")
	}
	chain, issuer := s.judge(append([]*cms.Certificate{leaf}, beside...), Claim{At: at, Usage: usage})
	switch {
	case issuer.Verdict == check.Passed:
		return s.signer(leaf, s.of(leaf).name, chain), issuer
	case issuer.Reason != check.UnknownIssuer || s == nil:
		return nil, issuer
	}
	for _, i := range s.institutions {
		root, err := cms.ParseCertificate(i.Root.Raw)
		if err != nil {
			continue
		}
		known := beside
		for _, c := range i.Issuing {
			if p, err := cms.ParseCertificate(c.Raw); err == nil {
				known = append(known[:len(known):len(known)], p)
			}
		}
		chain, err := cms.NewPool([]*cms.Certificate{root}).Chain(leaf, cms.ChainOptions{At: at, Intermediates: known, ExtKeyUsage: usage})
		if err != nil && cms.ReasonOf(err) == cms.UnknownIssuer {
			continue
		}
		if err != nil {
			return nil, refused(err, leaf.String())
		}
		snap := s.institutionSnapshot(i.Name)
		if !at.IsZero() && snap.TooOld(at, s.maxAge[snap.Kind]) {
			return nil, check.Unsure(CheckIssuer, check.ListTooOld, snap.Label())
		}
		return &Signer{Name: leaf.String(), Rests: snap, Certificate: leaf, chain: chain, named: "institution " + i.Name}, check.Pass(CheckIssuer, "institution "+i.Name)
	}
	return nil, issuer
}

func (s *Store) institutionSnapshot(name string) Snapshot {
	for _, snap := range s.snapshots {
		if snap.Kind == KindInstitution && snap.Name == name {
			return snap
		}
	}
	return Snapshot{Kind: KindInstitution, Name: name}
}
