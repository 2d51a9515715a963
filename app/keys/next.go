package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"io"
)

// nextFile is the voucher key that takes over once it has a delegation.
type nextFile struct {
	Public []byte      `cbor:"1,keyasint"`
	Nonce  []byte      `cbor:"2,keyasint"`
	Sealed []byte      `cbor:"3,keyasint"`
	Token  *vaultToken `cbor:"4,keyasint,omitempty"`
	SM     *smFile     `cbor:"5,keyasint,omitempty"`
}

// Prepare puts a fresh voucher key beside the one in use, in the place of one that was prepared before. It signs nothing
// until Promote. u must be unlocked from this vault.
func (v *Vault) Prepare(u *Unlocked, rand io.Reader, key *ecdsa.PrivateKey) error {
	return v.PrepareFor(u, rand, FreshSoftware(key))
}

// PrepareFor is Prepare for a key that may lie elsewhere. The caller closes it.
func (v *Vault) PrepareFor(u *Unlocked, rand io.Reader, key *Fresh) error {
	return v.change(u, func(f *vaultFile, kek []byte) (err error) {
		f.Next, err = key.seal(rand, kek)
		return err
	})
}

// Next is the public half of the key that was prepared; nil: none.
func (v *Vault) Next() *ecdsa.PublicKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file.Next == nil {
		return nil
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), v.file.Next.Public)
	if err != nil {
		return nil
	}
	return pub
}

// Promote lets the prepared key take over; every slot opens it. It needs no PIN: what was sealed stays sealed. Keys
// unlocked before still sign as the old one, and lock it. Calling it again for the same key is harmless.
func (v *Vault) Promote(key *ecdsa.PublicKey) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	point, err := key.Bytes()
	switch {
	case err != nil:
		return ErrAlgorithm
	case bytes.Equal(point, v.file.Public):
		return nil
	case v.file.Next == nil || !bytes.Equal(point, v.file.Next.Public):
		return ErrForeignVault
	}
	next := v.file.clone()
	next.take(next.Next)
	next.Next = nil
	if err := v.write(next); err != nil {
		return err
	}
	v.pub = key
	return nil
}
