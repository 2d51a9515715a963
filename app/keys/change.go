package keys

import (
	"crypto/ecdsa"
	"io"
	"slices"
)

// AddSlot gives another clerk a way in. u must be unlocked from this vault.
func (v *Vault) AddSlot(u *Unlocked, rand io.Reader, s Slot) error {
	return v.change(u, func(f *vaultFile, kek []byte) error { return f.add(rand, kek, s) })
}

// ChangePIN replaces the slot of s.ClerkID by one with the new PIN. u must be unlocked from this vault.
func (v *Vault) ChangePIN(u *Unlocked, rand io.Reader, s Slot) error {
	return v.change(u, func(f *vaultFile, kek []byte) error {
		i := f.find(s.ClerkID)
		if i < 0 {
			return ErrNoSlot
		}
		f.Slots = slices.Delete(f.Slots, i, i+1)
		return f.add(rand, kek, s)
	})
}

// RemoveSlot takes a clerk's way in away. A copy of the file that the clerk made before still opens: replace the key,
// too, when somebody leaves.
func (v *Vault) RemoveSlot(u *Unlocked, clerkID string) error {
	return v.change(u, func(f *vaultFile, _ []byte) error {
		i := f.find(clerkID)
		switch {
		case i < 0:
			return ErrNoSlot
		case len(f.Slots)+len(f.Cards) == 1:
			return ErrLastSlot
		}
		f.Slots = slices.Delete(f.Slots, i, i+1)
		return nil
	})
}

// ReplaceKey puts a fresh voucher key in the place of the old one; every slot opens the new one. u signs with the new
// key afterwards, and owns it.
func (v *Vault) ReplaceKey(u *Unlocked, rand io.Reader, key *ecdsa.PrivateKey) error {
	err := v.change(u, func(f *vaultFile, kek []byte) error {
		f.Token, f.SM = nil, nil // an SM2 key belongs to its voucher key
		return f.put(rand, kek, key)
	})
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.pub = publicHalf(key)
	v.mu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.key.Close()
	u.sm.Close()
	u.sm = nil
	u.key, u.kind, u.pub = newFile(key), Software, publicHalf(key)
	return nil
}

// change edits a copy of the file, writes it and only then takes it over.
func (v *Vault) change(u *Unlocked, edit func(*vaultFile, []byte) error) error {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.key == nil {
		return ErrLocked
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !u.pub.Equal(v.pub) {
		return ErrForeignVault
	}
	next := v.file.clone()
	if err := edit(next, u.kek); err != nil {
		return err
	}
	return v.write(next)
}

// clone copies what an edit may write into.
func (f *vaultFile) clone() *vaultFile {
	next := *f
	next.Slots, next.Waiting, next.Cards = slices.Clone(f.Slots), slices.Clone(f.Waiting), slices.Clone(f.Cards)
	return &next
}

// write puts a file in the place of the one in use. The caller holds the lock.
func (v *Vault) write(next *vaultFile) error {
	data, err := encMode.Marshal(next)
	if err != nil {
		return err
	}
	if err := WriteFile(v.path, data, 0o600); err != nil {
		return err
	}
	v.file = *next
	return nil
}
