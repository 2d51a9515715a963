package emrtd

import (
	"crypto"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"bangban/cardreader/cms"
	"bangban/cardreader/tlv"
)

// Content types of the security object: ICAO Doc 9303-10 §4.6.2.3, and two that are met: that of the first documents, and
// id-data, which passports of the People's Republic of China bear (seen in one of 2018).
const (
	oidSecurityObject = "2.23.136.1.1.1"
	oidSecurityFirst  = "1.3.27.1.1.1"
)

const maxGroups = 16

// securityObject is the signed list of hashes.
type securityObject struct {
	digest crypto.Hash
	hashes map[int][]byte // data group → hash
}

// openSOD reads EF.SOD, ICAO Doc 9303-10 §4.6.2: 77 { SignedData }. Nothing in it is proven yet.
func openSOD(b []byte) (*cms.SignedData, error) {
	e, err := tlv.ParseOne(b, fileSOD.tag)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSecurity, err)
	}
	return cms.Parse(e.Value)
}

// openSecurityObject reads the content of EF.SOD.
//
//	LDSSecurityObject ::= SEQUENCE { version INTEGER { v0(0), v1(1) }, hashAlgorithm AlgorithmIdentifier,
//	  dataGroupHashValues SEQUENCE SIZE (2..16) OF SEQUENCE { dataGroupNumber INTEGER, dataGroupHashValue OCTET STRING },
//	  ldsVersionInfo SEQUENCE OPTIONAL -- v1 -- }
func openSecurityObject(sd *cms.SignedData) (*securityObject, error) {
	switch sd.ContentType {
	case oidSecurityObject, oidSecurityFirst, cms.OIDData:
	default:
		return nil, fmt.Errorf("%w: content type %s", ErrSecurity, sd.ContentType)
	}
	in := cryptobyte.String(sd.Content)
	var body, alg, groups, oid cryptobyte.String
	var version int
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Integer(&version) || version < 0 || version > 1 ||
		!body.ReadASN1(&alg, asn1.SEQUENCE) || !alg.ReadASN1Element(&oid, asn1.OBJECT_IDENTIFIER) ||
		!body.ReadASN1(&groups, asn1.SEQUENCE) || !body.SkipOptionalASN1(asn1.SEQUENCE) || !body.Empty() {
		return nil, fmt.Errorf("%w: structure", ErrSecurity)
	}
	so := &securityObject{digest: cms.DigestByDER(oid), hashes: map[int][]byte{}}
	if so.digest == 0 {
		return nil, fmt.Errorf("%w: digest algorithm", ErrSecurity)
	}
	for !groups.Empty() {
		var pair, hash cryptobyte.String
		var n int
		if !groups.ReadASN1(&pair, asn1.SEQUENCE) || !pair.ReadASN1Integer(&n) || !pair.ReadASN1(&hash, asn1.OCTET_STRING) ||
			!pair.Empty() {
			return nil, fmt.Errorf("%w: structure", ErrSecurity)
		}
		if n < 1 || n > maxGroups || so.hashes[n] != nil || len(hash) != so.digest.Size() {
			return nil, fmt.Errorf("%w: hash of group %d", ErrSecurity, n)
		}
		so.hashes[n] = hash
	}
	return so, nil
}
