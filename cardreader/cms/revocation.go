package cms

import (
	"slices"
	"time"
)

// Revocations is what is held of lists of withdrawn certificates. The zero value holds none.
type Revocations struct {
	Held     []*CRL
	TooOld   func(*CRL) bool                // over-age by policy, whatever the list says; nil: never
	Gone     func(issuer *Certificate) bool // a list of this issuer was held once; nil: no
	Demanded func(issuer *Certificate) bool // policy wants a list of this issuer; nil: no
}

// RevocationStatus is what the lists say of a chain. Reason is "" where none of it is withdrawn; Revoked, where some is;
// else why that cannot be told. Detail names the list, or the issuer where there is none.
type RevocationStatus struct {
	Reason   Reason
	Detail   string
	Optional bool // NoList, where policy does not demand one
}

// Revocation looks up every certificate of a chain that Chain found. Whoever is listed is withdrawn, also by a list that
// is over-age: that is for good, but for certificates on hold, of which the newest list decides. When a signature was made
// does not matter: a withdrawn signer says so itself.
//
// A state keeps one list for all its keys, signed by the newest (ICAO Doc 9303-12 §7.1.4): any anchor of the issuer's name
// may have signed it that is allowed to and was valid then.
func (p *Pool) Revocation(chain []*Certificate, held Revocations, at time.Time) RevocationStatus {
	var first *RevocationStatus
	for i, c := range chain {
		s := held.judge(c, p.verified(c, chain, held.Held), at)
		if i == len(chain)-1 && s.Reason != Revoked { // an anchor is trusted without a list
			break
		}
		if s.Reason == NoList || s.Reason == ListTooOld {
			s = held.absent(s, chain[i+1])
		}
		if s.Reason == Revoked {
			return s
		}
		if first == nil || first.Reason == "" && s.Reason != "" {
			first = &s
		}
	}
	if first == nil { // the signer is an anchor itself
		return RevocationStatus{Reason: NoList, Optional: true}
	}
	return *first
}

// candidates are the lists of the issuer of c.
type candidates struct {
	good    []*CRL // newest first
	trouble *RevocationStatus
}

// verified sorts out the lists that somebody entitled signed and that can be used.
func (p *Pool) verified(c *Certificate, chain []*Certificate, held []*CRL) (out candidates) {
	signers := append(slices.Clip(p.byName[c.Issuer.key]), chain...)
	for _, l := range held {
		if l == nil || !l.Issuer.Equal(c.Issuer) {
			continue
		}
		if s := l.signedBy(signers); s != nil {
			out.trouble = s
			continue
		}
		out.good = append(out.good, l)
	}
	slices.SortStableFunc(out.good, func(a, b *CRL) int {
		switch {
		case a.newer(b):
			return -1
		case b.newer(a):
			return 1
		}
		return 0
	})
	return out
}

// signedBy gives nil where one of the signers made the list, else why it does not count.
func (l *CRL) signedBy(signers []*Certificate) *RevocationStatus {
	if len(l.unknown) > 0 {
		return &RevocationStatus{Reason: NotSupported, Detail: l.String() + ": extension " + l.unknown[0]}
	}
	fault := UnknownIssuer
	for n, s := range signers {
		if n == maxTries {
			break
		}
		if !s.Subject.Equal(l.Issuer) || l.AuthorityKeyID != nil && s.SubjectKeyID != nil &&
			!slices.Equal(l.AuthorityKeyID, s.SubjectKeyID) {
			continue
		}
		err := l.CheckSignatureFrom(s)
		if err == nil {
			err = s.CheckTime(l.ThisUpdate)
		}
		if err == nil {
			return nil
		}
		fault = ReasonOf(err)
	}
	return &RevocationStatus{Reason: fault, Detail: l.String()}
}

// judge answers for one certificate.
func (r Revocations) judge(c *Certificate, lists candidates, at time.Time) RevocationStatus {
	for i, l := range lists.good {
		if listed, final := l.has(c); final || listed && i == 0 {
			return RevocationStatus{Reason: Revoked, Detail: l.String()}
		}
	}
	if len(lists.good) == 0 {
		if lists.trouble != nil {
			return *lists.trouble
		}
		return RevocationStatus{Reason: NoList, Detail: c.Issuer.String()}
	}
	newest := lists.good[0]
	s := RevocationStatus{Detail: newest.String()}
	switch {
	case at.IsZero():
		s.Reason = ClockUnsure
	case r.TooOld != nil && r.TooOld(newest):
		s.Reason = ListTooOld
	default:
		s.Reason = ReasonOf(newest.CheckTime(at))
	}
	return s
}

// absent settles whether a list never held lowers the whole: it does where one was held once, or is demanded.
func (r Revocations) absent(s RevocationStatus, issuer *Certificate) RevocationStatus {
	switch {
	case s.Reason != NoList:
	case r.Gone != nil && r.Gone(issuer):
		s.Reason = ListTooOld
	default:
		s.Optional = r.Demanded == nil || !r.Demanded(issuer)
	}
	return s
}
