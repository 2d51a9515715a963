package emrtd

import (
	"bytes"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"bangban/cardreader/cms"
)

// maxInfos bounds one SecurityInfos. Documents hold up to a dozen.
const maxInfos = 64

// protocols are the contents of object identifiers, ICAO Doc 9303-11 §9.2: bsi-de protocols smartcard, then what is here.
func protocol(arcs ...byte) []byte {
	return append([]byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02}, arcs...)
}

// activeProtocol is id-icao-mrtd-security-aaProtocolObject, 2.23.136.1.1.5.
func activeProtocol() []byte { return []byte{0x67, 0x81, 0x08, 0x01, 0x01, 0x05} }

// securityInfo is one protocol that a chip offers. Nothing in it is proven yet.
type securityInfo struct {
	protocol           []byte // content of the object identifier
	required, optional cryptobyte.String
}

// parseSecurityInfos reads SecurityInfos, ICAO Doc 9303-11 §9.2:
//
//	SecurityInfos ::= SET OF SecurityInfo
//	SecurityInfo ::= SEQUENCE { protocol OBJECT IDENTIFIER, requiredData ANY, optionalData ANY OPTIONAL }
func parseSecurityInfos(b []byte) ([]securityInfo, error) {
	in := cryptobyte.String(b)
	var set cryptobyte.String
	if !in.ReadASN1(&set, asn1.SET) || !in.Empty() {
		return nil, fmt.Errorf("%w: not a set", ErrInfos)
	}
	var infos []securityInfo
	for !set.Empty() {
		if len(infos) == maxInfos {
			return nil, fmt.Errorf("%w: more than %d", ErrInfos, maxInfos)
		}
		var body, oid cryptobyte.String
		var i securityInfo
		var tag asn1.Tag
		if !set.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || len(oid) > 32 ||
			!body.ReadAnyASN1Element(&i.required, &tag) || !body.Empty() && !body.ReadAnyASN1Element(&i.optional, &tag) || !body.Empty() {
			return nil, fmt.Errorf("%w: structure", ErrInfos)
		}
		i.protocol = oid
		infos = append(infos, i)
	}
	return infos, nil
}

// integers reads requiredData and optionalData where both are INTEGER: version and an identifier, -1 where it is absent.
func (i securityInfo) integers() (version, id int, ok bool) {
	required, optional := i.required, i.optional
	id = -1
	if !required.ReadASN1Integer(&version) || !required.Empty() {
		return 0, 0, false
	}
	if len(optional) > 0 && (!optional.ReadASN1Integer(&id) || !optional.Empty() || id < 0 || id > 1<<20) {
		return 0, 0, false
	}
	return version, id, true
}

// paceOffer is a way to run PACE that both sides know.
type paceOffer struct {
	protocol []byte
	suite    suite
	chip     bool // with chip authentication mapping
	domain   *domain
	several  bool // the chip offers this protocol with more than one domain
}

// Mappings, ICAO Doc 9303-11 §9.2.5: the number behind id-PACE.
const (
	mappingECDHGM  = 2
	mappingECDHCAM = 6
)

// choosePACE picks an offer of EF.CardAccess, nil where there is none that is known here: chip authentication mapping
// first, for it proves the chip without further commands, then the strongest cipher.
//
//	PACEInfo ::= SEQUENCE { protocol OID, version INTEGER (2), parameterId INTEGER OPTIONAL }
func choosePACE(infos []securityInfo) *paceOffer {
	prefix := protocol(4)
	var best *paceOffer
	count := map[string]int{}
	for _, i := range infos {
		if !bytes.HasPrefix(i.protocol, prefix) || len(i.protocol) != len(prefix)+2 {
			continue
		}
		count[string(i.protocol)]++
		mapping := i.protocol[len(prefix)]
		s, known := suiteOf(i.protocol[len(prefix)+1])
		version, parameter, ok := i.integers()
		if !known || !ok || version != 2 || mapping != mappingECDHGM && mapping != mappingECDHCAM ||
			mapping == mappingECDHCAM && s == tripleDES {
			continue
		}
		d := standardDomain(parameter)
		o := &paceOffer{protocol: i.protocol, suite: s, chip: mapping == mappingECDHCAM, domain: d}
		if d != nil && (best == nil || o.chip && !best.chip || o.chip == best.chip && o.suite > best.suite) {
			best = o
		}
	}
	if best != nil {
		best.several = count[string(best.protocol)] > 1
	}
	return best
}

