package voucher

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"

	"bangban/cardreader/check"
)

// Names of the checks, in the order taken. Those from time on are Judge's.
const (
	CheckStructure         = "structure"
	CheckIssuer            = "issuer"             // the issuing certificate, up to the root
	CheckDelegation        = "delegation"         // its signature
	CheckIssuerName        = "issuer-name"        // voucher, delegation and certificate name the same issuer
	CheckDelegationRevoked = "delegation-revoked" // not withdrawn
	CheckSerial            = "serial"             // in its block
	CheckSignature         = "signature"
	CheckDelegationTime    = "delegation-time" // issued inside the delegation
	CheckMaxLife           = "max-life"
	CheckTime              = "time"
	CheckAudience          = "audience"
	CheckNonce             = "nonce" // only where a nonce was asked for
	CheckStatus            = "status"
	CheckUses              = "uses"
	CheckTraining          = "training"
)

// Keys is what Open rests on.
type Keys struct {
	Institutions []*Institution
	// RevokedDelegation answers from the newest list of withdrawn delegations held for issuer: Passed, Failed, or
	// Indeterminate where the list is over-age. held is false where no list was ever held; a nil function holds none.
	RevokedDelegation func(issuer, station string, keyID []byte) (c check.Check, held bool)
	// Own names this station's own institution. Its lists are demanded: none held lowers the whole.
	Own string
}

// Open gives the voucher that msg holds once its form, its issuing certificate up to the root, its delegation, its
// serial, its signature, its time of issue and its life have been checked, in that order. It is the only way bytes
// become a Voucher. What it cannot accept is an *OpenError with all checks. Time, audience, status and uses are
// questions of the moment: see Judge.
func Open(msg []byte, keys Keys) (*Voucher, error) {
	e := &examiner{keys: keys}
	var (
		v *Voucher
		m *message
		d *signedDelegation
	)
	err := e.run([]step{
		{CheckStructure, func() (c check.Check) { v, m, c = e.structure(msg); return c }},
		{CheckIssuer, func() check.Check { d = m.delegation; return e.issuer(d) }},
		{CheckDelegation, func() check.Check { return e.delegation(d) }},
		{CheckIssuerName, func() check.Check { return e.names(v.Issuer, d.Issuer) }},
		{CheckDelegationRevoked, func() check.Check { return e.revoked(d) }},
		{CheckSerial, func() check.Check { return e.serial(v, d) }},
		{CheckSignature, func() check.Check { return e.signature(m) }},
		{CheckDelegationTime, func() check.Check { return e.issued(v, d) }},
		{CheckMaxLife, func() check.Check { return e.life(v, d) }},
	})
	if err != nil {
		return nil, err
	}
	v.proof = &proof{station: d.Station, keyID: d.keyID, hash: sha256.Sum256(msg), checks: e.checks}
	return v, nil
}

// OpenText is Decode and Open. A text that cannot be read is Indeterminate, unreadable; what it holds, once readable,
// is judged as Open does.
func OpenText(text string, keys Keys) (*Voucher, error) {
	cose, err := Decode(text)
	if err == nil && !Canonical(text, cose) {
		err = ErrNotCanonical
	}
	if err != nil {
		e := &examiner{}
		return nil, e.stop(check.Unsure(CheckStructure, check.Unreadable, err.Error()), err, openOrder[1:])
	}
	return Open(cose, keys)
}

var openOrder = []string{CheckStructure, CheckIssuer, CheckDelegation, CheckIssuerName, CheckDelegationRevoked, CheckSerial,
	CheckSignature, CheckDelegationTime, CheckMaxLife}

// message is a voucher whose signature may not have been checked yet.
type message struct {
	cose       *sign1
	kid        []byte
	delegation *signedDelegation
}

// step is one check of an examination.
type step struct {
	name string
	take func() check.Check
}

// examiner takes checks in order and stops at the first that does not let it go on.
type examiner struct {
	keys        Keys
	institution *Institution
	cert        *x509.Certificate
	checks      []check.Check
	cause       error
}

func (e *examiner) run(steps []step) error {
	for i, s := range steps {
		c := s.take()
		c.Name = s.name
		if c.Verdict == check.Passed || c.Verdict == check.Indeterminate && c.Optional {
			e.checks = append(e.checks, c)
			continue
		}
		var rest []string
		for _, r := range steps[i+1:] {
			rest = append(rest, r.name)
		}
		return e.stop(c, e.cause, rest)
	}
	return nil
}

// stop ends the examination with c; the checks that were not taken are listed as such.
func (e *examiner) stop(c check.Check, cause error, rest []string) error {
	all := append(slices.Clone(e.checks), c)
	for _, name := range rest {
		all = append(all, check.Unsure(name, check.NotChecked, ""))
	}
	return &OpenError{Checks: all, Err: cause}
}

func (e *examiner) broken(err error) check.Check {
	e.cause = err
	return check.Fail(CheckStructure, check.Structure, err.Error())
}

