package beid

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1"   // hashes of the oldest cards
	_ "crypto/sha256" // linked for crypto.Hash
	_ "crypto/sha512" // linked for crypto.Hash
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// Names of the checks: part of the command line's contract.
const (
	checkIdentity = "identity-signature"
	checkAddress  = "address-signature"
	checkHash     = "photo-hash"
	checkCSCA     = "csca"
	checkChip     = "chip"
	checkValidity = "validity"
	checkText     = "text"
	checkPhoto    = "photo"
)

// ReasonUnmappable says that bytes stand for no character.
const ReasonUnmappable check.Reason = "unmappable"

// prove adds the checks in the order taken, and the portrait.
func (r *reading) prove(doc *cardreader.Document, anchors []*cms.Certificate) {
	add := func(c check.Check) { doc.Checks = append(doc.Checks, c) }
	der := element(r.raw[registerFile.name])
	register, err := cms.ParseCertificate(der)
	switch {
	case len(der) == 0:
		add(check.Unsure(checkIdentity, check.Unreadable, registerFile.name))
		add(check.Unsure(checkAddress, check.NotChecked, ""))
	case err != nil:
		add(verdict(checkIdentity, err))
		add(check.Unsure(checkAddress, check.NotChecked, ""))
	default:
		add(r.signed(checkIdentity, register, r.raw[identityFile.name], r.raw[identitySignature.name]))
		add(r.addressSigned(register))
	}
	add(r.portrait(doc))
	if register != nil && err == nil {
		add(r.trace(register, anchors))
	} else {
		add(check.Unsure(checkCSCA, check.NotChecked, ""))
	}
	chip := check.Unsure(checkChip, check.NotChecked, "")
	chip.Optional = true
	add(chip)
	add(valid(doc.Subject.Expires, r.now))
}

// addressSigned checks the signature on the address. Every card has one: where it is not there it was kept back.
func (r *reading) addressSigned(register *cms.Certificate) check.Check {
	address := r.raw[addressFile.name]
	for len(address) > 0 && address[len(address)-1] == 0 {
		address = address[:len(address)-1]
	}
	if len(address) == 0 {
		return check.Unsure(checkAddress, check.Unreadable, "no address")
	}
	message := append(bytes.Clone(address), r.raw[identitySignature.name]...)
	defer clear(message)
	return r.signed(checkAddress, register, message, r.raw[addressSignature.name])
}

// signed checks one signature of the register.
func (r *reading) signed(name string, register *cms.Certificate, message, signature []byte) check.Check {
	if len(signature) == 0 {
		return check.Unsure(name, check.Unreadable, name)
	}
	key := register.PublicKey
	if register.CA || register.KeyUsage != 0 && register.KeyUsage&(cms.DigitalSignature|cms.ContentCommit) == 0 {
		return check.Fail(name, check.WrongKeyUsage, register.String())
	}
	var digest crypto.Hash
	switch curve := curveOf(key); {
	case key.RSA != nil:
		digest = verifyRSA(key.RSA, message, signature)
	case curve != nil:
		digest = verifyEC(curve, key, message, signature)
	default:
		return check.Unsure(name, check.NotSupported, key.String())
	}
	if digest == 0 {
		return check.Fail(name, check.WrongSignature, register.String())
	}
	return check.Pass(name, fmt.Sprintf("%v, %v, %v", register, key, digest))
}

// verifyRSA gives the digest with which the signature verifies, 0 where it does not. The signature itself says which it
// is; nothing beside it does.
func verifyRSA(key *rsa.PublicKey, message, signature []byte) crypto.Hash {
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA1, crypto.SHA384, crypto.SHA512} {
		if rsa.VerifyPKCS1v15(key, h, sum(h, message), signature) == nil {
			return h
		}
	}
	return 0
}

