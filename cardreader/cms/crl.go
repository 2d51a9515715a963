package cms

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxRevoked bounds the entries of one list. A state withdraws a few dozen document signers, a register some thousands.
const maxRevoked = 1 << 17

// maxCRLAge stands in for a nextUpdate that is not there: states publish a list at least every 90 days, ICAO Doc 9303-12
// §5.
const maxCRLAge = 90 * 24 * time.Hour

// CRL is an X.509 list of withdrawn certificates, RFC 5280 §5. It is read only; several goroutines may use it.
type CRL struct {
	Raw                    []byte
	Issuer                 Name
	ThisUpdate, NextUpdate time.Time // NextUpdate is zero where the list does not say
	Number                 []byte    // cRLNumber; nil: no such extension
	AuthorityKeyID         []byte    // nil: no such extension or no key identifier in it

	tbs       []byte
	algorithm signature
	value     []byte
	unknown   []string        // critical extensions that are not understood: the list cannot be used
	revoked   map[string]bool // serial without leading zeros → only on hold
}

// ParseCRL reads one list, in DER or PEM (X509 CRL), with nothing after it. It verifies nothing: CheckSignatureFrom and
// Pool.Revocation do.
//
//	CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
func ParseCRL(b []byte) (*CRL, error) {
	if len(b) > MaxMessage {
		return nil, broken("list of withdrawn certificates too large")
	}
	if block, rest := pem.Decode(b); block != nil {
		if block.Type != "X509 CRL" || len(bytes.TrimSpace(rest)) > 0 {
			return nil, broken("not one list of withdrawn certificates")
		}
		b = block.Bytes
	}
	l := &CRL{Raw: bytes.Clone(b), revoked: map[string]bool{}}
	in := cryptobyte.String(l.Raw)
	var body, tbs cryptobyte.String
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return nil, broken("list of withdrawn certificates")
	}
	outer, ok := readAlgorithm(&body)
	if !ok || !body.ReadASN1BitStringAsBytes(&l.value) || !body.Empty() {
		return nil, broken("signature of the list")
	}
	l.tbs = tbs
	inner, err := l.parseTBS(tbs)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(inner.raw, outer.raw) { // RFC 5280 §5.1.1.2
		return nil, broken("two signature algorithms in one list")
	}
	l.algorithm, err = parseSignature(outer)
	return l, err
}

// parseTBS reads the signed part.
//
//	TBSCertList ::= SEQUENCE { version INTEGER { v2(1) } OPTIONAL, signature AlgorithmIdentifier, issuer Name,
//	  thisUpdate Time, nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF … OPTIONAL,
//	  crlExtensions [0] EXPLICIT Extensions OPTIONAL }
func (l *CRL) parseTBS(in cryptobyte.String) (algorithm, error) {
	var body cryptobyte.String
	version := 0
	if !in.ReadASN1(&body, asn1.SEQUENCE) || body.PeekASN1Tag(asn1.INTEGER) && !body.ReadASN1Integer(&version) ||
		version < 0 || version > 1 {
		return algorithm{}, broken("head of the list")
	}
	alg, ok := readAlgorithm(&body)
	if !ok {
		return alg, broken("algorithm of the list")
	}
	if l.Issuer, ok = readName(&body); !ok {
		return alg, broken("issuer of the list")
	}
	if l.ThisUpdate, ok = readTime(&body); !ok {
		return alg, broken("time of the list")
	}
	if body.PeekASN1Tag(asn1.UTCTime) || body.PeekASN1Tag(asn1.GeneralizedTime) {
		if l.NextUpdate, ok = readTime(&body); !ok || l.NextUpdate.Before(l.ThisUpdate) {
			return alg, broken("time of the next list")
		}
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		var entries cryptobyte.String
		if !body.ReadASN1(&entries, asn1.SEQUENCE) {
			return alg, broken("entries of the list")
		}
		if err := l.parseEntries(entries); err != nil {
			return alg, err
		}
	}
	var extensions cryptobyte.String
	var has bool
	if !body.ReadOptionalASN1(&extensions, &has, contextSet(0)) || !body.Empty() {
		return alg, broken("tail of the list")
	}
	if !has {
		return alg, nil
	}
	return alg, eachExtension(extensions, l.parseExtension)
}

