package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io"
	"math/big"
	"strconv"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// tpmRef is a key of a TPM: what TPM2_Create gave. Only the TPM that made it can load it.
type tpmRef struct {
	Public  []byte `cbor:"1,keyasint"` // TPM2B_PUBLIC
	Private []byte `cbor:"2,keyasint"` // TPM2B_PRIVATE
}

// tpmPlace is a TPM 2.0. Keys lie under the storage root key (TCG Provisioning Guidance §7.5.1), made anew from the owner
// seed each time: 3 ms in an emulator. Each operation has a connection of its own and leaves nothing in the TPM, so that
// other programs find it free, and a TPM that was away is there again by itself.
type tpmPlace struct {
	path string
	open func(path string) (transport.TPMCloser, error)

	mu   sync.Mutex // one operation at a time
	used bool       // it has answered before
}

func newTPM(path string) *tpmPlace { return &tpmPlace{path: path, open: openTPM} }

// Kind says "TPM 2.0".
func (p *tpmPlace) Kind() string { return KindTPM }

// Close has nothing to give back.
func (p *tpmPlace) Close() error { return nil }

// with runs commands below the storage root key.
func (p *tpmPlace) with(f func(t transport.TPM, srk *tpm2.CreatePrimaryResponse) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	away := func(err error) error {
		if p.used {
			return &PlaceError{code: CodePlaceGone, kind: KindTPM, err: err}
		}
		return &PlaceError{code: CodePlaceNone, kind: KindTPM, err: err}
	}
	t, err := p.open(p.path)
	if err != nil {
		return away(err)
	}
	defer t.Close()
	srk, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(t)
	if err == nil {
		p.used = true
		err = f(t, srk)
		flush(t, srk.ObjectHandle)
	}
	switch {
	case err == nil || errors.Is(err, ErrAlgorithm) || errors.Is(err, ErrFormat):
		return err
	case isTPM(err):
		return refused(t, err)
	}
	return away(err)
}

func flush(t transport.TPM, h tpm2.TPMHandle) {
	_, _ = tpm2.FlushContext{FlushHandle: h}.Execute(t)
}

// isTPM tells an answer of the TPM from a connection that fails.
func isTPM(err error) bool {
	var rc tpm2.TPMRC
	return errors.As(err, &rc)
}

// refused gives an answer of the TPM its sentence.
func refused(t transport.TPM, err error) error {
	e := &PlaceError{code: CodePlaceFailed, kind: KindTPM, err: err}
	switch {
	case errors.Is(err, tpm2.TPMRCLockout):
		e.code = CodePlaceLocked
		if _, every, ok := lockout(t); ok {
			e.code, e.minutes = CodePlaceWait, strconv.Itoa((every+59)/60)
		}
	case errors.Is(err, tpm2.TPMRCAuthFail), errors.Is(err, tpm2.TPMRCBadAuth):
		e.code = CodePlacePIN
		switch left, every, ok := lockout(t); {
		case ok && left == 0: // that was the last one
			e.code, e.minutes = CodePlaceWait, strconv.Itoa((every+59)/60)
		case ok:
			e.code, e.left = CodePlaceLeft, strconv.Itoa(left)
		}
	case errors.Is(err, tpm2.TPMRCIntegrity), errors.Is(err, tpm2.TPMRCHandle):
		e.code = CodePlaceKey
	}
	return e
}

// lockout reads how many wrong PINs the TPM still takes, and how many seconds it takes to forgive one (TPM 2.0 Library
// part 1 §19.8).
func lockout(t transport.TPM) (left, every int, ok bool) {
	r, err := tpm2.GetCapability{Capability: tpm2.TPMCapTPMProperties, Property: uint32(tpm2.TPMPTLockoutCounter), PropertyCount: 3}.Execute(t)
	if err != nil {
		return 0, 0, false
	}
	props, err := r.CapabilityData.Data.TPMProperties()
	if err != nil || len(props.TPMProperty) < 3 {
		return 0, 0, false
	}
	v := props.TPMProperty
	if v[1].Value == 0 || v[2].Value == 0 || v[1].Value > 1<<16 || v[2].Value > 1<<26 {
		return 0, 0, false
	}
	return max(int(v[1].Value)-int(v[0].Value), 0), int(v[2].Value), true
}

// session encrypts what goes to the TPM under a salt that only it can open, so that nobody on the bus learns a PIN.
func session(srk *tpm2.CreatePrimaryResponse, o ...tpm2.AuthOption) (tpm2.Session, error) {
	pub, err := srk.OutPublic.Contents()
	if err != nil {
		return nil, err
	}
	o = append(o, tpm2.AESEncryption(128, tpm2.EncryptIn), tpm2.Salted(srk.ObjectHandle, *pub))
	return tpm2.HMAC(tpm2.TPMAlgSHA256, 16, o...), nil
}

