package emrtd

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// Names of the checks: part of the command line's contract.
const (
	checkSOD      = "sod-signature"
	checkHashes   = "dg-hashes"
	checkCSCA     = "csca"
	checkRevoked  = "revocation"
	checkChip     = "chip"
	checkValidity = "validity"
	checkPhoto    = "photo"
)

// evidence is what passive authentication works on.
type evidence struct {
	sod    []byte         // nil: the document has none
	groups map[int][]byte // data group → file
	state  string         // issuing state in DG1
	pool   *cms.Pool
	others []*cms.Certificate // where a signer's certificate may be found that is not in EF.SOD
	lists  cms.Revocations
	now    time.Time // zero: the clock is not to be trusted
}

// prove runs passive authentication, ICAO Doc 9303-11 §5.1: four checks in the order taken.
func (e evidence) prove() []check.Check {
	if e.sod == nil {
		return []check.Check{
			check.Unsure(checkSOD, check.Unreadable, "EF.SOD"),
			check.Unsure(checkHashes, check.NotChecked, ""),
			check.Unsure(checkCSCA, check.NotChecked, ""),
			unasked(),
		}
	}
	sd, err := openSOD(e.sod)
	if err != nil {
		return []check.Check{
			verdict(checkSOD, err),
			check.Unsure(checkHashes, check.NotChecked, ""),
			check.Unsure(checkCSCA, check.NotChecked, ""),
			unasked(),
		}
	}
	signature, err := sd.Verify(nil, e.others...)
	if err != nil {
		return []check.Check{verdict(checkSOD, err), e.compare(sd), check.Unsure(checkCSCA, check.NotChecked, ""), unasked()}
	}
	signed := check.Pass(checkSOD, fmt.Sprintf("%v, %v", signature.Signer, signature.Signer.PublicKey))
	if signature.Signer.CA { // ICAO Doc 9303-12 §7.1.1: document signers are no authorities
		signed = check.Fail(checkSOD, check.WrongKeyUsage, signature.Signer.String())
	}
	traced, revoked := e.trace(signature)
	return []check.Check{signed, e.compare(sd), traced, revoked}
}

// unasked is the check of a list where no chain says which one: what it would rest on lowers the whole by itself.
func unasked() check.Check {
	c := check.Unsure(checkRevoked, check.NotChecked, "")
	c.Optional = true
	return c
}

// verdict makes a check of an error of package cms: what cannot be decided here is Indeterminate.
func verdict(name string, err error) check.Check {
	reason, detail := cms.ReasonOf(err), ""
	if e := (*cms.Error)(nil); errors.As(err, &e) {
		detail = e.Detail
	}
	if reason == cms.UnknownIssuer || reason == cms.NotSupported {
		return check.Unsure(name, check.Reason(reason), detail)
	}
	return check.Fail(name, check.Reason(reason), detail)
}

// compare checks the hash of every data group read; DG1 must be among those signed.
func (e evidence) compare(sd *cms.SignedData) check.Check {
	so, err := openSecurityObject(sd)
	if err != nil {
		return check.Fail(checkHashes, check.Structure, "EF.SOD")
	}
	var names []string
	for n := 1; n <= maxGroups; n++ {
		b, read := e.groups[n]
		if !read {
			continue
		}
		name := fmt.Sprintf("DG%d", n)
		h := so.digest.New()
		h.Write(b)
		if subtle.ConstantTimeCompare(h.Sum(nil), so.hashes[n]) != 1 { // also where none is signed
			return check.Fail(checkHashes, check.WrongDigest, name)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return check.Unsure(checkHashes, check.NotChecked, "")
	}
	return check.Pass(checkHashes, strings.Join(names, ", ")+" by "+so.digest.String())
}

// trace follows the signer's certificate to an anchor, ICAO Doc 9303-12 §7.2 and 9303-11 §5.1 step 2, and looks the chain
// up in the lists of withdrawn certificates.
func (e evidence) trace(s *cms.Signature) (traced, revoked check.Check) {
	chain, err := e.pool.Chain(s.Signer, cms.ChainOptions{At: e.now})
	if err != nil {
		return verdict(checkCSCA, err), unasked()
	}
	return e.anchored(s, chain[len(chain)-1]), e.revocation(chain)
}

// anchored judges what the chain does not: the time of signing and the state.
func (e evidence) anchored(s *cms.Signature, anchor *cms.Certificate) check.Check {
	if !s.Signing.IsZero() {
		if err := s.Signer.CheckTime(s.Signing); err != nil {
			c := verdict(checkCSCA, err)
			c.Detail = "at the time of signing: " + c.Detail
			return c
		}
	}
	country := s.Signer.Subject.Country
	if country == "" {
		country = s.Signer.Issuer.Country
	}
	same, known := sameState(country, e.state)
	switch {
	case !known:
		return check.Unsure(checkCSCA, check.UnknownIssuer, fmt.Sprintf("state code %q, signed by %s", e.state, country))
	case !same:
		return check.Fail(checkCSCA, ReasonWrongCountry, fmt.Sprintf("document of %s, signed by %s", e.state, country))
	case e.now.IsZero():
		return check.Unsure(checkCSCA, check.ClockUnsure, anchor.String())
	}
	return check.Pass(checkCSCA, anchor.String())
}

// revocation makes a check of what the lists say. A document whose signer was withdrawn proves nothing, whenever it was
// signed: the withdrawn key says so itself.
func (e evidence) revocation(chain []*cms.Certificate) check.Check {
	s := e.pool.Revocation(chain, e.lists, e.now)
	switch s.Reason {
	case "":
		return check.Pass(checkRevoked, s.Detail)
	case cms.Revoked:
		return check.Fail(checkRevoked, check.Revoked, s.Detail)
	}
	c := check.Unsure(checkRevoked, check.Reason(s.Reason), s.Detail)
	c.Optional = s.Optional
	return c
}

// valid checks the date of expiry, YYYY-MM-DD; the last day counts.
func valid(expires string, now time.Time) check.Check {
	switch {
	case expires == "":
		return check.Unsure(checkValidity, check.Unreadable, "")
	case now.IsZero():
		return check.Unsure(checkValidity, check.ClockUnsure, "")
	case expires < now.Format(time.DateOnly):
		return check.Fail(checkValidity, check.Expired, "")
	}
	return check.Pass(checkValidity, "")
}
