package cms

import (
	"bytes"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// eachExtension reads Extensions; one twice is an error, RFC 5280 §4.2.
//
//	Extensions ::= SEQUENCE OF SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
func eachExtension(in cryptobyte.String, parse func(oid string, critical bool, value cryptobyte.String) error) error {
	var list cryptobyte.String
	if !in.ReadASN1(&list, asn1.SEQUENCE) || !in.Empty() {
		return broken("extensions")
	}
	var room [16]string
	seen := room[:0]
	for !list.Empty() {
		var ext, value cryptobyte.String
		if !list.ReadASN1(&ext, asn1.SEQUENCE) {
			return broken("extension")
		}
		oid, ok := readOID(&ext)
		critical := false
		if !ok || !readBoolean(&ext, &critical) ||
			!ext.ReadASN1(&value, asn1.OCTET_STRING) || !ext.Empty() {
			return broken("extension")
		}
		if slices.Contains(seen, oid) || len(seen) == maxExtensions {
			return broken("extension " + oid + " twice, or too many")
		}
		seen = append(seen, oid)
		if err := parse(oid, critical, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *Certificate) parseExtension(oid string, critical bool, value cryptobyte.String) error {
	ok := true
	switch oid {
	case "2.5.29.14": // subjectKeyIdentifier
		var id cryptobyte.String
		if ok = value.ReadASN1(&id, asn1.OCTET_STRING); ok {
			c.SubjectKeyID = bytes.Clone(id)
		}
	case "2.5.29.35":
		c.AuthorityKeyID, ok = readAuthorityKeyID(value)
	case "2.5.29.15":
		ok = c.parseKeyUsage(value)
	case "2.5.29.19":
		ok = c.parseBasicConstraints(value)
	case "2.5.29.17": // subjectAltName: read where somebody asks for it, states write addresses of other kinds into it
		c.altNames = bytes.Clone(value)
	case "2.5.29.37":
		ok = c.parseExtKeyUsage(value)
	case "2.5.29.16", // privateKeyUsagePeriod: says when the key signs, not when a signature counts
		"2.5.29.18",                            // alternative names of the issuer
		"2.5.29.31",                            // CRL distribution points: nothing is fetched while verifying
		"2.5.29.32",                            // certificate policies: any is accepted, none is asked for
		"2.23.136.1.1.6.1", "2.23.136.1.1.6.2": // name change, document types: ICAO Doc 9303-12 §7.1.1
	default:
		if critical {
			c.unknown = append(c.unknown, oid)
		}
	}
	if !ok {
		return broken("extension " + oid)
	}
	return nil
}

// AltNames gives the DNS names and URIs of subjectAltName, RFC 5280 §4.2.1.6; none of an extension that cannot be read.
func (c *Certificate) AltNames() (dns, uris []string) {
	in, body := cryptobyte.String(c.altNames), cryptobyte.String{}
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() {
		return nil, nil
	}
	for n := 0; !body.Empty() && n < maxExtensions; n++ {
		var name cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1(&name, &tag) {
			return nil, nil
		}
		switch tag {
		case context(2):
			dns = append(dns, string(name))
		case context(6):
			uris = append(uris, string(name))
		}
	}
	return dns, uris
}

// readAuthorityKeyID reads SEQUENCE { keyIdentifier [0] OPTIONAL, … }; nil where there is none.
func readAuthorityKeyID(value cryptobyte.String) (id []byte, ok bool) {
	var body, key cryptobyte.String
	var has bool
	if ok = value.ReadASN1(&body, asn1.SEQUENCE) && body.ReadOptionalASN1(&key, &has, context(0)); ok && has {
		id = bytes.Clone(key)
	}
	return id, ok
}

func (c *Certificate) parseKeyUsage(value cryptobyte.String) bool {
	var bits []byte
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.BIT_STRING) || len(body) < 2 || len(body) > 3 || body[0] > 7 {
		return false
	}
	bits = body[1:]
	for i := range len(bits) * 8 {
		if bits[i/8]>>(7-i%8)&1 == 1 {
			c.KeyUsage |= 1 << i
		}
	}
	return c.KeyUsage != 0 // RFC 5280 §4.2.1.3: at least one bit is set
}

// parseBasicConstraints reads SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }.
func (c *Certificate) parseBasicConstraints(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !readBoolean(&body, &c.CA) {
		return false
	}
	if body.Empty() {
		return true
	}
	return body.ReadASN1Integer(&c.MaxPath) && body.Empty() && c.MaxPath >= 0
}

func (c *Certificate) parseExtKeyUsage(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) {
		return false
	}
	for !body.Empty() {
		oid, ok := readOID(&body)
		if !ok || len(c.ExtKeyUsage) == maxExtensions {
			return false
		}
		c.ExtKeyUsage = append(c.ExtKeyUsage, oid)
	}
	return len(c.ExtKeyUsage) > 0
}
