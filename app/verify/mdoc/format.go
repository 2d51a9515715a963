package mdoc

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "mdoc"

// skew is how far two clocks may differ.
const skew = 5 * time.Minute

// Format implements verify.Format.
type Format struct {
	// ReaderKey is the reader's ephemeral key of the session that the Request's Transcript is of. Nil: device MACs
	// cannot be checked.
	ReaderKey *ecdh.PrivateKey
}

var _ verify.Format = Format{}

// ID is "mdoc".
func (Format) ID() string { return ID }

// Sniff recognises a CBOR map with a version, the base64url text of one, and the code that starts a session.
func (Format) Sniff(b []byte) bool {
	if bytes.HasPrefix(b, []byte(engagementPrefix)) {
		return true
	}
	_, ok := unwrap(b)
	return ok
}

// Verify judges a DeviceResponse.
func (f Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte(engagementPrefix)) {
		return verify.NewResult(ID, req.At, judgeEngagement(b)), nil
	}
	cbor, ok := unwrap(b)
	if !ok {
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure("structure", check.Unreadable, "")}), nil
	}
	all, err := parse(cbor)
	switch {
	case errors.Is(err, ErrUnreadable):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure("structure", check.Unreadable, "")}), nil
	case errors.Is(err, ErrRefused):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure("structure", check.NotSupported, err.Error())}), nil
	case err != nil:
		return verify.NewResult(ID, req.At, []check.Check{check.Fail("structure", check.Structure, reasonOf(err))}), nil
	}
	var checks []check.Check
	claims, rests := verify.Claims{}, []verify.Freshness{}
	proven := true
	for i, c := range all {
		signer, some := c.judge(req, cmp.Or(f.ReaderKey, req.ReaderKey))
		checks = append(checks, some...)
		if signer == nil || slices.ContainsFunc(some, changed) {
			proven = false
			continue
		}
		c.claim(claims, i)
		for _, fresh := range signer.Trust(req.At) {
			if !slices.Contains(rests, fresh) {
				rests = append(rests, fresh)
			}
		}
	}
	r := verify.NewResult(ID, req.At, checks)
	if proven {
		r.Claims, r.Trust = claims, rests
	}
	return r, nil
}

// judgeEngagement: the code that starts a session says nothing about anybody.
func judgeEngagement(b []byte) []check.Check {
	e, err := ParseEngagement(b)
	if err != nil {
		return []check.Check{check.Fail("structure", check.Structure, "device engagement")}
	}
	return []check.Check{check.Pass("structure", "ISO/IEC 18013-5 device engagement"),
		check.Unsure(CheckDeviceSignature, ReasonEngagement, fmt.Sprintf("retrieval methods %d", e.Methods))}
}

// reasonOf gives the first sentence of an error: what CBOR libraries add may quote the bytes.
func reasonOf(err error) string {
	s := err.Error()
	if i := bytes.IndexByte([]byte(s), '\n'); i >= 0 {
		s = s[:i]
	}
	return s[:min(len(s), 120)]
}

// changed tells whether a check says that the document is not what was signed, by the issuer or by the device, or that
// the elements are not covered.
func changed(c check.Check) bool {
	switch c.Name {
	case CheckDigests:
		return c.Verdict != check.Passed
	case CheckDocType, CheckDeviceSignature, CheckDeviceMAC, CheckDeviceElements:
		return c.Verdict == check.Failed
	}
	return false
}

