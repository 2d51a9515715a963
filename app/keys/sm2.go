package keys

import (
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/emmansun/gmsm/sm2"
)

// aadSM2 binds the SM2 key of a vault to itself and to the voucher key that it stands beside.
const aadSM2 = "bangban-vault-sm2-1"

// smFile is the SM2 key beside a voucher key; see the package comment.
type smFile struct {
	Public []byte `cbor:"1,keyasint"`
	Nonce  []byte `cbor:"2,keyasint"`
	Sealed []byte `cbor:"3,keyasint"`
}

func (s *smFile) fits() bool {
	if s == nil {
		return true
	}
	_, err := sm2.ParseUncompressedPublicKey(s.Public)
	return err == nil && len(s.Public) == pointSize && len(s.Nonce) == nonceSize && len(s.Sealed) == scalarSize+tagSize
}

func smAAD(beside, public []byte) []byte { return slices.Concat([]byte(aadSM2), beside, public) }

// sealSM2 makes an SM2 key for the voucher key whose public half is given.
func sealSM2(rand io.Reader, kek, beside []byte, key *SM2) (*smFile, error) {
	key.mu.RLock()
	defer key.mu.RUnlock()
	s := &smFile{Public: key.point}
	var err error
	s.Nonce, s.Sealed, err = seal(rand, kek, key.scalar, smAAD(beside, s.Public))
	return s, err
}

// open takes the key out; nil of nil.
func (s *smFile) open(kek, beside []byte) (*SM2, error) {
	if s == nil {
		return nil, nil
	}
	scalar, ok := unseal(kek, s.Nonce, s.Sealed, smAAD(beside, s.Public))
	if !ok {
		return nil, ErrDamaged
	}
	key, err := sm2Of(scalar)
	if err != nil || !slices.Equal(key.point, s.Public) {
		clear(scalar)
		return nil, ErrDamaged
	}
	return key, nil
}

// SM2 is an open key on the curve of SM2 (GB/T 32918.5). It prints as nothing and is safe for concurrent use.
type SM2 struct {
	mu     sync.RWMutex
	scalar []byte // nil once closed
	point  []byte // SEC 1, uncompressed
	pub    *ecdsa.PublicKey
}

var _ crypto.Signer = (*SM2)(nil)

func newSM2(rand io.Reader) (*SM2, error) {
	key, err := sm2.GenerateKey(rand)
	if err != nil {
		return nil, err
	}
	// The other ways to the number leave copies of it behind
	scalar := key.D.FillBytes(make([]byte, scalarSize))
	wipe(&key.PrivateKey)
	return sm2Of(scalar)
}

// sm2Of owns scalar.
func sm2Of(scalar []byte) (*SM2, error) {
	key, err := sm2.NewPrivateKey(scalar)
	if err != nil {
		return nil, err
	}
	defer wipe(&key.PrivateKey)
	public, err := sm2.PublicKeyToECDH(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	pub, err := sm2.ParseUncompressedPublicKey(public.Bytes())
	return &SM2{scalar: scalar, point: public.Bytes(), pub: pub}, err
}

// Public implements crypto.Signer.
func (k *SM2) Public() crypto.PublicKey { return k.pub }

// Sign implements crypto.Signer as package smx509 of gmsm uses it: with an sm2.SM2SignerOption the input is the whole message,
// else its digest. It is deterministic (RFC 6979 with HMAC-SM3); the source of randomness is not read.
func (k *SM2) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.scalar == nil {
		return nil, ErrLocked
	}
	key, err := sm2.NewPrivateKey(k.scalar)
	if err != nil {
		return nil, ErrDamaged
	}
	defer wipe(&key.PrivateKey)
	return key.Sign(nil, message, opts)
}

// Kind says "software key": no TPM and few tokens know the curve, so it lies in the vault wherever the voucher key lies.
func (k *SM2) Kind() string { return Software }

// Close overwrites the key. Sign fails with ErrLocked afterwards.
func (k *SM2) Close() error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.scalar)
	k.scalar = nil
	return nil
}

// Format implements fmt.Formatter so that no verb prints a field.
func (k *SM2) Format(s fmt.State, _ rune) { fmt.Fprint(s, "SM2 key ("+Software+")") }

// LogValue implements slog.LogValuer.
func (k *SM2) LogValue() slog.Value { return slog.StringValue("SM2 key (" + Software + ")") }

// AddSM2 gives a fresh voucher key an SM2 key beside it. Close wipes both.
func (f *Fresh) AddSM2(rand io.Reader) (err error) {
	f.sm, err = newSM2(rand)
	return err
}

// SM2 is the key that AddSM2 made; nil: none.
func (f *Fresh) SM2() *SM2 { return f.sm }

// SM2 is the key beside the voucher key; nil where there is none. Lock closes it.
func (u *Unlocked) SM2() *SM2 {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.sm
}

// AddSM2 puts a fresh SM2 key beside the voucher key in use, where there is none yet. u must be unlocked from this vault.
func (v *Vault) AddSM2(u *Unlocked, rand io.Reader) error {
	if u.SM2() != nil {
		return nil
	}
	key, err := newSM2(rand)
	if err != nil {
		return err
	}
	err = v.change(u, func(f *vaultFile, kek []byte) (err error) {
		f.SM, err = sealSM2(rand, kek, f.Public, key)
		return err
	})
	if err != nil {
		key.Close()
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sm = key
	return nil
}

// SM2 is the public half of the SM2 key beside the voucher key, and NextSM2 that of the one beside the next; nil: none.
// They need no PIN.
func (v *Vault) SM2() *ecdsa.PublicKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.file.SM.public()
}

// NextSM2 is SM2 of the voucher key that was prepared.
func (v *Vault) NextSM2() *ecdsa.PublicKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file.Next == nil {
		return nil
	}
	return v.file.Next.SM.public()
}

func (s *smFile) public() *ecdsa.PublicKey {
	if s == nil {
		return nil
	}
	pub, err := sm2.ParseUncompressedPublicKey(s.Public)
	if err != nil {
		return nil
	}
	return pub
}
