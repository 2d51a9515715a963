package trust

import (
	"slices"
	"strings"
	"time"

	"bangban/cardreader/check"
)

// checkStatus is the name of the check by a status list.
const checkStatus = "status"

// JudgeStatus is the check status by the list of that institution. A list never held does not lower the whole; one that
// is too old, or gone, does.
func (s *Store) JudgeStatus(issuer, uri string, index uint64, at time.Time) check.Check {
	c, _ := s.judgeStatus(issuer, uri, index, at)
	return c
}

// JudgeStatusOf is the check status of something that a signer of Prove signed. A list counts where its own signature goes
// back to the same anchor as the signer's (ISO/IEC 18013-5: to the IACA, not to the document signer), to the same entity of a
// list of trusted entities, or to the same issuer's keys: nobody else can withdraw, or clear, what that signer issued.
func (s *Store) JudgeStatusOf(signer *Signer, uri string, index uint64, at time.Time) check.Check {
	realm := ""
	if signer != nil {
		realm = strings.TrimPrefix(signer.realm(), "institution ")
	}
	c, snap := s.judgeStatus(realm, uri, index, at)
	if signer != nil && snap.Kind != "" {
		signer.lists = append(signer.lists, snap)
	}
	return c
}

func (s *Store) judgeStatus(realm, uri string, index uint64, at time.Time) (check.Check, Snapshot) {
	var a Answer
	if s != nil && realm != "" {
		a = s.Status(realm, uri, index, at)
	}
	label := a.Snapshot.Label()
	switch {
	case !a.Held:
		c := check.Unsure(checkStatus, check.NoList, "")
		c.Optional = true
		return c, Snapshot{}
	case a.Listed && a.Value == 1: // also in an old list: what is withdrawn stays withdrawn
		return check.Fail(checkStatus, check.Revoked, label), a.Snapshot
	case a.TooOld:
		return check.Unsure(checkStatus, check.ListTooOld, label), a.Snapshot
	case !a.Listed:
		return check.Unsure(checkStatus, "not-listed", label), a.Snapshot
	case a.Value != 0: // 2 suspended, and what applications define
		return check.Fail(checkStatus, "suspended", label), a.Snapshot
	}
	return check.Pass(checkStatus, label), a.Snapshot
}

// Names tells whether what vouches for the signer names that issuer: its certificate by a URI or, of an address, by the
// host (RFC 5280 §4.2.1.6); a single key where it is held for that issuer.
func (g *Signer) Names(issuer string) bool {
	if g.key != nil {
		return g.key.Issuer != "" && g.key.Issuer == issuer
	}
	if g.Certificate == nil || issuer == "" {
		return false
	}
	dns, uris := g.Certificate.AltNames()
	if slices.Contains(uris, issuer) {
		return true
	}
	rest, ok := strings.CutPrefix(issuer, "https://")
	host, _, _ := strings.Cut(rest, "/")
	return ok && slices.ContainsFunc(dns, func(d string) bool { return strings.EqualFold(d, host) })
}

// Trust gives what the word of the signer rests on, with ages: its anchor, and the lists that were asked about it.
func (g *Signer) Trust(at time.Time) (all []Freshness) {
	all = append(all, g.Rests.Freshness(at))
	for _, l := range g.lists {
		all = append(all, l.Freshness(at))
	}
	return all
}
