package voucher_test

import (
	"crypto/ecdsa"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

// scene is an institution with a delegated key, a second institution, and what a relying office holds of the first.
type scene struct {
	a, b *vouchertest.Authority
	s    voucher.Signer
	keys voucher.Keys
}

func newScene(t *testing.T) *scene {
	a := vouchertest.New(t, vouchertest.Issuer)
	return &scene{a: a, b: vouchertest.New(t, "https://other.example"), s: a.Signer(t), keys: a.Keys(t)}
}

// sign signs a voucher that edit has changed, whether or not anybody will accept it.
func (x *scene) sign(t *testing.T, s voucher.Signer, edit func(*voucher.Voucher)) []byte {
	v := x.a.Voucher()
	if edit != nil {
		edit(v)
	}
	msg, err := voucher.SignUnchecked(nil, v, s)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

// delegated gives a key with a delegation that edit has changed.
func (x *scene) delegated(t *testing.T, edit func(*voucher.Delegation)) voucher.Signer {
	key := vouchertest.Key(t)
	d := x.a.Delegation(key)
	edit(d)
	msg, err := voucher.SignDelegation(nil, d, x.a.IssuingKey, x.a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return voucher.Signer{Key: key, Delegation: msg}
}

// list gives keys whose list of withdrawn delegations answers c.
func (x *scene) list(c check.Check) voucher.Keys {
	k := x.keys
	k.RevokedDelegation = func(string, string, []byte) (check.Check, bool) { return c, true }
	return k
}

// own gives the keys of a station of the institution itself.
func (x *scene) own() voucher.Keys {
	k := x.keys
	k.Own = x.a.Name
	return k
}

// forgeries are signers that a thief could make.
type forgeries struct {
	forged   voucher.Signer // delegated by a key of the thief's own, under the name and kid of the institution
	otherAAD voucher.Signer // delegated by the institution's signature over the same bytes for another use
	renamed  voucher.Signer // delegated by the institution, in another's name
	byName   voucher.Signer // another key under the kid and delegation of the true one
}

func (x *scene) forge(t *testing.T) forgeries {
	thief, kid := vouchertest.Key(t), voucher.KeyID(x.a.Issuing.Raw)
	d := x.a.Delegation(thief)
	payload, err := voucher.DelegationPayload(d, 3600*24)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = x.b.Name
	otherName, err := voucher.DelegationPayload(d, 3600*24)
	if err != nil {
		t.Fatal(err)
	}
	var f forgeries
	for _, m := range []struct {
		to      *voucher.Signer
		key     *ecdsa.PrivateKey
		aad     string
		payload []byte
	}{
		{&f.forged, thief, "bangban-delegation-1", payload},
		{&f.otherAAD, x.a.IssuingKey, "bangban-mandate-1", payload},
		{&f.renamed, x.a.IssuingKey, "bangban-delegation-1", otherName},
	} {
		msg, err := voucher.SealRaw(m.key, kid, nil, m.aad, m.payload)
		if err != nil {
			t.Fatal(err)
		}
		*m.to = voucher.Signer{Key: thief, Delegation: msg}
	}
	f.byName = voucher.Signer{Key: thief, Delegation: x.s.Delegation}
	return f
}

// refusal is a message, what is held where it is opened, and the check that must decide.
type refusal struct {
	name    string
	msg     []byte
	keys    voucher.Keys
	check   string
	verdict check.Verdict
	reason  check.Reason
}

// byDelegation are refused for what delegated the key.
func byDelegation(t *testing.T, x *scene, f forgeries) []refusal {
	return []refusal{
		{"nothing", nil, x.keys, "structure", check.Failed, check.Structure},
		{"no institution", x.sign(t, x.s, nil), voucher.Keys{}, "issuer", check.Indeterminate, check.UnknownIssuer},
		{"other institution", x.sign(t, x.s, nil), x.b.Keys(t), "issuer", check.Indeterminate, check.UnknownIssuer},
		{"delegation after the certificate", x.sign(t, x.delegated(t, func(d *voucher.Delegation) {
			d.NotBefore, d.Expires = d.NotBefore.AddDate(1, 0, 0), d.Expires.AddDate(1, 0, 0)
		}), nil), x.keys, "issuer", check.Failed, check.Expired},
		{"delegation before the certificate", x.sign(t, x.delegated(t, func(d *voucher.Delegation) {
			d.NotBefore = d.NotBefore.AddDate(-1, 0, 0)
		}), nil), x.keys, "issuer", check.Failed, check.NotYetValid},
		{"forged delegation", x.sign(t, f.forged, nil), x.keys, "delegation", check.Failed, check.WrongSignature},
		{"delegation under another aad", x.sign(t, f.otherAAD, nil), x.keys, "delegation", check.Failed, check.WrongSignature},
		{"voucher names another issuer", x.sign(t, x.s, func(v *voucher.Voucher) { v.Issuer = x.b.Name }), x.keys, "issuer-name", check.Failed, voucher.ReasonIssuerMismatch},
		{"certificate names another issuer", x.sign(t, f.renamed, func(v *voucher.Voucher) { v.Issuer = x.b.Name }), x.keys, "issuer-name", check.Failed, voucher.ReasonIssuerMismatch},
	}
}

// byVoucher are refused for what the voucher says, or for what a list says of its key.
func byVoucher(t *testing.T, x *scene, f forgeries) []refusal {
	return []refusal{
		{"withdrawn", x.sign(t, x.s, nil), x.list(check.Fail("", check.Revoked, "list")), "delegation-revoked", check.Failed, check.Revoked},
		{"list too old", x.sign(t, x.s, nil), x.list(check.Unsure("", check.ListTooOld, "list")), "delegation-revoked", check.Indeterminate, check.ListTooOld},
		{"own institution, no list", x.sign(t, x.s, nil), x.own(), "delegation-revoked", check.Indeterminate, check.NoList},
		{"serial above", x.sign(t, x.s, func(v *voucher.Voucher) { v.Terms.Serial = 10001 }), x.keys, "serial", check.Failed, voucher.ReasonSerialOutside},
		{"serial below", x.sign(t, x.delegated(t, func(d *voucher.Delegation) { d.First = 124 }), nil), x.keys, "serial", check.Failed, voucher.ReasonSerialOutside},
		{"other voucher key", x.sign(t, f.byName, nil), x.keys, "signature", check.Failed, check.WrongSignature},
		{"issued after the delegation", x.sign(t, x.s, func(v *voucher.Voucher) { shift(v, 8*24*time.Hour) }), x.keys, "delegation-time", check.Failed, voucher.ReasonOutsideDelegation},
		{"issued before the delegation", x.sign(t, x.s, func(v *voucher.Voucher) { shift(v, -2*time.Hour) }), x.keys, "delegation-time", check.Failed, voucher.ReasonOutsideDelegation},
		{"lives too long", x.sign(t, x.s, func(v *voucher.Voucher) { v.Expires = v.IssuedAt.Add(7*24*time.Hour + time.Second) }), x.keys, "max-life", check.Failed, voucher.ReasonLifeTooLong},
	}
}

func TestOpenRefuses(t *testing.T) {
	x := newScene(t)
	f := x.forge(t)
	for _, tc := range append(byDelegation(t, x, f), byVoucher(t, x, f)...) {
		v, err := voucher.Open(tc.msg, tc.keys)
		if err == nil {
			t.Errorf("%s: opened %v", tc.name, v)
			continue
		}
		if name, verdict, reason := decided(t, err); name != tc.check || verdict != tc.verdict || reason != tc.reason {
			t.Errorf("%s: %s %v %s, want %s %v %s", tc.name, name, verdict, reason, tc.check, tc.verdict, tc.reason)
		}
	}
	if _, err := voucher.Open(x.sign(t, x.s, nil), x.keys); err != nil {
		t.Errorf("control: %v", err)
	}
}
