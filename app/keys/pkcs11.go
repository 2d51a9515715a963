//go:build cgo

package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/miekg/pkcs11"
)

// p11Place is a token behind a PKCS#11 module (OASIS PKCS#11 v2.40). Each operation has a session of its own, which is
// logged in and closed again: another program, and another key of the same token, find it as they left it.
type p11Place struct {
	u   uri
	ctx *pkcs11.Ctx // nil: module not loaded; under p11
}

// p11 stands for what a module keeps for the whole program: who is logged in (PKCS#11 v2.40 §2.4).
var p11 sync.Mutex

func newPKCS11(u uri) (Place, error) { return &p11Place{u: u}, nil }

// Kind says "PKCS#11 token".
func (p *p11Place) Kind() string { return KindPKCS11 }

// Close forgets the module. It is not finalised: that would end it for the whole program (PKCS#11 §5.4).
func (p *p11Place) Close() error {
	p11.Lock()
	defer p11.Unlock()
	p.ctx = nil
	return nil
}

// with gives a logged-in session.
func (p *p11Place) with(pin []byte, f func(*pkcs11.Ctx, pkcs11.SessionHandle) error) error {
	p11.Lock()
	defer p11.Unlock()
	if p.ctx == nil {
		ctx := pkcs11.New(p.u.module)
		if ctx == nil {
			return &PlaceError{code: CodePlaceNone, kind: KindPKCS11}
		}
		if err := ctx.Initialize(); err != nil && !is(err, pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
			return &PlaceError{code: CodePlaceNone, kind: KindPKCS11, err: err}
		}
		p.ctx = ctx
	}
	slot, err := p.slot()
	if err != nil {
		return err
	}
	s, err := p.ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return p.refused(slot, err)
	}
	defer p.ctx.CloseSession(s)
	if err := p.ctx.Login(s, pkcs11.CKU_USER, string(pin)); err != nil && !is(err, pkcs11.CKR_USER_ALREADY_LOGGED_IN) {
		return p.refused(slot, err)
	}
	defer p.ctx.Logout(s)
	return p.refused(slot, f(p.ctx, s))
}

// slot finds the token; the slot that it is in may change from one plugging in to the next.
func (p *p11Place) slot() (uint, error) {
	slots, err := p.ctx.GetSlotList(true)
	if err != nil {
		return 0, &PlaceError{code: CodePlaceGone, kind: KindPKCS11, err: err}
	}
	for _, s := range slots {
		if p.u.slot != nil && *p.u.slot != s {
			continue
		}
		t, err := p.ctx.GetTokenInfo(s)
		if err != nil || t.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			continue
		}
		same := func(want, got string) bool { return want == "" || want == strings.TrimRight(got, " \x00") }
		if same(p.u.token, t.Label) && same(p.u.serial, t.SerialNumber) {
			return s, nil
		}
	}
	return 0, &PlaceError{code: CodePlaceGone, kind: KindPKCS11}
}

func is(err error, codes ...pkcs11.Error) bool {
	var e pkcs11.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e == c {
			return true
		}
	}
	return false
}

// refused gives an answer of the token its sentence. PKCS#11 tells how many tries are left only by flags.
func (p *p11Place) refused(slot uint, err error) error {
	var place *PlaceError
	if err == nil || errors.As(err, &place) || errors.Is(err, ErrAlgorithm) || errors.Is(err, ErrFormat) {
		return err
	}
	e := &PlaceError{code: CodePlaceFailed, kind: KindPKCS11, err: err}
	switch {
	case is(err, pkcs11.CKR_PIN_LOCKED):
		e.code = CodePlaceLocked
	case is(err, pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE):
		e.code = CodePlacePIN
		t, ierr := p.ctx.GetTokenInfo(slot)
		switch {
		case ierr == nil && t.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
			e.code = CodePlaceLocked
		case ierr == nil && t.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
			e.code, e.left = CodePlaceLeft, "1"
		}
	case is(err, pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_TOKEN_NOT_PRESENT, pkcs11.CKR_DEVICE_ERROR, pkcs11.CKR_TOKEN_NOT_RECOGNIZED,
		pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SLOT_ID_INVALID, pkcs11.CKR_SESSION_CLOSED):
		e.code = CodePlaceGone
	}
	return e
}

// idSize is the length of CKA_ID of keys that are made here.
const idSize = 16

// curveP256 is CKA_EC_PARAMS of P-256: its object identifier (RFC 5480 §2.1.1.1).
var curveP256 = []byte{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}

