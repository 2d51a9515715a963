package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io"
	"slices"
	"sync"
)

const (
	maxSlots    = 256
	pointSize   = 65
	scalarSize  = 32
	aadVaultKey = "bangban-vault-key-1"
	aadSlot     = "bangban-vault-slot-1"
)

// vaultFile is the file; see the package comment.
type vaultFile struct {
	Version uint8       `cbor:"1,keyasint"`
	Public  []byte      `cbor:"2,keyasint"`
	Nonce   []byte      `cbor:"3,keyasint"`
	Sealed  []byte      `cbor:"4,keyasint"`
	Slots   []slotFile  `cbor:"5,keyasint"`
	Waiting []waitFile  `cbor:"6,keyasint,omitempty"`
	Next    *nextFile   `cbor:"7,keyasint,omitempty"`
	Token   *vaultToken `cbor:"8,keyasint,omitempty"`
	SM      *smFile     `cbor:"9,keyasint,omitempty"`
	Cards   []cardFile  `cbor:"10,keyasint,omitempty"`
}

type slotFile struct {
	Clerk  string `cbor:"1,keyasint"`
	Cost   Cost   `cbor:"2,keyasint"`
	Salt   []byte `cbor:"3,keyasint"`
	Nonce  []byte `cbor:"4,keyasint"`
	Sealed []byte `cbor:"5,keyasint"`
}

func (s *slotFile) aad() ([]byte, error) {
	head, err := encMode.Marshal([]any{s.Clerk, s.Cost, s.Salt})
	return append([]byte(aadSlot), head...), err
}

// Slot is one clerk's way into the vault. The caller wipes the PIN.
type Slot struct {
	ClerkID string
	PIN     []byte
	Cost    Cost // zero: DefaultCost
}

// Vault is the file that holds the voucher key. It is safe for concurrent use; one process at a time writes it.
type Vault struct {
	path string
	mu   sync.Mutex
	file vaultFile
	pub  *ecdsa.PublicKey
}

// CreateVault writes a vault that must not exist yet. The caller may wipe key afterwards.
func CreateVault(path string, rand io.Reader, key *ecdsa.PrivateKey, slots []Slot) (*Vault, error) {
	if len(slots) == 0 {
		return nil, ErrNoSlot
	}
	kek := make([]byte, kekSize)
	defer clear(kek)
	if _, err := io.ReadFull(rand, kek); err != nil {
		return nil, err
	}
	v := &Vault{path: path, file: vaultFile{Version: 1}}
	if err := v.file.put(rand, kek, key); err != nil {
		return nil, err
	}
	v.pub = publicHalf(key)
	for _, s := range slots {
		if err := v.file.add(rand, kek, s); err != nil {
			return nil, err
		}
	}
	data, err := encMode.Marshal(v.file)
	if err != nil {
		return nil, err
	}
	return v, writeNew(path, data)
}

// OpenVault reads a vault. Nothing in it is secret without a PIN; but a PIN of six digits keeps nobody out for long who
// has the file, so a file that others can read is refused with ErrPermissions.
func OpenVault(path string) (*Vault, error) {
	data, err := readBounded(path, true)
	if err != nil {
		return nil, err
	}
	file, pub, err := parseVault(data)
	if err != nil {
		return nil, err
	}
	return &Vault{path: path, file: *file, pub: pub}, nil
}

func parseVault(data []byte) (*vaultFile, *ecdsa.PublicKey, error) {
	var f vaultFile
	if err := decode(data, &f); err != nil {
		return nil, nil, err
	}
	if f.Version != 1 || !f.now().fits() || len(f.Slots)+len(f.Waiting)+len(f.Cards) == 0 {
		return nil, nil, ErrFormat
	}
	if err := errors.Join(f.checkWaiting(), f.checkCards()); err != nil {
		return nil, nil, ErrFormat
	}
	for i, s := range f.Slots {
		if !validClerk(s.Clerk) || len(s.Salt) != saltSize || len(s.Nonce) != nonceSize || len(s.Sealed) != kekSize+tagSize ||
			f.find(s.Clerk) != i {
			return nil, nil, ErrFormat
		}
		if err := s.Cost.check(); err != nil {
			return nil, nil, err
		}
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), f.Public)
	if err != nil {
		return nil, nil, ErrFormat
	}
	return &f, pub, nil
}

