package voucher

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"bangban/cardreader/check"
)

// Mandate is one person's permission for another to come to a counter in their place: for some purposes, a time and a number
// of times. It is signed by the voucher key like a voucher, takes a serial of the same block and a place in the same status
// list, and is taken back like one.
//
//	mandate = Base45(zlib(61(18([ protected, unprotected, payload, signature ]))))
//	payload = << { 1 iss, 4 exp, 5 nbf, 6 iat, 7 cti, ? 65535 status, -70003 mandate terms } >>
//	terms   = { 1 principal, 2 helper, 3 [+ purpose code], 4 uses uint, 5 relation tstr, 6 before bstr (32), 7 serial uint }
//	principal, helper = { 1 name tstr, 2 document binding bstr (48) }
//
// It is signed with external_aad "bangban-mandate-1" (RFC 9052 §4.4), so that it can never pass for a voucher, nor a voucher
// for it. The life of vouchers that the delegation allows does not bound it; MaxMandate does.
type Mandate struct {
	Issuer            string
	Expires, IssuedAt time.Time
	ID                [16]byte   // cti: random
	Status            *StatusRef // nil: none
	Serial            uint64
	Principal         Party
	Helper            Party
	Scopes            []string // purpose codes
	Uses              uint64   // at least 1
	Relation          string   // code: "child", "spouse" …
	Before            [32]byte // SHA-256 of the assistance record up to the person's Yes

	proof *proof // set by OpenMandate only
}

// Party is one of the two people of a mandate: the name, and the document by which they prove themselves at a counter.
type Party struct {
	Name    string
	Binding []byte // see BindDocument
}

// MaxMandate is the longest life of a mandate.
const MaxMandate = 365 * 24 * time.Hour

const aadMandate = "bangban-mandate-1"

// RevocationPrefix stands before the text of a mandate on its revocation slip. Whoever lays the slip on a counter asks for
// the mandate to be taken back; the holder of the other copies cannot use it for more than that either.
const RevocationPrefix = "BBR:"

type mandateClaims struct {
	Iss    string        `cbor:"1,keyasint"`
	Exp    int64         `cbor:"4,keyasint"`
	Nbf    int64         `cbor:"5,keyasint"`
	Iat    int64         `cbor:"6,keyasint"`
	CTI    []byte        `cbor:"7,keyasint"`
	Status *statusClaim  `cbor:"65535,keyasint,omitempty"`
	Terms  *mandateTerms `cbor:"-70003,keyasint"`
}

type mandateTerms struct {
	Principal mandateParty `cbor:"1,keyasint"`
	Helper    mandateParty `cbor:"2,keyasint"`
	Scopes    []string     `cbor:"3,keyasint"`
	Uses      uint64       `cbor:"4,keyasint"`
	Relation  string       `cbor:"5,keyasint"`
	Before    []byte       `cbor:"6,keyasint"`
	Serial    uint64       `cbor:"7,keyasint"`
}

type mandateParty struct {
	Name    string `cbor:"1,keyasint"`
	Binding []byte `cbor:"2,keyasint"`
}

// SignMandate signs m under the signer's delegation. What would not open again is refused.
func SignMandate(m *Mandate, s Signer) ([]byte, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	d, err := parseDelegation(s.Delegation)
	if err != nil {
		return nil, err
	}
	pub, ok := s.Key.Public().(*ecdsa.PublicKey)
	if !ok || !pub.Equal(d.Key) {
		return nil, ErrWrongKey
	}
	switch {
	case m.Issuer != d.Issuer:
		return nil, fmt.Errorf("%w: issuer", ErrOutside)
	case !d.holds(m.Serial):
		return nil, fmt.Errorf("%w: serial", ErrOutside)
	case !d.covers(m.IssuedAt):
		return nil, fmt.Errorf("%w: time of issue", ErrOutside)
	}
	kid, err := VoucherKeyID(pub)
	if err != nil {
		return nil, err
	}
	payload, err := m.encode()
	if err != nil {
		return nil, err
	}
	body, err := seal(nil, s.Key, protected{KID: kid}, outer{Delegation: s.Delegation}, aadMandate, payload)
	if err != nil {
		return nil, err
	}
	return slices.Concat(prefixVoucher, body), nil
}