// Generate implements Place. The private key is sensitive and not extractable.
func (p *p11Place) Generate(rand io.Reader, label string, pin []byte) (ref []byte, pub *ecdsa.PublicKey, err error) {
	ref = make([]byte, idSize)
	if _, err := io.ReadFull(rand, ref); err != nil {
		return nil, nil, err
	}
	if p.u.label != "" {
		label = p.u.label
	}
	a := pkcs11.NewAttribute
	err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		public, _, err := c.GenerateKeyPair(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_EC_KEY_PAIR_GEN, nil)},
			[]*pkcs11.Attribute{a(pkcs11.CKA_TOKEN, true), a(pkcs11.CKA_VERIFY, true), a(pkcs11.CKA_ID, ref),
				a(pkcs11.CKA_LABEL, label), a(pkcs11.CKA_EC_PARAMS, curveP256)},
			[]*pkcs11.Attribute{a(pkcs11.CKA_TOKEN, true), a(pkcs11.CKA_PRIVATE, true), a(pkcs11.CKA_SIGN, true),
				a(pkcs11.CKA_SENSITIVE, true), a(pkcs11.CKA_EXTRACTABLE, false), a(pkcs11.CKA_ID, ref), a(pkcs11.CKA_LABEL, label)})
		if err != nil {
			return err
		}
		got, err := c.GetAttributeValue(s, public, []*pkcs11.Attribute{a(pkcs11.CKA_EC_POINT, nil)})
		if err != nil {
			return err
		}
		var point []byte // an OCTET STRING (PKCS#11 v2.40 §2.3.3); some modules leave the wrapping out
		if rest, err := asn1.Unmarshal(got[0].Value, &point); err != nil || len(rest) > 0 {
			point = got[0].Value
		}
		if pub, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err != nil {
			return ErrFormat
		}
		return nil
	})
	return ref, pub, err
}

// find gives the one object of a class with an id.
func find(c *pkcs11.Ctx, s pkcs11.SessionHandle, class uint, id []byte) (pkcs11.ObjectHandle, error) {
	if err := c.FindObjectsInit(s, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_ID, id)}); err != nil {
		return 0, err
	}
	found, _, err := c.FindObjects(s, 2)
	if ferr := c.FindObjectsFinal(s); err == nil {
		err = ferr
	}
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		return 0, &PlaceError{code: CodePlaceKey, kind: KindPKCS11}
	}
	return found[0], nil
}

// Open implements Place.
func (p *p11Place) Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (Key, error) {
	if len(ref) != idSize {
		return nil, ErrFormat
	}
	sign := func(digest, pin []byte) (sig []byte, err error) {
		err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
			key, err := find(c, s, pkcs11.CKO_PRIVATE_KEY, ref)
			if err != nil {
				return err
			}
			if err := c.SignInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil)}, key); err != nil {
				return err
			}
			raw, err := c.Sign(s, digest)
			if err != nil {
				return err
			}
			if len(raw) != 2*sha256.Size { // r ‖ s (PKCS#11 v2.40 mechanisms §2.3.1)
				return ErrFormat
			}
			sig, err = signatureDER(raw[:scalarSize], raw[scalarSize:])
			return err
		})
		return sig, err
	}
	return openHeld(KindPKCS11, pub, pin, sign, p.Close)
}

// sealIn encrypts a secret, which no token could hold, with a fresh AES-256 key that cannot leave the token: AES-GCM.
func sealIn(u uri, id []byte, label string, pin, plain, aad []byte) (sealed []byte, err error) {
	if len(id) != idSize+nonceSize {
		return nil, ErrFormat
	}
	p := &p11Place{u: u}
	a := pkcs11.NewAttribute
	ref, nonce := id[:idSize], id[idSize:]
	err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		key, err := c.GenerateKey(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_KEY_GEN, nil)}, []*pkcs11.Attribute{
			a(pkcs11.CKA_TOKEN, true), a(pkcs11.CKA_PRIVATE, true), a(pkcs11.CKA_SENSITIVE, true), a(pkcs11.CKA_EXTRACTABLE, false),
			a(pkcs11.CKA_ENCRYPT, true), a(pkcs11.CKA_DECRYPT, true), a(pkcs11.CKA_VALUE_LEN, kekSize), a(pkcs11.CKA_ID, ref),
			a(pkcs11.CKA_LABEL, label)})
		if err != nil {
			return err
		}
		params := pkcs11.NewGCMParams(nonce, aad, 8*tagSize)
		defer params.Free()
		if err := c.EncryptInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_GCM, params)}, key); err != nil {
			return err
		}
		if sealed, err = c.Encrypt(s, plain); err != nil {
			return err
		}
		if iv := params.IV(); string(iv) != string(nonce) { // some modules make their own (PKCS#11 v2.40 §2.12.3)
			return ErrFormat
		}
		return nil
	})
	return sealed, err
}

// unsealIn is the other way.
func unsealIn(u uri, id, pin, sealed, aad []byte) (plain []byte, err error) {
	if len(id) != idSize+nonceSize {
		return nil, ErrFormat
	}
	p := &p11Place{u: u}
	err = p.with(pin, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		key, err := find(c, s, pkcs11.CKO_SECRET_KEY, id[:idSize])
		if err != nil {
			return err
		}
		params := pkcs11.NewGCMParams(id[idSize:], aad, 8*tagSize)
		defer params.Free()
		if err := c.DecryptInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_GCM, params)}, key); err != nil {
			return err
		}
		plain, err = c.Decrypt(s, sealed)
		return err
	})
	return plain, err
}
