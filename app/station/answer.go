package station

import (
	"context"
	"errors"
	"strconv"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/voucher"
)

func digits(n int) string { return strconv.Itoa(n) }

// Import takes the institution's answer in: delegation, certificate of the voucher key, certificate of the identity.
// Nothing changes where a part of it does not fit; refusals have code "answer-…". Whoever is logged in is locked out:
// another key may have taken over.
func (s *Station) Import(ctx context.Context, file []byte) error {
	a, err := institution.DecodeAnswer(file)
	if err != nil {
		return &desk.Error{Op: "station.import", Code: "answer-unreadable", Err: err}
	}
	d, err := s.fits(a)
	if err != nil {
		return err
	}
	if a.Identity == nil {
		a.Identity = s.identityCert
	}
	// One file: after a power cut all of it is the old answer or all of it the new one.
	if err := writeFile(s.dir.answer(), a.Encode(), 0o600); err != nil {
		return s.unreadable(err)
	}
	s.Lock()
	s.delegation, s.delegated, s.voucherCert, s.identityCert = a.Delegation, d, a.Voucher, a.Identity
	if err := s.promise(); err != nil {
		return err
	}
	s.takeSM2(a.SM2)
	if err := s.armReal(); err != nil {
		return err
	}
	if err := s.store.Saw(ctx, d.NotBefore); err != nil {
		return err
	}
	s.clock.Saw(d.NotBefore)
	return s.store.Note(ctx, journal.Event{Kind: journal.KindLent, Number: d.First})
}

// fits checks an answer against this counter, its institution and what it holds.
func (s *Station) fits(a *institution.Answer) (*voucher.Delegation, error) {
	refuse := func(code string, err error) (*voucher.Delegation, error) {
		return nil, &desk.Error{Op: "station.import", Code: code, Args: map[string]string{"Station": s.store.Station()}, Err: err}
	}
	inst, err := voucher.ParseInstitution(s.bundle.Institution)
	if err != nil {
		return refuse("bundle-content", err)
	}
	d, err := voucher.OpenDelegation(a.Delegation, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil {
		return refuse("answer-foreign", err)
	}
	next := s.vault.Next()
	switch {
	case d.Station != s.store.Station() || d.Issuer != s.bundle.Issuer:
		return refuse("answer-other-station", nil)
	case !d.Key.Equal(s.vault.Public()) && (next == nil || !d.Key.Equal(next)):
		return refuse("answer-other-key", nil)
	case d.First < s.delegated.First || d.Expires.Before(s.delegated.Expires):
		return refuse("answer-older", nil)
	case !d.Expires.After(s.clock.Time()):
		return refuse("answer-ended", nil)
	case !belongs(a.Voucher, d.Key):
		return refuse("answer-other-key", nil)
	}
	if code, err := s.smFits(a, d); code != "" {
		return refuse(code, err)
	}
	if _, err := chainOf(a.Voucher, s.bundle.Institution); err != nil {
		return refuse("answer-foreign", err)
	}
	if a.Identity == nil {
		if s.identityCert == nil {
			return refuse("answer-unreadable", errors.New("station: no identity certificate"))
		}
		return d, nil
	}
	name, err := institution.VerifyIdentity(s.bundle.Institution, a.Identity, s.clock.Time())
	if err != nil {
		return refuse("answer-foreign", err)
	}
	if name != s.store.Station() || !belongs(a.Identity, s.identity.Public()) {
		return refuse("answer-other-key", nil)
	}
	return d, nil
}