// chipKey is a static key of the chip for Chip Authentication.
type chipKey struct {
	protocol []byte // of Chip Authentication; nil where the chip does not name one: 3DES
	suite    suite
	domain   *domain
	public   point
	id       int // -1: the only one
}

// chooseChipKey picks a key of EF.DG14, nil where there is none that is known here.
//
//	ChipAuthenticationInfo ::= SEQUENCE { protocol OID, version INTEGER (1), keyId INTEGER OPTIONAL }
//	ChipAuthenticationPublicKeyInfo ::= SEQUENCE { protocol OID, SubjectPublicKeyInfo, keyId INTEGER OPTIONAL }
func chooseChipKey(infos []securityInfo) *chipKey {
	keys := chipKeys(infos)
	prefix := protocol(3, 2)
	var best *chipKey
	named := false
	for _, i := range infos {
		if !bytes.HasPrefix(i.protocol, prefix) || len(i.protocol) != len(prefix)+1 {
			continue
		}
		named = true
		s, known := suiteOf(i.protocol[len(prefix)])
		version, id, ok := i.integers()
		if !known || !ok || version != 1 {
			continue
		}
		for n := range keys {
			// With one key there is nothing to mix up, and some documents name it in one place only.
			if (keys[n].id == id || len(keys) == 1) && (best == nil || s > best.suite) {
				k := keys[n]
				k.protocol, k.suite, k.id = i.protocol, s, max(k.id, id)
				best = &k
			}
		}
	}
	if !named && len(keys) > 0 { // ICAO Doc 9303-11 §9.2.6: the first documents name the key only
		return &keys[0]
	}
	return best
}

// chipKeys lists the static keys for ECDH.
func chipKeys(infos []securityInfo) (list []chipKey) {
	for _, i := range infos {
		if !bytes.Equal(i.protocol, protocol(1, 2)) {
			continue
		}
		k, ok := agreementKey(i.required)
		optional := i.optional
		if !ok || len(optional) > 0 && (!optional.ReadASN1Integer(&k.id) || k.id < 0 || k.id > 1<<20) {
			continue
		}
		list = append(list, k)
	}
	return list
}

// agreementKey reads a SubjectPublicKeyInfo: of a certificate's kind, or with the curve named by its standardised number,
// as appendix I has it.
//
//	AlgorithmIdentifier ::= SEQUENCE { standardizedDomainParameters 0.4.0.127.0.7.1.2, INTEGER }
func agreementKey(spki cryptobyte.String) (chipKey, bool) {
	k := chipKey{id: -1}
	if public, err := cms.ParsePublicKey(spki); err == nil && public.Curve != nil {
		k.domain, k.public = newDomain(public.Curve), point{public.X, public.Y}
		return k, k.domain != nil
	}
	var body, algorithm, oid cryptobyte.String
	var number int
	var bits []byte
	if !spki.ReadASN1(&body, asn1.SEQUENCE) || !spki.Empty() || !body.ReadASN1(&algorithm, asn1.SEQUENCE) ||
		!algorithm.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !bytes.Equal(oid, []byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02}) ||
		!algorithm.ReadASN1Integer(&number) || !algorithm.Empty() || !body.ReadASN1BitStringAsBytes(&bits) || !body.Empty() {
		return k, false
	}
	if k.domain = standardDomain(number); k.domain == nil {
		return k, false
	}
	var err error
	k.public, err = k.domain.parse(bits)
	return k, err == nil
}

// activeDigest gives the digest for Active Authentication with an EC key, 0 where EF.DG14 does not name one.
//
//	ActiveAuthenticationInfo ::= SEQUENCE { protocol OID, version INTEGER (1), signatureAlgorithm OBJECT IDENTIFIER }
func activeDigest(infos []securityInfo) byte {
	plain := []byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01} // ecdsa-plain-signatures, BSI TR-03111 §5.2.1.1
	for _, i := range infos {
		optional := i.optional
		var oid cryptobyte.String
		if bytes.Equal(i.protocol, activeProtocol()) && optional.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) &&
			bytes.HasPrefix(oid, plain) && len(oid) == len(plain)+1 {
			return oid[len(plain)]
		}
	}
	return 0
}