// parseEntries reads SEQUENCE OF SEQUENCE { userCertificate INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL }.
func (l *CRL) parseEntries(in cryptobyte.String) error {
	for !in.Empty() {
		var entry, serial cryptobyte.String
		if len(l.revoked) == maxRevoked {
			return broken("too many entries in the list")
		}
		if !in.ReadASN1(&entry, asn1.SEQUENCE) || !entry.ReadASN1(&serial, asn1.INTEGER) || len(serial) == 0 {
			return broken("entry of the list")
		}
		if _, ok := readTime(&entry); !ok {
			return broken("time of an entry")
		}
		hold := false
		if !entry.Empty() {
			err := eachExtension(entry, func(oid string, critical bool, value cryptobyte.String) error {
				switch oid {
				case "2.5.29.21": // reasonCode, RFC 5280 §5.3.1
					var code int
					if !value.ReadASN1Enum(&code) || !value.Empty() {
						return broken("reason of an entry")
					}
					hold = code == 6
				case "2.5.29.24": // invalidityDate: the entry counts from the first day on
				default: // certificateIssuer among them: the entry is of another issuer's certificate
					if critical {
						l.unknown = append(l.unknown, oid)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		key := serialKey(serial)
		if before, twice := l.revoked[key]; !twice || before {
			l.revoked[key] = hold
		}
	}
	return nil
}

func (l *CRL) parseExtension(oid string, critical bool, value cryptobyte.String) error {
	ok := true
	switch oid {
	case "2.5.29.20": // cRLNumber
		var n cryptobyte.String
		if ok = value.ReadASN1(&n, asn1.INTEGER) && value.Empty() && len(n) <= 21; ok {
			l.Number = n
		}
	case "2.5.29.35":
		l.AuthorityKeyID, ok = readAuthorityKeyID(value)
	case "2.5.29.18", "2.5.29.46", "1.3.6.1.5.5.7.1.1": // issuer's other names, where newer lists and its certificate lie
	case "2.5.29.28":
		var whole bool
		if whole, ok = wholeScope(value); !whole {
			l.unknown = append(l.unknown, oid)
		}
	case "2.5.29.27": // deltaCRLIndicator: a part of a list says nothing about who is not in it
		l.unknown = append(l.unknown, oid)
	default:
		if critical {
			l.unknown = append(l.unknown, oid)
		}
	}
	if !ok {
		return broken("extension " + oid)
	}
	return nil
}

// wholeScope tells whether an issuingDistributionPoint, RFC 5280 §5.2.5, leaves signers' certificates within the list.
//
//	SEQUENCE { distributionPoint [0] OPTIONAL, onlyContainsUserCerts [1], onlyContainsCACerts [2], onlySomeReasons [3],
//	  indirectCRL [4], onlyContainsAttributeCerts [5] }
func wholeScope(value cryptobyte.String) (whole, ok bool) {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() ||
		!body.SkipOptionalASN1(contextSet(0)) || !body.SkipOptionalASN1(context(1)) {
		return false, false
	}
	return body.Empty(), true
}

func serialKey(serial []byte) string { return string(bytes.TrimLeft(serial, "\x00")) }

// has tells whether the list holds the serial of c, and whether that is for good.
func (l *CRL) has(c *Certificate) (listed, final bool) {
	hold, listed := l.revoked[serialKey(c.Serial)]
	return listed, listed && !hold
}

// Len is the number of certificates withdrawn.
func (l *CRL) Len() int { return len(l.revoked) }

// CheckSignatureFrom verifies that the key of parent signed the list and that parent may sign lists.
func (l *CRL) CheckSignatureFrom(parent *Certificate) error {
	if err := l.algorithm.verify(parent.PublicKey, 0, l.tbs, l.value); err != nil {
		return err
	}
	if parent.KeyUsage != 0 && parent.KeyUsage&CRLSign == 0 {
		return refuse(WrongKeyUsage, "%v may not sign lists", parent.Subject)
	}
	return nil
}

// CheckTime verifies that at lies between the two times of the list; one that names no next time ages in 90 days.
func (l *CRL) CheckTime(at time.Time) error {
	until := l.NextUpdate
	if until.IsZero() {
		until = l.ThisUpdate.Add(maxCRLAge)
	}
	switch {
	case at.Before(l.ThisUpdate):
		return refuse(NotYetValid, "%v", l)
	case at.After(until):
		return refuse(ListTooOld, "%v", l)
	}
	return nil
}

// newer tells whether l was made after o.
func (l *CRL) newer(o *CRL) bool {
	if !l.ThisUpdate.Equal(o.ThisUpdate) {
		return l.ThisUpdate.After(o.ThisUpdate)
	}
	a, b := bytes.TrimLeft(l.Number, "\x00"), bytes.TrimLeft(o.Number, "\x00")
	return len(a) > len(b) || len(a) == len(b) && bytes.Compare(a, b) > 0
}

// String names the list for a verdict's detail.
func (l *CRL) String() string {
	return fmt.Sprintf("list of %v of %s", l.Issuer, l.ThisUpdate.Format(time.DateOnly))
}
