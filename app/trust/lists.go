package trust

import (
	"slices"
	"strings"
	"time"
)

// Answer is what a list says, and what it is worth.
type Answer struct {
	Held     bool // such a list is or was held
	TooOld   bool // it is over-age, past its end, or gone
	Listed   bool // status list: the index is inside; delegations: the key is withdrawn
	Value    uint8
	Snapshot Snapshot
}

// AddStatus takes a verified status list. An older one than is held is refused with ErrOlder.
func (s *Store) AddStatus(l *StatusList, source string) error {
	name := listName{l.Issuer, l.URI}
	if old, ok := s.status[name]; ok && old.snap.MadeAt.After(l.MadeAt) {
		return ErrOlder
	}
	put(&s.status, name, held[*StatusList]{list: l, snap: l.Snapshot(source)})
	return nil
}

// AddDelegations takes a verified list of withdrawn delegations. An older one than is held is refused with ErrOlder.
func (s *Store) AddDelegations(d *Delegations, source string) error {
	if old, ok := s.delegations[d.Issuer]; ok && old.snap.MadeAt.After(d.MadeAt) {
		return ErrOlder
	}
	put(&s.delegations, d.Issuer, held[*Delegations]{list: d, snap: d.Snapshot(source)})
	return nil
}

// Gone records that a list was held once and is not here: a bundle dropped it, a file is unreadable. Its answers are too
// old until the list comes back. A status list is named by its issuer and URI; an empty URI is the issuer's delegations,
// or, by the snapshot's kind, a list of withdrawn certificates.
func (s *Store) Gone(issuer, uri string, last Snapshot) {
	if last.Kind == KindCRL {
		s.crls = append(s.crls[:len(s.crls):len(s.crls)], heldCRL{snap: last, gone: true})
		return
	}
	if uri == "" {
		put(&s.delegations, issuer, held[*Delegations]{snap: last, gone: true})
		return
	}
	put(&s.status, listName{issuer, uri}, held[*StatusList]{snap: last, gone: true})
}

// Status looks a status up in the newest list of that issuer for that URI.
func (s *Store) Status(issuer, uri string, index uint64, at time.Time) Answer {
	l, ok := s.status[listName{issuer, uri}]
	if !ok {
		return Answer{}
	}
	a := Answer{Held: true, Snapshot: l.snap, TooOld: l.gone || l.snap.TooOld(at, s.maxAge[KindStatus])}
	if !l.gone {
		a.Value, a.Listed = l.list.At(index)
	}
	return a
}

// Delegation tells whether the newest list of that issuer withdraws the key of a station.
func (s *Store) Delegation(issuer, station string, keyID []byte, at time.Time) Answer {
	d, ok := s.delegations[issuer]
	if !ok {
		return Answer{}
	}
	a := Answer{Held: true, Snapshot: d.snap, TooOld: d.gone || d.snap.TooOld(at, s.maxAge[KindDelegations])}
	if !d.gone {
		a.Listed = d.list.Holds(station, keyID)
	}
	return a
}

// Once names a list that was held: what a counter notes down so that a list that is gone is missed.
type Once struct {
	Issuer string `json:"issuer,omitempty"`
	URI    string `json:"uri,omitempty"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
}

// Lists gives the names of the lists of statuses, withdrawn delegations and withdrawn certificates that are held or were.
func (s *Store) Lists() (all []Once) {
	for n, l := range s.status {
		all = append(all, Once{n.issuer, n.uri, KindStatus, l.snap.Name})
	}
	for n, l := range s.delegations {
		all = append(all, Once{n, "", KindDelegations, l.snap.Name})
	}
	for _, l := range s.crls {
		all = append(all, Once{Kind: KindCRL, Name: l.snap.Name})
	}
	slices.SortFunc(all, func(a, b Once) int {
		return strings.Compare(a.Kind+"\x00"+a.Issuer+"\x00"+a.URI+"\x00"+a.Name, b.Kind+"\x00"+b.Issuer+"\x00"+b.URI+"\x00"+b.Name)
	})
	return slices.Compact(all)
}

// Missing marks what was held once and is not held now as gone.
func (s *Store) Missing(once []Once) {
	now := s.Lists()
	for _, o := range once {
		if !slices.Contains(now, o) {
			s.Gone(o.Issuer, o.URI, Snapshot{Kind: o.Kind, Name: o.Name})
		}
	}
}
