package trust

import (
	"fmt"
	"slices"
	"time"

	"bangban/cardreader/cms"

	"github.com/fxamacker/cbor/v2"
)

// maxVICAL bounds the certificates of one list.
const maxVICAL = 1024

// VICAL is a list of issuers of mobile documents (Verified Issuer Certificate Authority List, ISO/IEC 18013-5 Annex C.1.7).
//
//	VICAL = COSE_Sign1 over { "version", "vicalProvider", "date", ? "nextUpdate", ? "vicalIssueID",
//	                          "certificateInfos": [* { "certificate": bstr, "docType": [+ tstr], … }] }
type VICAL struct {
	Provider   string
	MadeAt     time.Time
	NextUpdate time.Time // zero: none is announced
	Issuers    []VICALIssuer
	Signer     *cms.Certificate
}

// VICALIssuer is a certificate of a list and the kinds of documents that it vouches for.
type VICALIssuer struct {
	Certificate *cms.Certificate
	DocTypes    []string
}

type vicalWire struct {
	Version  string          `cbor:"version"`
	Provider string          `cbor:"vicalProvider"`
	Date     cbor.RawMessage `cbor:"date"`
	Next     cbor.RawMessage `cbor:"nextUpdate"`
	Infos    []struct {
		Certificate []byte   `cbor:"certificate"`
		DocTypes    []string `cbor:"docType"`
	} `cbor:"certificateInfos"`
}

// OpenVICAL reads such a list and verifies its signature with the certificate that came with it, which must have been in
// force on the day of the list. Whoever names the file vouches for the provider, as with a master list.
func OpenVICAL(b []byte) (*VICAL, error) {
	if len(b) > maxList {
		return nil, ErrTooLarge
	}
	m, err := ParseSign1(b)
	if err != nil {
		return nil, err
	}
	var w vicalWire
	if err := DecodeCBOR(m.Payload, &w); err != nil {
		return nil, err
	}
	if w.Provider == "" || len(w.Infos) == 0 || len(w.Infos) > maxVICAL {
		return nil, fmt.Errorf("%w: not a VICAL", ErrStructure)
	}
	v := &VICAL{Provider: w.Provider}
	if v.MadeAt, err = tdate(w.Date); err != nil {
		return nil, err
	}
	if len(w.Next) > 0 {
		if v.NextUpdate, err = tdate(w.Next); err != nil {
			return nil, err
		}
	}
	for _, i := range w.Infos {
		c, err := cms.ParseCertificate(i.Certificate)
		if err != nil {
			continue // one issuer with a key that is not known here does not take the others away
		}
		v.Issuers = append(v.Issuers, VICALIssuer{c, i.DocTypes})
	}
	if len(v.Issuers) == 0 {
		return nil, fmt.Errorf("%w: a VICAL without a usable certificate", ErrStructure)
	}
	return v, v.prove(m)
}

// prove verifies the signature.
func (v *VICAL) prove(m *Sign1) error {
	alg, err := m.Algorithm()
	if err != nil {
		return err
	}
	chain, err := m.Chain()
	if err != nil || len(chain) == 0 {
		return fmt.Errorf("%w: a VICAL without its signer", ErrStructure)
	}
	if v.Signer, err = cms.ParseCertificate(chain[0]); err != nil {
		return fmt.Errorf("%w: signer", ErrStructure)
	}
	switch {
	case !alg.Verify(Public(v.Signer), m.Signed("Signature1", nil), m.Signature):
		return fmt.Errorf("%w: VICAL", ErrSignature)
	case v.Signer.CheckTime(v.MadeAt) != nil:
		return fmt.Errorf("%w: signer of the VICAL", ErrNotInForce)
	}
	return nil
}

// tdate reads tag 0 before RFC 3339 text.
func tdate(raw []byte) (time.Time, error) {
	var s string
	if len(raw) == 0 || raw[0] != 0xc0 || DecodeCBOR(raw[1:], &s) != nil {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	return t.UTC(), nil
}

// AddVICAL takes a verified list. Its issuers are anchors for chains and never for travel documents. An older list of the
// same provider than is held is refused with ErrOlder; a newer one takes the older's issuers away.
func (s *Store) AddVICAL(v *VICAL, source string) error {
	snap := Snapshot{Kind: KindVICAL, Name: v.Provider, Source: source, MadeAt: v.MadeAt, NotAfter: v.NextUpdate}
	var all []listedCertificate
	for _, i := range v.Issuers {
		all = append(all, listedCertificate{i.Certificate, listing{snap: snap, docTypes: i.DocTypes}})
	}
	return s.putListed(snap, all)
}

// putListed puts the certificates of a list in the place of those of the same list before.
func (s *Store) putListed(snap Snapshot, certs []listedCertificate) error {
	same := func(o Snapshot) bool { return o.Kind == snap.Kind && o.Name == snap.Name }
	for _, old := range s.snapshots {
		if same(old) && old.MadeAt.After(snap.MadeAt) {
			return ErrOlder
		}
	}
	s.certs = slices.DeleteFunc(slices.Clone(s.certs), func(c *cms.Certificate) bool {
		l, listed := s.listed[c.Fingerprint()]
		return listed && same(l.snap)
	})
	s.snapshots = append(slices.DeleteFunc(slices.Clone(s.snapshots), same), snap)
	for _, c := range certs {
		if !slices.ContainsFunc(s.certs, c.Certificate.Equal) {
			s.certs = append(s.certs, c.Certificate)
			put(&s.listed, c.Fingerprint(), c.listing)
		}
	}
	s.index()
	return nil
}

// listing is what a list says about a certificate.
type listing struct {
	snap     Snapshot
	docTypes []string
	realm    string // whose status lists count; "": those of the same anchor
}
