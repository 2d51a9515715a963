//go:build cgo

package keys

import (
	"crypto/ecdh"
	"encoding/asn1"
	"io"

	"github.com/miekg/pkcs11"
)

// makeExchange makes a P-256 key for key agreement in a token: sensitive, not extractable, and for nothing else.
func makeExchange(u uri, rand io.Reader, label string, pin []byte) (ref, public []byte, err error) {
	p := &p11Place{u: u}
	ref = make([]byte, idSize)
	if _, err := io.ReadFull(rand, ref); err != nil {
		return nil, nil, err
	}
	if u.label != "" {
		label = u.label
	}
	a := pkcs11.NewAttribute
	err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		pub, _, err := c.GenerateKeyPair(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_EC_KEY_PAIR_GEN, nil)},
			[]*pkcs11.Attribute{a(pkcs11.CKA_TOKEN, true), a(pkcs11.CKA_ID, ref), a(pkcs11.CKA_LABEL, label), a(pkcs11.CKA_EC_PARAMS, curveP256)},
			[]*pkcs11.Attribute{a(pkcs11.CKA_TOKEN, true), a(pkcs11.CKA_PRIVATE, true), a(pkcs11.CKA_SENSITIVE, true), a(pkcs11.CKA_EXTRACTABLE, false),
				a(pkcs11.CKA_DERIVE, true), a(pkcs11.CKA_SIGN, false), a(pkcs11.CKA_ID, ref), a(pkcs11.CKA_LABEL, label)})
		if err != nil {
			return err
		}
		got, err := c.GetAttributeValue(s, pub, []*pkcs11.Attribute{a(pkcs11.CKA_EC_POINT, nil)})
		if err != nil {
			return err
		}
		if rest, err := asn1.Unmarshal(got[0].Value, &public); err != nil || len(rest) > 0 {
			public = got[0].Value // some modules leave the OCTET STRING out
		}
		if _, err := ecdh.P256().NewPublicKey(public); err != nil {
			return ErrFormat
		}
		return nil
	})
	return ref, public, err
}

// exchangeIn lets the token agree on a secret with a public key (PKCS#11 v2.40 mechanisms §2.3.5, CKD_NULL): the x
// coordinate, as RFC 9180 §7.1.1 wants it. Only this derived value leaves the token; it opens one parcel.
func exchangeIn(u uri, ref, pin, peer []byte) (secret []byte, err error) {
	if len(ref) != idSize {
		return nil, ErrFormat
	}
	p := &p11Place{u: u}
	a := pkcs11.NewAttribute
	err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		key, err := find(c, s, pkcs11.CKO_PRIVATE_KEY, ref)
		if err != nil {
			return err
		}
		derive := func(public []byte) (pkcs11.ObjectHandle, error) {
			m := pkcs11.NewMechanism(pkcs11.CKM_ECDH1_DERIVE, pkcs11.NewECDH1DeriveParams(pkcs11.CKD_NULL, nil, public))
			return c.DeriveKey(s, []*pkcs11.Mechanism{m}, key, []*pkcs11.Attribute{a(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
				a(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_GENERIC_SECRET), a(pkcs11.CKA_TOKEN, false), a(pkcs11.CKA_SENSITIVE, false),
				a(pkcs11.CKA_EXTRACTABLE, true), a(pkcs11.CKA_VALUE_LEN, holderPrivate)})
		}
		made, err := derive(peer)
		if is(err, pkcs11.CKR_MECHANISM_PARAM_INVALID, pkcs11.CKR_ARGUMENTS_BAD) { // some modules want the point as an OCTET STRING
			var wrapped []byte
			if wrapped, err = asn1.Marshal(peer); err == nil {
				made, err = derive(wrapped)
			}
		}
		if err != nil {
			return err
		}
		defer c.DestroyObject(s, made)
		got, err := c.GetAttributeValue(s, made, []*pkcs11.Attribute{a(pkcs11.CKA_VALUE, nil)})
		if err != nil {
			return err
		}
		if secret = got[0].Value; len(secret) != holderPrivate {
			return ErrFormat
		}
		return nil
	})
	return secret, err
}
