//go:build cgo

package inbox_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/keys/keystest"
	"bangban/app/queue"
)

// The back office keeps its keys in a PKCS#11 token, where they were made and from where they never come: parcels open
// through it, and not without it.
func TestRecordsThroughToken(t *testing.T) {
	address, remove := keystest.Token(t)
	h := inboxtest.NewHall(t)
	o := institution.Options{Name: desk.Text{"en": "SPECIMEN"}, Issuer: "https://specimen.example/id", Rand: rand.Reader, Now: h.Now,
		Passphrase: []byte("correct horse SPECIMEN"), Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1},
		Holders: address, Suite: keys.SuiteP256, TokenPIN: []byte(keystest.TokenPIN)}
	at := filepath.Join(t.TempDir(), "institution")
	if _, err := institution.Create(at, o); err != nil {
		t.Fatal(err)
	}
	o.Holders, o.Suite, o.TokenPIN = "", "", nil // the passphrase opens the token from now on
	office, err := institution.Open(at, o)
	if err != nil {
		t.Fatal(err)
	}
	store, c := openLite(t), h.Counter(t, "T01", nil)
	h.Institution = office // the counter's next bundle is this office's
	signer, err := journal.NewSigner("T01", c.Key)
	if err != nil {
		t.Fatal(err)
	}
	if c.Cert, err = office.IdentityCertificate("T01", &c.Key.PublicKey); err != nil {
		t.Fatal(err)
	}
	c.SetKeys(h.Sealer(t, c.Key, c.Cert), signer)
	c.Issue(t, 3)
	b, _ := rawBatch(t, c)
	gateway := h.Gateway(t, store)
	gateway.Identify = inbox.Known(office.PEM(), h.Now)
	rep, err := inbox.TakeBatch(t.Context(), &b, gateway.Deps)
	if err != nil || len(rep.Taken) != 3 {
		t.Fatal(rep, err)
	}
	var refs []inbox.Ref
	for _, taken := range rep.Taken {
		refs = append(refs, taken.Ref)
	}
	held, err := office.HolderKeys()
	if err != nil || len(held) != 2 {
		t.Fatal(len(held), err)
	}
	read := func(k *keys.HolderKey) (names int, err error) {
		one, err := queue.NewHolderKey(k.Private())
		if err != nil {
			t.Fatal(err)
		}
		return names, inbox.Records(t.Context(), store, gateway.Identify, []*queue.HolderKey{one}, refs, func(l inbox.Line) error {
			if person, ok := l.Before["person"].(map[string]any); ok && person["name"] == "SPECIMEN QINGLAN" {
				names++
			}
			return nil
		})
	}
	for _, k := range held { // either opens
		if n, err := read(k); err != nil || n != 3 {
			t.Fatalf("%d of 3: %v", n, err)
		}
	}
	remove()
	if n, err := read(held[0]); err == nil || n > 0 {
		t.Fatalf("without the token %d of 3 open", n)
	}
	var place *keys.PlaceError
	if _, err := office.HolderKeys(); !errors.As(err, &place) {
		t.Fatalf("without the token: %v", err)
	}
}
