package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bangban/app/bundle"
	"bangban/app/keys"
	"bangban/app/voucher"
)

// TrainingOptions says where a training station keeps its things.
type TrainingOptions struct {
	Dir         string   // of the institution: DATA/institution
	Vault       string   // file of the voucher key
	IdentityKey string   // file of the station identity
	Station     string   // "T01"
	CSCA        [][]byte // training CSCA certificates, DER
	ClerkCard   []byte   // certificate of the clerk's simulated card, DER; nil: there is none
	NextSerial  uint64   // next serial the station would use; 0: not known
	Rand        io.Reader
	Now         func() time.Time
	Cost        keys.Cost // of the PIN slots; zero: default
}

// TrainingStation is what a training station is given. Identity is open; the station closes it.
type TrainingStation struct {
	Institution   *Institution
	Bundle        []byte // the file; bundle.Open with Anchor{Root: Institution.Root().Raw}
	Opened        *bundle.Opened
	Vault         *keys.Vault
	Delegation    []byte
	Delegated     *voucher.Delegation
	Certificate   *x509.Certificate // of the voucher key
	StatusURI     string
	Identity      *keys.File
	IdentityCert  *x509.Certificate
	NewDelegation bool // another one than last time: a new block
	NewBundle     bool // another one than last time
}

// Training makes the training institution and everything a training station needs, on first use, and renews what is
// past half of its life or used up, later. It may be cut off at any point and called again.
func Training(o TrainingOptions) (*TrainingStation, error) {
	inst, err := openTraining(&o)
	if err != nil {
		return nil, err
	}
	if !inst.Training() {
		return nil, ErrTraining
	}
	due, err := inst.Due()
	if err != nil {
		return nil, err
	}
	if err := inst.Rotate(due...); err != nil {
		return nil, err
	}
	t := &TrainingStation{Institution: inst, StatusURI: inst.StatusURI(o.Station)}
	for _, step := range []func(*TrainingOptions) error{t.vault, t.identity, t.delegation, t.bundle} {
		if err := step(&o); err != nil {
			if t.Identity != nil {
				t.Identity.Close()
			}
			return nil, err
		}
	}
	return t, nil
}

func openTraining(o *TrainingOptions) (*Institution, error) {
	opts := Options{Rand: o.Rand, Now: o.Now}
	inst, err := Open(o.Dir, opts)
	if !errors.Is(err, ErrNone) {
		return inst, err
	}
	random := make([]byte, 10)
	if _, err := io.ReadFull(o.Rand, random); err != nil {
		return nil, err
	}
	opts.Name, opts.Issuer, opts.Training = trainingName(), bundle.TrainingPrefix+hex.EncodeToString(random), true
	return Create(o.Dir, opts)
}

// vault opens the voucher key's vault, or makes it with a slot for clerk and supervisor.
func (t *TrainingStation) vault(o *TrainingOptions) (err error) {
	t.Vault, err = keys.OpenVault(o.Vault)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.Vault), 0o700); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), o.Rand)
	if err != nil {
		return err
	}
	defer keys.FreshSoftware(key).Close()
	t.Vault, err = keys.CreateVault(o.Vault, o.Rand, key, []keys.Slot{
		{ClerkID: TrainingClerk, PIN: []byte(TrainingPIN), Cost: o.Cost},
		{ClerkID: TrainingSupervisor, PIN: []byte(TrainingPIN), Cost: o.Cost},
	})
	return err
}

// identity opens the station identity, or makes it, and renews its certificate.
func (t *TrainingStation) identity(o *TrainingOptions) (err error) {
	t.Identity, err = keys.OpenFile(o.IdentityKey, nil)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(o.IdentityKey), 0o700); err == nil {
			t.Identity, err = keys.CreateFile(o.IdentityKey, o.Rand, keys.P256, keys.Options{})
		}
	}
	if err != nil {
		return err
	}
	pub, ok := t.Identity.Public().(*ecdsa.PublicKey)
	if !ok {
		return ErrKey
	}
	inst := t.Institution
	path := inst.path(dirIssued, o.Station+".identity.pem")
	if data, err := os.ReadFile(path); err == nil {
		if c, err := oneCertificate(data); err == nil && pub.Equal(c.PublicKey) && fresh(c.NotBefore, c.NotAfter, o.Now()) {
			if s, err := VerifyIdentity(inst.PEM(), c, o.Now()); err == nil && s == o.Station {
				t.IdentityCert = c
				return nil
			}
		}
	}
	if t.IdentityCert, err = inst.IdentityCertificate(o.Station, pub); err != nil {
		return err
	}
	return keys.WriteFile(path, encodeCertificates(t.IdentityCert), 0o644)
}

// fresh tells whether at lies in the first half of a life.
func fresh(from, to, at time.Time) bool {
	return !at.Before(from) && at.Before(from.Add(to.Sub(from)/2))
}