// Generate implements Place. A key with a PIN is under the TPM's dictionary-attack lockout; one without is not.
func (p *tpmPlace) Generate(_ io.Reader, _ string, pin []byte) (ref []byte, pub *ecdsa.PublicKey, err error) {
	// The length of the name algorithm's digest is the most (TPM 2.0 part 1 §28.3). go-tpm 0.9.8 cuts an authorization value
	// at its first zero byte, not only zeros at its end.
	if len(pin) > 32 || bytes.IndexByte(pin, 0) >= 0 {
		return nil, nil, ErrPIN
	}
	err = p.with(func(t transport.TPM, srk *tpm2.CreatePrimaryResponse) error {
		s, err := session(srk)
		if err != nil {
			return err
		}
		made, err := tpm2.Create{
			ParentHandle: tpm2.NamedHandle{Handle: srk.ObjectHandle, Name: srk.Name},
			InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
				UserAuth: tpm2.TPM2BAuth{Buffer: pin}}},
			InPublic: tpm2.New2B(keyTemplate(len(pin) == 0)),
		}.Execute(t, s)
		if err != nil {
			return err
		}
		if pub, err = tpmPoint(made.OutPublic); err != nil {
			return err
		}
		ref, err = encMode.Marshal(tpmRef{tpm2.Marshal(made.OutPublic), tpm2.Marshal(made.OutPrivate)})
		return err
	})
	return ref, pub, err
}

func keyTemplate(noLockout bool) tpm2.TPMTPublic {
	return tpm2.TPMTPublic{
		Type: tpm2.TPMAlgECC, NameAlg: tpm2.TPMAlgSHA256,
		ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, SensitiveDataOrigin: true, UserWithAuth: true,
			NoDA: noLockout, SignEncrypt: true},
		Parameters: tpm2.NewTPMUPublicParms(tpm2.TPMAlgECC, &tpm2.TPMSECCParms{CurveID: tpm2.TPMECCNistP256,
			Scheme: tpm2.TPMTECCScheme{Scheme: tpm2.TPMAlgECDSA,
				Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSigSchemeECDSA{HashAlg: tpm2.TPMAlgSHA256})}}),
	}
}

// tpmPoint is the public key of a TPM object: a P-256 signing key, made in a TPM that it cannot leave.
func tpmPoint(b tpm2.TPM2BPublic) (*ecdsa.PublicKey, error) {
	t, err := b.Contents()
	if err != nil {
		return nil, ErrFormat
	}
	if t.Type != tpm2.TPMAlgECC || !t.ObjectAttributes.FixedTPM || !t.ObjectAttributes.SensitiveDataOrigin {
		return nil, ErrAlgorithm
	}
	params, err := t.Parameters.ECCDetail()
	if err != nil || params.CurveID != tpm2.TPMECCNistP256 {
		return nil, ErrAlgorithm
	}
	point, err := t.Unique.ECC()
	if err != nil || len(point.X.Buffer) > scalarSize || len(point.Y.Buffer) > scalarSize {
		return nil, ErrFormat
	}
	raw := make([]byte, pointSize)
	raw[0] = 4 // SEC 1 §2.3.3
	copy(raw[1+scalarSize-len(point.X.Buffer):], point.X.Buffer)
	copy(raw[1+2*scalarSize-len(point.Y.Buffer):], point.Y.Buffer)
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
}

// Open implements Place.
func (p *tpmPlace) Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (Key, error) {
	var r tpmRef
	if err := decode(ref, &r); err != nil {
		return nil, err
	}
	public, err := tpm2.Unmarshal[tpm2.TPM2BPublic](r.Public)
	if err != nil {
		return nil, ErrFormat
	}
	private, err := tpm2.Unmarshal[tpm2.TPM2BPrivate](r.Private)
	if err != nil {
		return nil, ErrFormat
	}
	point, err := tpmPoint(*public)
	if err != nil {
		return nil, err
	}
	if !point.Equal(pub) {
		return nil, ErrDamaged
	}
	sign := func(digest, pin []byte) ([]byte, error) { return p.sign(*public, *private, digest, pin) }
	return openHeld(KindTPM, pub, pin, sign, p.Close)
}

// sign loads the key, signs and unloads it.
func (p *tpmPlace) sign(public tpm2.TPM2BPublic, private tpm2.TPM2BPrivate, digest, pin []byte) (sig []byte, err error) {
	err = p.with(func(t transport.TPM, srk *tpm2.CreatePrimaryResponse) error {
		key, err := tpm2.Load{ParentHandle: tpm2.NamedHandle{Handle: srk.ObjectHandle, Name: srk.Name},
			InPrivate: private, InPublic: public}.Execute(t)
		if err != nil {
			return err
		}
		defer flush(t, key.ObjectHandle)
		s, err := session(srk, tpm2.Auth(pin))
		if err != nil {
			return err
		}
		r, err := tpm2.Sign{
			KeyHandle:  tpm2.AuthHandle{Handle: key.ObjectHandle, Name: key.Name, Auth: s},
			Digest:     tpm2.TPM2BDigest{Buffer: digest},
			InScheme:   tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgNull},
			Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck, Hierarchy: tpm2.TPMRHNull},
		}.Execute(t)
		if err != nil {
			return err
		}
		e, err := r.Signature.Signature.ECDSA()
		if err != nil {
			return err
		}
		sig, err = signatureDER(e.SignatureR.Buffer, e.SignatureS.Buffer)
		return err
	})
	return sig, err
}

// signatureDER makes the ASN.1 form of an ECDSA signature (RFC 3279 §2.2.3).
func signatureDER(r, s []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(r))
		b.AddASN1BigInt(new(big.Int).SetBytes(s))
	})
	return b.Bytes()
}

var _ crypto.Signer = (*heldKey)(nil)