// judge takes the checks of one document.
func (c *credential) judge(req verify.Request, reader *ecdh.PrivateKey) (*trust.Signer, []check.Check) {
	checks := []check.Check{check.Pass("structure", "ISO/IEC 18013-5 DeviceResponse")}
	claim := trust.Claim{Chain: c.chain, Signature: c.auth.Signature, Message: c.auth.Signed("Signature1", nil), Usage: usage}
	if !req.ClockUnsure {
		claim.At = req.At
	}
	alg, err := c.auth.Algorithm()
	if err != nil {
		return nil, append(checks, check.Fail("algorithm", check.Structure, "none in the protected header"))
	}
	claim.Algorithm = alg
	signer, proof := req.Anchors.Prove(claim)
	checks = append(checks, proof...)
	docType := check.Pass(CheckDocType, "")
	if c.docType != c.mso.DocType || c.docType == "" {
		docType = check.Fail(CheckDocType, ReasonDocType, "")
	} else if signer != nil && len(signer.DocTypes) > 0 && !slices.Contains(signer.DocTypes, c.docType) { // Annex C.1.7
		docType = check.Fail(CheckDocType, ReasonDocType, "not among those that the list gives this issuer")
	}
	checks = append(checks, docType, c.judgeDigests(), c.judgeTime(req, signer))
	checks = append(checks, c.judgeDevice(req, reader)...)
	return signer, append(checks, c.judgeStatus(req, signer)...)
}

// judgeDigests compares every element with the MSO, §9.3.1: what is missing there was not issued.
func (c *credential) judgeDigests() check.Check {
	var hash crypto.Hash
	switch c.mso.DigestAlgorithm {
	case "SHA-256":
		hash = crypto.SHA256
	case "SHA-384":
		hash = crypto.SHA384
	case "SHA-512":
		hash = crypto.SHA512
	default:
		return check.Unsure(CheckDigests, check.NotSupported, "")
	}
	if len(c.items) == 0 { // stripped, or never shown: it says nothing about anybody
		return check.Unsure(CheckDigests, check.NotChecked, "no elements")
	}
	for _, it := range c.items {
		h := hash.New()
		h.Write(it.raw)
		want, listed := c.mso.ValueDigests[it.space][it.DigestID]
		if !listed || subtle.ConstantTimeCompare(h.Sum(nil), want) != 1 {
			return check.Fail(CheckDigests, check.WrongDigest, fmt.Sprintf("digest %d", it.DigestID))
		}
	}
	return check.Pass(CheckDigests, fmt.Sprintf("%d elements, %s", len(c.items), c.mso.DigestAlgorithm))
}

// roundedTo is how coarse the dates of an MSO may be: issuers write whole days so that nobody is told by the second.
const roundedTo = 24 * time.Hour

// judgeTime looks at validityInfo, and at the signer's life on the day of signing, §9.3.1.
func (c *credential) judgeTime(req verify.Request, signer *trust.Signer) check.Check {
	m := &c.mso
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case req.At.After(m.until):
		return check.Fail("time", check.Expired, m.until.Format(time.RFC3339))
	case req.At.Add(skew).Before(m.from):
		return check.Fail("time", check.NotYetValid, m.from.Format(time.RFC3339))
	case m.from.Add(roundedTo).Before(m.signed) || m.until.Before(m.from):
		return check.Fail("time", check.Structure, "validityInfo contradicts itself")
	}
	if signer != nil && signer.Certificate != nil {
		if m.signed.Add(roundedTo).Before(signer.Certificate.NotBefore) || m.signed.After(signer.Certificate.NotAfter) {
			return check.Fail("time", ReasonSignedOutside, m.signed.Format(time.RFC3339))
		}
	}
	return check.Pass("time", m.until.Format(time.RFC3339))
}

// judgeStatus asks the status list that the MSO names, where one of that signer is held.
func (c *credential) judgeStatus(req verify.Request, signer *trust.Signer) []check.Check {
	switch {
	case c.mso.Status == nil:
		return nil
	case c.mso.Status.List == nil: // an identifier list, or what comes next: nobody asked it
		other := check.Unsure("status", check.NotSupported, "")
		other.Optional = true
		return []check.Check{other}
	}
	return []check.Check{req.Anchors.JudgeStatusOf(signer, c.mso.Status.List.URI, c.mso.Status.List.Index, req.At)}
}