// delegation takes the one issued last, where it is still good, or lends the next block.
func (t *TrainingStation) delegation(o *TrainingOptions) error {
	inst := t.Institution
	path := inst.path(dirIssued, o.Station+".delegation.pem")
	if data, err := os.ReadFile(path); err == nil && t.reuse(data, o) {
		return nil
	}
	now := o.Now()
	raw, cert, err := inst.Delegate(DelegateRequest{Station: o.Station, Key: t.Vault.Public(), Count: trainingBlock,
		NotBefore: now, Expires: now.Add(MaxDelegation), MaxLife: trainingMaxLife})
	if err != nil {
		return err
	}
	if err := keys.WriteFile(path, EncodeDelegation(raw, cert), 0o644); err != nil {
		return err
	}
	parsed, err := inst.openDelegation(raw)
	if err != nil {
		return err
	}
	t.Delegation, t.Delegated, t.Certificate, t.NewDelegation = raw, parsed, cert, true
	return nil
}

func (i *Institution) openDelegation(raw []byte) (*voucher.Delegation, error) {
	parsed, err := voucher.ParseInstitution(i.PEM())
	if err != nil {
		return nil, err
	}
	return voucher.OpenDelegation(raw, voucher.Keys{Institutions: []*voucher.Institution{parsed}})
}

// reuse takes a delegation issued before where it is for this key, in the first half of its life, and its block lasts
// for another thousand vouchers.
func (t *TrainingStation) reuse(data []byte, o *TrainingOptions) bool {
	raw, cert, err := DecodeDelegation(data)
	if err != nil {
		return false
	}
	d, err := t.Institution.openDelegation(raw)
	if err != nil || d.Station != o.Station || !d.Key.Equal(t.Vault.Public()) || !d.Key.Equal(cert.PublicKey) ||
		!fresh(d.NotBefore, d.Expires, o.Now()) || o.NextSerial+trainingBlock/10 > d.Last {
		return false
	}
	t.Delegation, t.Delegated, t.Certificate = raw, d, cert
	return true
}

// bundle takes the one issued last, where it is still good, or signs the next.
func (t *TrainingStation) bundle(o *TrainingOptions) error {
	inst := t.Institution
	path := inst.path(dirIssued, "training.bundle")
	anchor := bundle.Anchor{Root: inst.Root().Raw}
	if data, err := os.ReadFile(path); err == nil {
		b, err := bundle.Open(data, anchor)
		if err == nil && fresh(b.MadeAt, b.NotAfter, o.Now()) && bytes.Equal(b.Institution, inst.PEM()) && t.serves(b, o) {
			t.Bundle, t.Opened = data, b
			return nil
		}
	}
	b := demoBundle(seconds(o.Now()))
	b.Roster[0].PIV = o.clerkCards()
	if err := t.addLists(b, o); err != nil {
		return err
	}
	data, err := inst.SignBundle(b)
	if err != nil {
		return err
	}
	if err := keys.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	t.Bundle, t.NewBundle = data, true
	t.Opened, err = bundle.Open(data, anchor)
	return err
}

func (o *TrainingOptions) clerkCards() [][]byte {
	if len(o.ClerkCard) == 0 {
		return nil
	}
	return [][]byte{o.ClerkCard}
}

// serves tells whether a bundle issued before holds the newest keys, this station's lists, these CSCA certificates and
// the clerk's card.
func (t *TrainingStation) serves(b *bundle.Opened, o *TrainingOptions) bool {
	vkeys, err := t.Institution.ReceiptKeys()
	if err != nil || b.ReceiptKeys[0] != vkeys[0] || t.NewDelegation || len(b.Intake) == 0 {
		return false
	}
	if holders, err := t.Institution.Holders(); err != nil || !bytes.Equal(b.BackOffice[0].Public, holders[0]) {
		return false
	}
	if m, ok := b.Member(TrainingClerk); !ok || !slices.EqualFunc(m.PIV, o.clerkCards(), bytes.Equal) {
		return false
	}
	held := b.ListsOf(bundle.ListCSCA)
	if len(held) != len(o.CSCA) {
		return false
	}
	for n, l := range held {
		if !bytes.Equal(l.Bytes, o.CSCA[n]) {
			return false
		}
	}
	for _, l := range b.ListsOf(bundle.ListStatus) {
		if l.Name == t.StatusURI {
			return true
		}
	}
	return false
}

// addLists publishes the training institution's own lists, empty at first, and the training CSCA.
func (t *TrainingStation) addLists(b *bundle.Bundle, o *TrainingOptions) error {
	inst := t.Institution
	end := seconds(b.MadeAt.Add(listLife))
	status, err := inst.StatusList(o.Station, nil)
	if err != nil {
		return err
	}
	withdrawn, err := inst.Withdrawn(nil)
	if err != nil {
		return err
	}
	b.Lists = []bundle.List{
		{Kind: bundle.ListStatus, Name: t.StatusURI, MadeAt: b.MadeAt, NotAfter: end, Bytes: status},
		{Kind: bundle.ListDelegations, Name: inst.Issuer(), MadeAt: b.MadeAt, NotAfter: end, Bytes: withdrawn},
	}
	for n, der := range o.CSCA {
		b.Lists = append(b.Lists, bundle.List{Kind: bundle.ListCSCA, Name: fmt.Sprintf("training CSCA %d", n+1),
			MadeAt: b.MadeAt, NotAfter: end, Bytes: der})
	}
	return nil
}
