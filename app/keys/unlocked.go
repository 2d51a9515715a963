package keys

import (
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// Unlocked is the voucher key while a clerk is logged in. It prints as nothing and is safe for concurrent use.
type Unlocked struct {
	mu    sync.RWMutex
	clerk string
	kek   []byte
	key   Key // nil once locked
	sm    *SM2
	kind  string
	pub   *ecdsa.PublicKey
}

var _ crypto.Signer = (*Unlocked)(nil)

// ClerkID is whose PIN opened it.
func (u *Unlocked) ClerkID() string { return u.clerk }

// Kind says where the key lies.
func (u *Unlocked) Kind() string { return u.kind }

// Public implements crypto.Signer. It works when locked, too.
func (u *Unlocked) Public() crypto.PublicKey {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.pub
}

// Sign implements crypto.Signer: ECDSA, ASN.1 form, by RFC 6979 where it is a software key; rand is not read. ErrLocked
// after Lock.
func (u *Unlocked) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.key == nil {
		return nil, ErrLocked
	}
	return u.key.Sign(nil, digest, opts)
}

// Lock overwrites the key, also where crypto/ecdsa has copied it to. It waits for a signature that is being made;
// calling it again is harmless.
func (u *Unlocked) Lock() {
	if u.drop() {
		scrub()
	}
}

func (u *Unlocked) drop() (open bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.key == nil {
		return false
	}
	clear(u.kek)
	u.key.Close()
	u.sm.Close()
	u.kek, u.key, u.sm = nil, nil, nil
	return true
}

// Locked tells whether Lock was called.
func (u *Unlocked) Locked() bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.key == nil
}

// String says what it is, never which.
func (u *Unlocked) String() string { return "voucher key (" + u.kind + ")" }

// Format implements fmt.Formatter so that no verb prints a field.
func (u *Unlocked) Format(f fmt.State, _ rune) { fmt.Fprint(f, u.String()) }

// LogValue implements slog.LogValuer.
func (u *Unlocked) LogValue() slog.Value { return slog.StringValue(u.String()) }
