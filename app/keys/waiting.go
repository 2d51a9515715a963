package keys

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hpke"
	"io"
	"slices"
)

const (
	aadWaiting  = "bangban-enrolment-1"
	waitPublic  = 32                // X25519, RFC 7748 §6.1
	waitSealed  = 32 + kekSize + 16 // encapsulated key (RFC 9180 §7.1), KEK, tag
	maxEnrolled = maxSlots
)

// Waiting is somebody on the roster who may come with an enrolment code. Public is the X25519 key that belongs to it.
type Waiting struct {
	ClerkID string
	Public  []byte
}

// waitFile is one of them in the vault.
type waitFile struct {
	Clerk  string `cbor:"1,keyasint"`
	Public []byte `cbor:"2,keyasint"`
	Sealed []byte `cbor:"3,keyasint,omitempty"`
}

func (f *vaultFile) checkWaiting() error {
	for i, w := range f.Waiting {
		if !validClerk(w.Clerk) || len(w.Public) != waitPublic || len(w.Sealed) != 0 && len(w.Sealed) != waitSealed ||
			f.findWaiting(w.Clerk) != i {
			return ErrFormat
		}
	}
	if n := f.Next; n != nil && !n.fits() {
		return ErrFormat
	}
	return nil
}

func (f *vaultFile) findWaiting(clerk string) int {
	return slices.IndexFunc(f.Waiting, func(w waitFile) bool { return w.Clerk == clerk })
}

// await seals kek to the enrolment code of somebody, in the place of what waited for them before.
func (f *vaultFile) await(kek []byte, w Waiting) error {
	if !validClerk(w.ClerkID) {
		return ErrClerk
	}
	pub, err := ecdh.X25519().NewPublicKey(w.Public)
	if err != nil {
		return ErrEnrolment
	}
	to, err := hpke.NewDHKEMPublicKey(pub)
	if err != nil {
		return ErrEnrolment
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(aadWaiting+w.ClerkID), kek)
	if err != nil {
		return ErrEnrolment
	}
	entry := waitFile{Clerk: w.ClerkID, Public: slices.Clone(w.Public), Sealed: sealed}
	if i := f.findWaiting(w.ClerkID); i >= 0 {
		f.Waiting[i] = entry
		return nil
	}
	if len(f.Waiting) == maxEnrolled {
		return ErrSlotExists
	}
	f.Waiting = append(f.Waiting, entry)
	return nil
}

// CreateWaiting writes a vault that nobody has a PIN for yet: each of list comes with an enrolment code. The caller may
// wipe key afterwards.
func CreateWaiting(path string, rand io.Reader, key *ecdsa.PrivateKey, list []Waiting) (*Vault, error) {
	return CreateWaitingFor(path, rand, FreshSoftware(key), list)
}

// CreateWaitingFor is CreateWaiting for a key that may lie elsewhere. The caller closes it.
func CreateWaitingFor(path string, rand io.Reader, key *Fresh, list []Waiting) (*Vault, error) {
	if len(list) == 0 {
		return nil, ErrNoSlot
	}
	kek := make([]byte, kekSize)
	defer clear(kek)
	if _, err := io.ReadFull(rand, kek); err != nil {
		return nil, err
	}
	v := &Vault{path: path, file: vaultFile{Version: 1}}
	now, err := key.seal(rand, kek)
	if err != nil {
		return nil, err
	}
	v.file.take(now)
	v.pub = key.key.Public().(*ecdsa.PublicKey)
	for _, w := range list {
		if err := v.file.await(kek, w); err != nil {
			return nil, err
		}
	}
	data, err := encMode.Marshal(v.file)
	if err != nil {
		return nil, err
	}
	return v, writeNew(path, data)
}

// Awaits tells whether an enrolment code of this clerk is good here.
func (v *Vault) Awaits(clerkID string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := v.file.findWaiting(clerkID)
	return i >= 0 && len(v.file.Waiting[i].Sealed) > 0
}

// Enrol takes an enrolment code, as the private key that it stands for, and gives its owner a slot with a PIN of their
// own. The code is used up in the same write. Errors: ErrNoSlot where no code is awaited, ErrEnrolment where it is
// another one, ErrPIN.
func (v *Vault) Enrol(rand io.Reader, code *ecdh.PrivateKey, s Slot) (*Unlocked, error) {
	return v.enrol(code, s.ClerkID, func(f *vaultFile, kek []byte) error { return f.add(rand, kek, s) })
}

// enrol opens what waits for a clerk, has add make the way in that follows it, and writes both at once.
func (v *Vault) enrol(code *ecdh.PrivateKey, clerk string, add func(f *vaultFile, kek []byte) error) (*Unlocked, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := v.file.findWaiting(clerk)
	if i < 0 || len(v.file.Waiting[i].Sealed) == 0 {
		return nil, ErrNoSlot
	}
	key, err := hpke.NewDHKEMPrivateKey(code)
	if err != nil {
		return nil, ErrEnrolment
	}
	kek, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(aadWaiting+clerk), v.file.Waiting[i].Sealed)
	if err != nil || len(kek) != kekSize {
		return nil, ErrEnrolment
	}
	next := v.file.clone()
	next.Waiting[i].Sealed = nil
	if j := next.find(clerk); j >= 0 {
		next.Slots = slices.Delete(next.Slots, j, j+1)
	}
	if err := add(next, kek); err != nil {
		clear(kek)
		return nil, err
	}
	if err := v.write(next); err != nil {
		clear(kek)
		return nil, err
	}
	return next.unlock(clerk, kek)
}

// Follow makes the vault follow the roster: whoever has a new enrolment code is awaited, whoever is not in staff loses
// slot and code. u must be unlocked from this vault; its own slot stays. Nothing is written where nothing changed.
func (v *Vault) Follow(u *Unlocked, staff []string, list []Waiting) (changed bool, err error) {
	v.mu.Lock()
	file := v.file
	v.mu.Unlock()
	gone := func(id string) bool { return id != u.clerk && !slices.Contains(staff, id) }
	var fresh []Waiting
	for _, w := range list {
		if i := file.findWaiting(w.ClerkID); i < 0 || !slices.Equal(file.Waiting[i].Public, w.Public) {
			fresh = append(fresh, w)
		}
	}
	if len(fresh) == 0 && !slices.ContainsFunc(file.Slots, func(s slotFile) bool { return gone(s.Clerk) }) &&
		!slices.ContainsFunc(file.Waiting, func(w waitFile) bool { return gone(w.Clerk) }) &&
		!slices.ContainsFunc(file.Cards, func(c cardFile) bool { return gone(c.Clerk) }) {
		return false, nil
	}
	return true, v.change(u, func(f *vaultFile, kek []byte) error {
		f.Slots = slices.DeleteFunc(f.Slots, func(s slotFile) bool { return gone(s.Clerk) })
		f.Waiting = slices.DeleteFunc(f.Waiting, func(w waitFile) bool { return gone(w.Clerk) })
		f.Cards = slices.DeleteFunc(f.Cards, func(c cardFile) bool { return gone(c.Clerk) })
		for _, w := range fresh {
			if err := f.await(kek, w); err != nil {
				return err
			}
		}
		return nil
	})
}