func (m *Mandate) encode() ([]byte, error) {
	party := func(p Party) mandateParty { return mandateParty(p) }
	c := mandateClaims{Iss: m.Issuer, Exp: m.Expires.Unix(), Nbf: m.IssuedAt.Unix(), Iat: m.IssuedAt.Unix(), CTI: m.ID[:],
		Terms: &mandateTerms{party(m.Principal), party(m.Helper), m.Scopes, m.Uses, m.Relation, m.Before[:], m.Serial}}
	if m.Status != nil {
		c.Status = &statusClaim{List: *m.Status}
	}
	return encMode.Marshal(c)
}

func decodeMandate(payload []byte) (*Mandate, error) {
	var c mandateClaims
	if err := decMode.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrStructure, err)
	}
	if c.Terms == nil || len(c.CTI) != 16 || len(c.Terms.Before) != 32 || c.Nbf != c.Iat {
		return nil, fmt.Errorf("%w: cti, nbf or terms", ErrStructure)
	}
	t := c.Terms
	m := &Mandate{Issuer: c.Iss, Expires: seconds(c.Exp), IssuedAt: seconds(c.Iat), ID: [16]byte(c.CTI), Serial: t.Serial,
		Principal: Party(t.Principal), Helper: Party(t.Helper), Scopes: t.Scopes, Uses: t.Uses, Relation: t.Relation, Before: [32]byte(t.Before)}
	if c.Status != nil {
		m.Status = &c.Status.List
	}
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStructure, err)
	}
	if again, err := m.encode(); err != nil || !bytes.Equal(again, payload) {
		return nil, fmt.Errorf("%w: claims are not in deterministic encoding", ErrStructure)
	}
	return m, nil
}

func (m *Mandate) validate() error {
	for _, f := range []struct {
		what string
		ok   bool
	}{
		{"iss", text(m.Issuer, 1)},
		{"exp, iat", m.IssuedAt.Unix() > 0 && m.Expires.After(m.IssuedAt) && m.Expires.Sub(m.IssuedAt) <= MaxMandate},
		{"cti", m.ID != [16]byte{}},
		{"status", m.Status == nil || text(m.Status.URI, 1)},
		{"serial", m.Serial > 0},
		{"principal", m.Principal.valid()},
		{"helper", m.Helper.valid()},
		{"parties", !bytes.Equal(m.Principal.Binding, m.Helper.Binding)},
		{"scopes", len(m.Scopes) > 0 && len(m.Scopes) <= maxOperations && !slices.ContainsFunc(m.Scopes, notText)},
		{"uses", m.Uses > 0},
		{"relation", text(m.Relation, 1)},
		{"before", m.Before != [32]byte{}},
	} {
		if !f.ok {
			return fmt.Errorf("%w: mandate %s", ErrIncomplete, f.what)
		}
	}
	return nil
}

func (p Party) valid() bool { return text(p.Name, 1) && len(p.Binding) == BindingSize }

// Is tells whether a document of that kind and number is the party's.
func (p Party) Is(kind, number string) bool {
	if len(p.Binding) != BindingSize {
		return false
	}
	want := BindDocument([SaltSize]byte(p.Binding[:SaltSize]), kind, number)
	return subtle.ConstantTimeCompare(want, p.Binding) == 1
}

// OpenMandate gives the mandate that msg holds, by the same checks as Open in the same order; its life is bounded by
// MaxMandate, which is part of its structure. What it cannot accept is an *OpenError with all checks.
func OpenMandate(msg []byte, keys Keys) (*Mandate, error) {
	e := &examiner{keys: keys}
	var m *Mandate
	var in *message
	var as *Voucher // what the checks of a voucher look at
	err := e.run([]step{
		{CheckStructure, func() (c check.Check) {
			if in, c = e.envelope(msg); in == nil {
				return c
			}
			var err error
			if m, err = decodeMandate(in.cose.Payload); err != nil {
				return e.broken(err)
			}
			as = m.plain()
			return check.Pass("", "")
		}},
		{CheckIssuer, func() check.Check { return e.issuer(in.delegation) }},
		{CheckDelegation, func() check.Check { return e.delegation(in.delegation) }},
		{CheckIssuerName, func() check.Check { return e.names(m.Issuer, in.delegation.Issuer) }},
		{CheckDelegationRevoked, func() check.Check { return e.revoked(in.delegation) }},
		{CheckSerial, func() check.Check { return e.serial(as, in.delegation) }},
		{CheckSignature, func() check.Check { return e.signed(in, aadMandate) }},
		{CheckDelegationTime, func() check.Check { return e.issued(as, in.delegation) }},
	})
	if err != nil {
		return nil, err
	}
	m.proof = &proof{station: in.delegation.Station, keyID: in.delegation.keyID, hash: sha256.Sum256(msg), checks: e.checks}
	return m, nil
}