func validClerk(id string) bool { return len(id) >= 1 && len(id) <= 32 }

func (f *vaultFile) find(clerk string) int {
	return slices.IndexFunc(f.Slots, func(s slotFile) bool { return s.Clerk == clerk })
}

// put seals key under kek.
func (f *vaultFile) put(rand io.Reader, kek []byte, key *ecdsa.PrivateKey) error {
	if key == nil || key.Curve != elliptic.P256() {
		return ErrAlgorithm
	}
	scalar, err := key.Bytes()
	if err != nil {
		return ErrAlgorithm
	}
	defer clear(scalar)
	if f.Public, err = key.PublicKey.Bytes(); err != nil {
		return ErrAlgorithm
	}
	f.Nonce, f.Sealed, err = seal(rand, kek, scalar, append([]byte(aadVaultKey), f.Public...))
	return err
}

// add seals kek under the PIN of s.
func (f *vaultFile) add(rand io.Reader, kek []byte, s Slot) error {
	switch {
	case !validClerk(s.ClerkID):
		return ErrClerk
	case len(s.PIN) < 6 || len(s.PIN) > 64:
		return ErrPIN
	case f.find(s.ClerkID) >= 0 || len(f.Slots) == maxSlots:
		return ErrSlotExists
	}
	slot := slotFile{Clerk: s.ClerkID, Cost: s.Cost.orDefault(), Salt: make([]byte, saltSize)}
	if err := slot.Cost.check(); err != nil {
		return err
	}
	if _, err := io.ReadFull(rand, slot.Salt); err != nil {
		return err
	}
	aad, err := slot.aad()
	if err != nil {
		return err
	}
	key := slot.Cost.stretch(s.PIN, slot.Salt)
	defer clear(key)
	if slot.Nonce, slot.Sealed, err = seal(rand, key, kek, aad); err != nil {
		return err
	}
	f.Slots = append(f.Slots, slot)
	return nil
}

// Public is the public half of the voucher key; it needs no PIN.
func (v *Vault) Public() *ecdsa.PublicKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pub
}

// Kind says where the voucher key lies: "software key" where it is in this file.
func (v *Vault) Kind() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.file.Token.kind()
}

// ClerkIDs lists who has a slot.
func (v *Vault) ClerkIDs() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	ids := make([]string, len(v.file.Slots))
	for i, s := range v.file.Slots {
		ids[i] = s.Clerk
	}
	return ids
}

// Unlock opens the voucher key with a clerk's PIN. Errors: ErrNoSlot, ErrWrongPIN; and where the PIN was right ErrDamaged, or
// a *PlaceError where the key lies elsewhere. It counts no tries; that is for package people. The caller wipes the PIN.
func (v *Vault) Unlock(clerkID string, pin []byte) (*Unlocked, error) {
	v.mu.Lock()
	file := v.file // slices in it are replaced, never written into
	v.mu.Unlock()
	i := file.find(clerkID)
	if i < 0 {
		return nil, ErrNoSlot
	}
	slot := file.Slots[i]
	aad, err := slot.aad()
	if err != nil {
		return nil, ErrDamaged
	}
	key := slot.Cost.stretch(pin, slot.Salt)
	defer clear(key)
	kek, ok := unseal(key, slot.Nonce, slot.Sealed, aad)
	if !ok {
		return nil, ErrWrongPIN
	}
	return file.unlock(clerkID, kek)
}

// unlock opens the voucher key. It owns kek.
func (f *vaultFile) unlock(clerkID string, kek []byte) (*Unlocked, error) {
	sm, err := f.SM.open(kek, f.Public)
	if err != nil {
		clear(kek)
		return nil, err
	}
	key, err := f.now().open(kek)
	if err != nil {
		sm.Close()
		clear(kek)
		return nil, err
	}
	return &Unlocked{clerk: clerkID, kek: kek, key: key, sm: sm, kind: key.Kind(), pub: key.Public().(*ecdsa.PublicKey)}, nil
}
