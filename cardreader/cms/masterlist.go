package cms

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// OIDMasterList is the content type of a CSCA master list, ICAO Doc 9303-12 §8.
const OIDMasterList = "2.23.136.1.1.2"

// MasterList is a state's signed list of the country signing certificates that it has seen.
type MasterList struct {
	Certificates []*Certificate
	Unread       []error // one for each certificate that could not be read: it cannot be an anchor
	Signature    *Signature
}

// OpenMasterList reads a master list and verifies the signature on it. Whether its signer is to be trusted is the
// caller's question: pin Signature.Signer, or its issuer, by a road other than the list itself.
//
//	CscaMasterList ::= SEQUENCE { version INTEGER, certList SET OF Certificate }
func OpenMasterList(der []byte, others ...*Certificate) (*MasterList, error) {
	sd, err := Parse(der)
	if err != nil {
		return nil, err
	}
	if sd.ContentType != OIDMasterList {
		return nil, refuse(Structure, "content type %s is no master list", sd.ContentType)
	}
	sig, err := sd.Verify(nil, others...)
	if err != nil {
		return nil, err
	}
	in := cryptobyte.String(sd.Content)
	var body, set cryptobyte.String
	var version int
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Integer(&version) || version != 0 ||
		!body.ReadASN1(&set, asn1.SET) || !body.Empty() {
		return nil, broken("master list")
	}
	ders, err := readElements(set, maxCertificates)
	if err != nil {
		return nil, err
	}
	list := &MasterList{Signature: sig}
	for i, e := range ders {
		c, err := ParseCertificate(e)
		if err != nil {
			list.Unread = append(list.Unread, fmt.Errorf("cms: certificate %d of the master list: %w", i+1, err))
			continue
		}
		list.Certificates = append(list.Certificates, c)
	}
	return list, nil
}
