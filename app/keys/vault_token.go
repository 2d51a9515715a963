package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"io"
)

// aadToken binds the PIN of a key that lies in a place to the key.
const aadToken = "bangban-vault-token-1"

// vaultToken says where the voucher key of a vault lies.
type vaultToken struct {
	Address string `cbor:"1,keyasint"`
	Ref     []byte `cbor:"2,keyasint"`
}

// Fresh is a new voucher key: one that a vault file will hold, or one that a place has made.
type Fresh struct {
	soft  *ecdsa.PrivateKey
	token *tokenFile
	key   Key
	sm    *SM2 // nil: none
}

// FreshSoftware makes a Fresh key of one that is to lie in the vault file. Close wipes it.
func FreshSoftware(key *ecdsa.PrivateKey) *Fresh {
	if key == nil {
		return &Fresh{key: &File{}}
	}
	return &Fresh{soft: key, key: newFile(key)}
}

// FreshToken makes a key in a place. Where t.PIN is nil and the place takes whatever PIN it is given, which a TPM does,
// the key gets a random one: the vault remembers it.
func FreshToken(rand io.Reader, t Token) (*Fresh, error) {
	if len(t.PIN) == 0 && isTPMAddress(t.Address) {
		raw := make([]byte, 16)
		defer clear(raw)
		if _, err := io.ReadFull(rand, raw); err != nil {
			return nil, err
		}
		t.PIN = hex.AppendEncode(nil, raw)
		defer clear(t.PIN)
	}
	f, _, err := t.make(rand)
	if err != nil {
		return nil, err
	}
	key, err := f.open()
	if err != nil {
		return nil, err
	}
	return &Fresh{token: f, key: key}, nil
}

func isTPMAddress(a string) bool { return a == "tpm" || len(a) > 4 && a[:4] == "tpm:" }

// Key signs with it, for the request to the institution.
func (f *Fresh) Key() Key { return f.key }

// Close forgets the PIN and, of a software key, the key.
func (f *Fresh) Close() error {
	if f.token != nil {
		clear(f.token.PIN)
	}
	f.sm.Close()
	return f.key.Close()
}

// seal gives what a vault keeps of it.
func (f *Fresh) seal(rand io.Reader, kek []byte) (n *nextFile, err error) {
	if n, err = f.sealKey(rand, kek); err != nil || f.sm == nil {
		return n, err
	}
	n.SM, err = sealSM2(rand, kek, n.Public, f.sm)
	return n, err
}

func (f *Fresh) sealKey(rand io.Reader, kek []byte) (n *nextFile, err error) {
	if f.token == nil {
		beside := vaultFile{}
		err := beside.put(rand, kek, f.soft)
		return &nextFile{Public: beside.Public, Nonce: beside.Nonce, Sealed: beside.Sealed}, err
	}
	n = &nextFile{Public: f.token.Public, Token: &vaultToken{f.token.Address, f.token.Ref}}
	aad, err := n.Token.aad(n.Public)
	if err != nil {
		return nil, err
	}
	n.Nonce, n.Sealed, err = seal(rand, kek, f.token.PIN, aad)
	return n, err
}

func (t *vaultToken) aad(public []byte) ([]byte, error) {
	head, err := encMode.Marshal([]any{public, t.Address, t.Ref})
	return append([]byte(aadToken), head...), err
}

// fits tells whether a sealed key has the form that its place wants.
func (n *nextFile) fits() bool {
	size := len(n.Sealed) - tagSize
	if len(n.Public) != pointSize || len(n.Nonce) != nonceSize || !n.SM.fits() {
		return false
	}
	if t := n.Token; t != nil {
		return size >= 0 && size <= maxPIN && len(t.Address) <= maxAddress && len(t.Ref) <= maxRef
	}
	return size == scalarSize
}

// now is the key in use, in the form that a key has while it waits.
func (f *vaultFile) now() *nextFile { return &nextFile{f.Public, f.Nonce, f.Sealed, f.Token, f.SM} }

func (f *vaultFile) take(n *nextFile) {
	f.Public, f.Nonce, f.Sealed, f.Token, f.SM = n.Public, n.Nonce, n.Sealed, n.Token, n.SM
}

// open takes the key out with the KEK, or opens it in its place.
func (n *nextFile) open(kek []byte) (Key, error) {
	if n.Token == nil {
		scalar, ok := unseal(kek, n.Nonce, n.Sealed, append([]byte(aadVaultKey), n.Public...))
		if !ok {
			return nil, ErrDamaged
		}
		defer clear(scalar)
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
		if err != nil {
			return nil, ErrDamaged
		}
		point, err := key.PublicKey.Bytes()
		if err != nil || !bytes.Equal(point, n.Public) {
			wipe(key)
			return nil, ErrDamaged
		}
		return newFile(key), nil
	}
	aad, err := n.Token.aad(n.Public)
	if err != nil {
		return nil, ErrDamaged
	}
	pin, ok := unseal(kek, n.Nonce, n.Sealed, aad)
	if !ok {
		return nil, ErrDamaged
	}
	defer clear(pin)
	return (&tokenFile{Version: 1, Address: n.Token.Address, Ref: n.Token.Ref, Public: n.Public, PIN: pin}).open()
}

// kind says where the key lies, without opening anything.
func (t *vaultToken) kind() string {
	if t == nil {
		return Software
	}
	switch {
	case isTPMAddress(t.Address):
		return KindTPM
	case len(t.Address) > 7 && t.Address[:7] == "pkcs11:":
		return KindPKCS11
	}
	return KindPIV
}

// Address is where new voucher keys of this vault are to be made; empty: in the file.
func (v *Vault) Address() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file.Token == nil {
		return ""
	}
	return v.file.Token.Address
}

// NextToken makes the next voucher key where the one in use lies. u must be unlocked from this vault: its place has one
// PIN for all keys, which the vault knows.
func (v *Vault) NextToken(u *Unlocked, rand io.Reader, label string) (*Fresh, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.key == nil {
		return nil, ErrLocked
	}
	v.mu.Lock()
	now := v.file.now()
	v.mu.Unlock()
	t := Token{Address: now.Token.Address, Label: label}
	if !isTPMAddress(t.Address) {
		aad, err := now.Token.aad(now.Public)
		if err != nil {
			return nil, ErrDamaged
		}
		pin, ok := unseal(u.kek, now.Nonce, now.Sealed, aad)
		if !ok {
			return nil, ErrForeignVault
		}
		defer clear(pin)
		t.PIN = pin
	}
	return FreshToken(rand, t)
}
