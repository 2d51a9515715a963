package keys

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"io"
	"slices"
)

const (
	aadCard     = "bangban-vault-card-1"
	maxCards    = maxSlots
	clerkCards  = 2 // of one clerk: the one in use, and the one that follows it
	secretSize  = 32
	maxStation  = 64
	maxCardInfo = 512
)

// ClerkCard is a clerk's card whose PIN has been proven, while it lies on a reader. Its key never leaves it.
type ClerkCard interface {
	// Public is its key management key, an uncompressed point of P-256.
	Public() []byte
	// Agree gives the x coordinate of the point that its key and peer make. The caller wipes it.
	Agree(peer []byte) ([]byte, error)
}

// CardSlot is a clerk's way into the vault of one station by card.
type CardSlot struct {
	Station, ClerkID string
	Card             ClerkCard
}

// cardFile is one of them in the vault.
type cardFile struct {
	Clerk     string `cbor:"1,keyasint"`
	Public    []byte `cbor:"2,keyasint"`
	Ephemeral []byte `cbor:"3,keyasint"`
	Nonce     []byte `cbor:"4,keyasint"`
	Sealed    []byte `cbor:"5,keyasint"`
}

func (f *vaultFile) checkCards() error {
	if len(f.Cards) > maxCards {
		return ErrFormat
	}
	for i, c := range f.Cards {
		if !validClerk(c.Clerk) || len(c.Nonce) != nonceSize || len(c.Sealed) != kekSize+tagSize || f.findCard(c.Clerk, c.Public) != i {
			return ErrFormat
		}
		for _, point := range [][]byte{c.Public, c.Ephemeral} {
			if _, err := ecdh.P256().NewPublicKey(point); err != nil || len(point) != pointSize {
				return ErrFormat
			}
		}
	}
	return nil
}

func (f *vaultFile) findCard(clerk string, public []byte) int {
	return slices.IndexFunc(f.Cards, func(c cardFile) bool { return c.Clerk == clerk && slices.Equal(c.Public, public) })
}

// info is what a slot is bound to; see the package comment.
func (c *cardFile) info(station string) ([]byte, error) {
	if len(station) == 0 || len(station) > maxStation {
		return nil, ErrStation
	}
	head, err := encMode.Marshal([]any{station, c.Clerk, c.Public, c.Ephemeral})
	if err != nil || len(head) > maxCardInfo {
		return nil, ErrFormat
	}
	return append([]byte(aadCard), head...), nil
}

// key derives what wraps the KEK. It wipes secret.
func (c *cardFile) key(secret []byte, station string) (key, aad []byte, err error) {
	defer clear(secret)
	if len(secret) != secretSize {
		return nil, nil, ErrCard
	}
	if aad, err = c.info(station); err != nil {
		return nil, nil, err
	}
	key, err = hkdf.Key(sha256.New, secret, nil, string(aad), kekSize)
	return key, aad, err
}

// open has the card take the KEK out. ErrCard where it cannot: another key than the certificate's, or a slot that was made
// for another station.
func (c *cardFile) open(s CardSlot) ([]byte, error) {
	secret, err := s.Card.Agree(c.Ephemeral)
	if err != nil {
		return nil, err
	}
	key, aad, err := c.key(secret, s.Station)
	defer clear(key)
	if err != nil {
		return nil, err
	}
	kek, ok := unseal(key, c.Nonce, c.Sealed, aad)
	if !ok {
		return nil, ErrCard
	}
	return kek, nil
}