func (e *examiner) structure(msg []byte) (*Voucher, *message, check.Check) {
	m, c := e.envelope(msg)
	if m == nil {
		return nil, nil, c
	}
	v, err := decodeClaims(m.cose.Payload)
	if err != nil {
		return nil, nil, e.broken(err)
	}
	return v, m, check.Pass("", "")
}

// envelope takes the COSE_Sign1 and the delegation in it apart; nil where the form is broken, c says how.
func (e *examiner) envelope(msg []byte) (*message, check.Check) {
	if len(msg) > maxCOSE {
		return nil, e.broken(ErrTooLong)
	}
	cose, head, err := parseSign1(msg, prefixVoucher)
	if err != nil {
		return nil, e.broken(err)
	}
	var o outer
	if err := decMode.Unmarshal(cose.Unprotected, &o); err != nil {
		return nil, e.broken(fmt.Errorf("%w: unprotected header", ErrStructure))
	}
	if again, err := encMode.Marshal(o); err != nil || !bytes.Equal(again, cose.Unprotected) {
		return nil, e.broken(fmt.Errorf("%w: unprotected header", ErrStructure))
	}
	d, err := parseDelegation(o.Delegation)
	if err != nil {
		return nil, e.broken(err)
	}
	if !bytes.Equal(head.KID, d.keyID) {
		return nil, e.broken(fmt.Errorf("%w: kid is not that of the delegated key", ErrStructure))
	}
	if err := checkChain(head.Chain, d.Key); err != nil {
		return nil, e.broken(err)
	}
	return &message{cose, head.KID, d}, check.Pass("", "")
}

func (e *examiner) delegationStructure(msg []byte) (*signedDelegation, check.Check) {
	d, err := parseDelegation(msg)
	if err != nil {
		return nil, e.broken(err)
	}
	return d, check.Pass("", "")
}

// issuer finds the issuing certificate by kid. Its link to the root was checked by ParseInstitution; here it must have
// been in force, and its root too, when the delegation began.
func (e *examiner) issuer(d *signedDelegation) check.Check {
	for _, i := range e.keys.Institutions {
		if cert := i.find(d.kid); cert != nil {
			e.institution, e.cert = i, cert
			break
		}
	}
	if e.cert == nil {
		return check.Unsure("", check.UnknownIssuer, fmt.Sprintf("no issuing certificate %x", d.kid))
	}
	for _, c := range []*x509.Certificate{e.cert, e.institution.root} {
		switch {
		case d.NotBefore.Before(c.NotBefore):
			return check.Fail("", check.NotYetValid, fmt.Sprintf("certificate %x", KeyID(c.Raw)))
		case d.NotBefore.After(c.NotAfter):
			return check.Fail("", check.Expired, fmt.Sprintf("certificate %x", KeyID(c.Raw)))
		}
	}
	return check.Pass("", fmt.Sprintf("certificate %x, root %x", d.kid, KeyID(e.institution.root.Raw)))
}

func (e *examiner) delegation(d *signedDelegation) check.Check {
	if !d.cose.verify(p256(e.cert), aadDelegation) {
		return check.Fail("", check.WrongSignature, fmt.Sprintf("certificate %x", d.kid))
	}
	return check.Pass("", fmt.Sprintf("certificate %x", d.kid))
}

func (e *examiner) names(voucher, delegation string) check.Check {
	if voucher != delegation || delegation != e.institution.name {
		return check.Fail("", ReasonIssuerMismatch, e.institution.name)
	}
	return check.Pass("", e.institution.name)
}

func (e *examiner) revoked(d *signedDelegation) check.Check {
	if e.keys.RevokedDelegation != nil {
		if c, held := e.keys.RevokedDelegation(d.Issuer, d.Station, d.keyID); held {
			c.Optional = false
			return c
		}
	}
	c := check.Unsure("", check.NoList, "delegations of "+d.Issuer)
	c.Optional = d.Issuer != e.keys.Own
	return c
}

func (e *examiner) serial(v *Voucher, d *signedDelegation) check.Check {
	block := fmt.Sprintf("%s to %d", FormatSerial(d.Station, d.First), d.Last)
	if !d.holds(v.Terms.Serial) {
		return check.Fail("", ReasonSerialOutside, block)
	}
	return check.Pass("", block)
}

func (e *examiner) signature(m *message) check.Check { return e.signed(m, "") }

func (e *examiner) signed(m *message, aad string) check.Check {
	detail := fmt.Sprintf("key %x of %s", m.kid, m.delegation.Station)
	if !m.cose.verify(m.delegation.Key, aad) {
		return check.Fail("", check.WrongSignature, detail)
	}
	return check.Pass("", detail)
}

func (e *examiner) issued(v *Voucher, d *signedDelegation) check.Check {
	if !d.covers(v.IssuedAt) {
		return check.Fail("", ReasonOutsideDelegation, fmt.Sprintf("key %x", d.keyID))
	}
	return check.Pass("", fmt.Sprintf("key %x", d.keyID))
}

func (e *examiner) life(v *Voucher, d *signedDelegation) check.Check {
	if d.tooLong(v) {
		return check.Fail("", ReasonLifeTooLong, d.MaxLife.String())
	}
	return check.Pass("", d.MaxLife.String())
}