// OpenMandateText is Decode and OpenMandate; the text may be that of a revocation slip.
func OpenMandateText(text string, keys Keys) (*Mandate, error) {
	text, _ = cutRevocation(text)
	cose, err := Decode(text)
	if err == nil && !Canonical(text, cose) {
		err = ErrNotCanonical
	}
	if err != nil {
		e := &examiner{}
		return nil, e.stop(check.Unsure(CheckStructure, check.Unreadable, err.Error()), err, openOrder[1:len(openOrder)-1])
	}
	return OpenMandate(cose, keys)
}

func cutRevocation(text string) (rest string, cut bool) {
	if len(text) >= len(RevocationPrefix) && text[:len(RevocationPrefix)] == RevocationPrefix {
		return text[len(RevocationPrefix):], true
	}
	return text, false
}

// IsMandate tells whether COSE bytes say that they are a mandate. Nothing is checked.
func IsMandate(msg []byte) bool {
	cose, _, err := parseSign1(msg, prefixVoucher)
	if err != nil {
		return false
	}
	var c mandateClaims
	return decMode.Unmarshal(cose.Payload, &c) == nil && c.Terms != nil
}

// plain is what is asked of a mandate as of any paper.
func (m *Mandate) plain() *Voucher {
	return &Voucher{Issuer: m.Issuer, Expires: m.Expires, NotBefore: m.IssuedAt, IssuedAt: m.IssuedAt, ID: m.ID, Status: m.Status,
		Terms: Terms{Serial: m.Serial, MaxUses: m.Uses}, proof: m.proof}
}

// Judge answers the questions of the moment: time, status, uses, training or real.
func (m *Mandate) Judge(c Context) []check.Check {
	v := m.plain()
	var checks []check.Check
	if m.proof == nil {
		checks = append(checks, check.Unsure(CheckSignature, check.NotChecked, "not opened"))
	}
	return append(checks, v.judgeTime(c), v.judgeStatus(c), v.judgeUses(c), v.judgeTraining(c))
}

// Station names the counter that signed. Empty for a draft.
func (m *Mandate) Station() string { return m.plain().Station() }

// SerialText is the serial as people read it. Empty for a draft.
func (m *Mandate) SerialText() string {
	if m.proof == nil {
		return ""
	}
	return FormatSerial(m.proof.station, m.Serial)
}

// Hash is the SHA-256 of the COSE bytes. Zero for a draft.
func (m *Mandate) Hash() [32]byte { return m.plain().Hash() }

// Checks gives the checks that OpenMandate took.
func (m *Mandate) Checks() []check.Check { return m.plain().Checks() }

// String gives the serial, never who it is about.
func (m *Mandate) String() string {
	if m == nil {
		return "mandate(none)"
	}
	return fmt.Sprintf("mandate(serial %d)", m.Serial)
}

// Format implements fmt.Formatter so that no verb prints a name.
func (m Mandate) Format(f fmt.State, _ rune) { fmt.Fprint(f, m.String()) }

// LogValue implements slog.LogValuer.
func (m Mandate) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Format implements fmt.Formatter so that no verb prints a name.
func (p Party) Format(f fmt.State, _ rune) { fmt.Fprint(f, "party") }

// LogValue implements slog.LogValuer.
func (p Party) LogValue() slog.Value { return slog.StringValue("party") }

// ErrNoRevocation says that a text is not that of a revocation slip.
var ErrNoRevocation = errors.New("voucher: no revocation slip")

// OpenRevocation gives the mandate that a revocation slip asks to take back.
func OpenRevocation(text string, keys Keys) (*Mandate, error) {
	if _, cut := cutRevocation(text); !cut {
		return nil, ErrNoRevocation
	}
	return OpenMandateText(text, keys)
}