// addCard seals kek to the key of a card, in the place of what was sealed to it before, and has the card open it: a slot
// that cannot be opened is never written. The oldest card of a clerk who has enough makes room.
func (f *vaultFile) addCard(rand io.Reader, kek []byte, s CardSlot) error {
	if !validClerk(s.ClerkID) {
		return ErrClerk
	}
	public := s.Card.Public()
	card, err := ecdh.P256().NewPublicKey(public)
	if err != nil || len(public) != pointSize {
		return ErrCard
	}
	once, err := ecdh.P256().GenerateKey(rand)
	if err != nil {
		return err
	}
	slot := cardFile{Clerk: s.ClerkID, Public: slices.Clone(public), Ephemeral: once.PublicKey().Bytes()}
	secret, err := once.ECDH(card)
	if err != nil {
		return ErrCard
	}
	key, aad, err := slot.key(secret, s.Station)
	defer clear(key)
	if err != nil {
		return err
	}
	if slot.Nonce, slot.Sealed, err = seal(rand, key, kek, aad); err != nil {
		return err
	}
	again, err := slot.open(s)
	if err != nil {
		return err
	}
	clear(again)
	if i := f.findCard(s.ClerkID, public); i >= 0 {
		f.Cards = slices.Delete(f.Cards, i, i+1)
	}
	theirs := func(c cardFile) bool { return c.Clerk == s.ClerkID }
	for n := count(f.Cards, theirs); n >= clerkCards; n-- {
		i := slices.IndexFunc(f.Cards, theirs)
		f.Cards = slices.Delete(f.Cards, i, i+1)
	}
	if len(f.Cards) == maxCards {
		return ErrSlotExists
	}
	f.Cards = append(f.Cards, slot)
	return nil
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, one := range list {
		if is(one) {
			n++
		}
	}
	return n
}

// HasCard tells whether this card of a clerk opens the vault.
func (v *Vault) HasCard(clerkID string, public []byte) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.file.findCard(clerkID, public) >= 0
}

// Cards is how many cards of a clerk open the vault.
func (v *Vault) Cards(clerkID string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return count(v.file.Cards, func(c cardFile) bool { return c.Clerk == clerkID })
}

// UnlockCard opens the voucher key with a clerk's card. Errors: ErrNoCardSlot, ErrCard, whatever the card answers; and
// where the card was right those of Unlock. Whether the card is on the roster is for package people.
func (v *Vault) UnlockCard(s CardSlot) (*Unlocked, error) {
	v.mu.Lock()
	file := v.file // slices in it are replaced, never written into
	v.mu.Unlock()
	i := file.findCard(s.ClerkID, s.Card.Public())
	if i < 0 {
		return nil, ErrNoCardSlot
	}
	kek, err := file.Cards[i].open(s)
	if err != nil {
		return nil, err
	}
	return file.unlock(s.ClerkID, kek)
}

// AddCard lets a card open the vault. u must be unlocked from this vault.
func (v *Vault) AddCard(u *Unlocked, rand io.Reader, s CardSlot) error {
	return v.change(u, func(f *vaultFile, kek []byte) error { return f.addCard(rand, kek, s) })
}

// RemoveCards takes the cards of a clerk away: one was lost. ErrNoCardSlot where there is none, ErrLastSlot where nothing
// else would open the vault. The card itself ends with the roster that no longer names it.
func (v *Vault) RemoveCards(u *Unlocked, clerkID string) error {
	return v.change(u, func(f *vaultFile, _ []byte) error {
		before := len(f.Cards)
		f.Cards = slices.DeleteFunc(f.Cards, func(c cardFile) bool { return c.Clerk == clerkID })
		switch {
		case len(f.Cards) == before:
			return ErrNoCardSlot
		case len(f.Slots)+len(f.Cards) == 0:
			return ErrLastSlot
		}
		return nil
	})
}

// KeepCards takes away every card that keep does not name: the roster has let go of it. u must be unlocked from this vault.
// Nothing is written where nothing changed.
func (v *Vault) KeepCards(u *Unlocked, keep func(clerkID string, public []byte) bool) (changed bool, err error) {
	goes := func(c cardFile) bool { return !keep(c.Clerk, c.Public) }
	v.mu.Lock()
	changed = slices.ContainsFunc(v.file.Cards, goes)
	v.mu.Unlock()
	if !changed {
		return false, nil
	}
	return true, v.change(u, func(f *vaultFile, _ []byte) error {
		f.Cards = slices.DeleteFunc(f.Cards, goes)
		if len(f.Slots)+len(f.Cards) == 0 {
			return ErrLastSlot
		}
		return nil
	})
}

// EnrolCard is Enrol with a card in the place of a PIN. A PIN from before goes with the code.
func (v *Vault) EnrolCard(rand io.Reader, code *ecdh.PrivateKey, s CardSlot) (*Unlocked, error) {
	return v.enrol(code, s.ClerkID, func(f *vaultFile, kek []byte) error { return f.addCard(rand, kek, s) })
}