// verifyEC is verifyRSA for a curve, whose size names the digest.
func verifyEC(curve elliptic.Curve, k cms.PublicKey, message, signature []byte) crypto.Hash {
	h := crypto.SHA512
	switch curve {
	case elliptic.P256():
		h = crypto.SHA256
	case elliptic.P384():
		h = crypto.SHA384
	}
	size := (curve.Params().BitSize + 7) / 8
	point := make([]byte, 1+2*size)
	point[0] = 4 // uncompressed, SEC 1 §2.3.3
	k.X.FillBytes(point[1 : 1+size])
	k.Y.FillBytes(point[1+size:])
	key, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	der := element(signature)
	if err != nil || len(bytes.Trim(signature[len(der):], "\x00")) > 0 || !ecdsa.VerifyASN1(key, sum(h, message), der) {
		return 0
	}
	return h
}

func curveOf(k cms.PublicKey) elliptic.Curve {
	if k.Curve == nil {
		return nil
	}
	switch k.Curve.Name {
	case "P-256":
		return elliptic.P256()
	case "P-384":
		return elliptic.P384()
	case "P-521":
		return elliptic.P521()
	}
	return nil
}

func sum(h crypto.Hash, b []byte) []byte {
	d := h.New()
	d.Write(b)
	return d.Sum(nil)
}

// element cuts a DER SEQUENCE out of its filling; empty where there is none.
func element(b []byte) []byte {
	if len(b) < 2 || b[0] != 0x30 {
		return nil
	}
	head, n := 2, int(b[1])
	if n > 0x80 {
		if head += n - 0x80; head > 4 || head > len(b) {
			return nil
		}
		n = 0
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if head+n > len(b) {
		return nil
	}
	return b[:head+n]
}

// portrait checks the hash of the portrait and hands it over.
func (r *reading) portrait(doc *cardreader.Document) check.Check {
	photo, want := r.raw[photoFile.name], r.identity[tagPhotoHash]
	c := check.Unsure(checkHash, check.Unreadable, "")
	c.Optional = true
	if len(photo) == 0 {
		return c
	}
	hashes := map[int]crypto.Hash{20: crypto.SHA1, 32: crypto.SHA256, 48: crypto.SHA384, 64: crypto.SHA512}
	h, known := hashes[len(want)]
	switch {
	case !known:
		return check.Unsure(checkHash, check.NotSupported, fmt.Sprintf("hash of %d bytes", len(want)))
	case subtle.ConstantTimeCompare(sum(h, photo), want) != 1:
		return check.Fail(checkHash, check.WrongDigest, h.String())
	}
	if !bytes.HasPrefix(photo, []byte{0xFF, 0xD8, 0xFF}) {
		problem := check.Unsure(checkPhoto, check.NotSupported, "")
		problem.Optional = true
		doc.Checks = append(doc.Checks, problem)
	} else {
		doc.Photo = bytes.Clone(photo)
	}
	return check.Pass(checkHash, h.String())
}

// trace follows the register's certificate to an anchor of Belgium, with nothing between them.
func (r *reading) trace(register *cms.Certificate, anchors []*cms.Certificate) check.Check {
	if !isRegister(register) {
		return check.Unsure(checkCSCA, check.UnknownIssuer, register.String())
	}
	chain, err := cms.NewPool(anchors).Chain(register, cms.ChainOptions{At: r.now})
	if err != nil {
		return verdict(checkCSCA, err)
	}
	anchor := chain[len(chain)-1]
	switch {
	case len(chain) != 2 || anchor.Subject.Country != "BE":
		return check.Unsure(checkCSCA, check.UnknownIssuer, anchor.String())
	case r.now.IsZero():
		return check.Unsure(checkCSCA, check.ClockUnsure, anchor.String())
	}
	return check.Pass(checkCSCA, anchor.String())
}

// isRegister tells whether a certificate names the national register of Belgium.
func isRegister(c *cms.Certificate) bool {
	if c.Subject.Country != "BE" || c.CA {
		return false
	}
	for part := range strings.SplitSeq(c.Subject.String(), ",") {
		if part == "O=RRN" || part == "CN=RRN" {
			return true
		}
	}
	return false
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

// valid checks the last day, YYYY-MM-DD.
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
