package inbox

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/queue"

	"golang.org/x/mod/sumdb/note"
)

// Deps is all that taking in needs from outside.
type Deps struct {
	Store    Store
	Identify queue.Identify // see Known
	Receipts note.Signer    // the gateway's receipt key
	Now      func() time.Time
	Allow    func(queue.Header) error // what else is demanded of a parcel; nil: nothing
	Intake   []*queue.HolderKey       // open the outside of what was carried
}

// Report says what became of an export.
type Report struct {
	Files      int       `json:"files"`
	Accepted   int       `json:"accepted"`
	Duplicate  int       `json:"duplicate"`
	Forks      []uint64  `json:"forks,omitempty"`
	Refused    []Refusal `json:"refused,omitempty"`
	Damaged    []string  `json:"damaged,omitempty"`  // names of files that did not arrive whole
	Sealed     []string  `json:"sealed,omitempty"`   // names of files that no intake key here opens
	Unproven   []string  `json:"unproven,omitempty"` // names of files whose checkpoint could not be proven
	Checkpoint int64     `json:"checkpoint"`         // size of the newest one held afterwards
	Refs       []Ref     `json:"-"`                  // what is held of the export, in order

	noted map[Ref]bool
}

// Refusal names a parcel that was not taken.
type Refusal struct {
	Seq    uint64 `json:"seq"`
	Reason string `json:"reason"`
}

// Known identifies stations by their identity certificates below institution.pem. An identity is judged at the day that
// the envelope names: a stick may come in after the certificate has ended.
func Known(institutionPEM []byte, now func() time.Time) queue.Identify {
	return func(h queue.Header) (*ecdsa.PublicKey, error) {
		day, err := time.Parse(time.DateOnly, h.Day)
		if err != nil {
			return nil, fmt.Errorf("%w: day", queue.ErrIdentity)
		}
		if day.After(now().Add(24 * time.Hour)) {
			return nil, fmt.Errorf("%w: %w", queue.ErrIdentity, ErrDay)
		}
		cert, err := x509.ParseCertificate(h.Certificate)
		if err != nil {
			return nil, fmt.Errorf("%w: certificate", queue.ErrIdentity)
		}
		// The day has no hour and no zone: the certificate must have been valid at some moment of it.
		at := day.Add(12 * time.Hour)
		if at.Before(cert.NotBefore) && cert.NotBefore.Before(day.Add(36*time.Hour)) {
			at = cert.NotBefore
		}
		if at.After(cert.NotAfter) && cert.NotAfter.After(day.Add(-12*time.Hour)) {
			at = cert.NotAfter
		}
		station, err := institution.VerifyIdentity(institutionPEM, cert, at)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", queue.ErrIdentity, err)
		}
		key, ok := cert.PublicKey.(*ecdsa.PublicKey)
		if !ok || station != h.Station {
			return nil, fmt.Errorf("%w: certificate is of %s", queue.ErrIdentity, station)
		}
		return key, nil
	}
}

// TakeExport takes every batch file of a directory in: verifies, commits, then writes signed receipts beside them. What
// is damaged or refused is reported and blocks nothing else.
func TakeExport(ctx context.Context, dir string, d Deps) (*Report, error) {
	if d.Receipts == nil {
		return nil, ErrNoReceipts
	}
	files, err := queue.Batches(dir)
	if err != nil {
		return nil, err
	}
	rep := &Report{Files: len(files)}
	for _, f := range files {
		b, err := queue.ReadBatch(f, d.Intake...)
		if errors.Is(err, queue.ErrOutside) {
			rep.Sealed = append(rep.Sealed, filepath.Base(f))
			continue
		}
		if errors.Is(err, queue.ErrBatch) || errors.Is(err, queue.ErrTooLarge) {
			rep.Damaged = append(rep.Damaged, filepath.Base(f))
			continue
		}
		if err != nil {
			return rep, err
		}
		if err := takeFile(ctx, dir, filepath.Base(f), b, d, rep); err != nil {
			return rep, err
		}
	}
	return rep, rep.answers(ctx, dir, d)
}

// answers writes what is answered to those whose parcels lie on the carrier.
func (rep *Report) answers(ctx context.Context, dir string, d Deps) error {
	var told []string
	for _, r := range rep.Refs {
		if slices.Contains(told, r.Station) {
			continue
		}
		told = append(told, r.Station)
		if err := CarryAnswers(ctx, d.Store, dir, r.Station); err != nil {
			return err
		}
	}
	return nil
}

func takeFile(ctx context.Context, dir, name string, b *queue.Batch, d Deps, rep *Report) error {
	one, err := TakeBatch(ctx, b, d)
	if err != nil {
		return err
	}
	rep.Refused = append(rep.Refused, one.Refused...)
	if one.Unproven {
		rep.Unproven = append(rep.Unproven, name)
	}
	if len(one.Taken) == 0 {
		return nil
	}
	rep.Checkpoint = one.Checkpoint
	return rep.receipt(dir, one.Taken, d)
}

// Batch says what became of one batch.
type Batch struct {
	Taken      []Taken
	Refused    []Refusal
	Checkpoint int64 // size of the newest one held afterwards
	Unproven   bool  // its checkpoint could not be proven
}

// TakeBatch verifies what a batch holds and stores it with one commit. What is refused blocks nothing else.
func TakeBatch(ctx context.Context, b *queue.Batch, d Deps) (*Batch, error) {
	in, rep := Intake{Station: b.Station, Epoch: b.Epoch}, &Batch{}
	keys := map[string]*ecdsa.PublicKey{}
	for _, p := range b.Parcels {
		e, key, err := openItem(p, d.Identify)
		if err == nil && d.Allow != nil {
			err = d.Allow(e.Header)
		}
		if err != nil {
			rep.Refused = append(rep.Refused, Refusal{p.Seq, reason(err)})
			continue
		}
		keys[string(e.Header.Certificate)] = key
		in.Items = append(in.Items, Item{e, p.Sealed})
	}
	if len(in.Items) == 0 {
		return rep, nil
	}
	err := proveCheckpoint(ctx, b, d, keys, &in)
	if err != nil && !errors.Is(err, ErrUnproven) {
		return nil, err
	}
	rep.Unproven = err != nil
	if rep.Taken, err = d.Store.Take(ctx, in); err != nil {
		return nil, err
	}
	newest, err := d.Store.Newest(ctx, b.Station, b.Epoch)
	rep.Checkpoint = newest.Size
	return rep, err
}

// openItem verifies one envelope and that it lies where it belongs.
func openItem(p queue.Parcel, who queue.Identify) (*queue.Envelope, *ecdsa.PublicKey, error) {
	var key *ecdsa.PublicKey
	e, err := p.Open(func(h queue.Header) (*ecdsa.PublicKey, error) {
		k, err := who(h)
		key = k
		return k, err
	})
	if err != nil {
		return nil, nil, err
	}
	if err := e.Check(); err != nil {
		return nil, nil, err
	}
	if h := e.Header; h.Station != p.Station || h.Epoch != p.Epoch || h.Seq != p.Seq {
		return nil, nil, ErrPlace
	}
	return e, key, nil
}

func reason(err error) string {
	for code, known := range map[string]error{"unknown-identity": queue.ErrIdentity, "wrong-signature": queue.ErrSignature,
		"wrong-place": ErrPlace, "too-large": queue.ErrTooLarge, "unknown-suite": queue.ErrSuite, "not-allowed": ErrNotAllowed,
		"unknown-holder": ErrHolder} {
		if errors.Is(err, known) {
			return code
		}
	}
	return "broken-structure"
}

// proveCheckpoint opens the batch's checkpoint with the identity the batch names or those its parcels were signed with,
// and demands that it continues the newest one held. An older one, of a stick that came late, is left alone.
func proveCheckpoint(ctx context.Context, b *queue.Batch, d Deps, keys map[string]*ecdsa.PublicKey, in *Intake) error {
	var known []note.Verifier
	if k, err := d.Identify(queue.Header{Station: b.Station, Day: b.Day, Certificate: b.Certificate}); err == nil {
		keys[string(b.Certificate)] = k
	}
	for _, k := range keys {
		v, err := journal.NewVerifier(b.Station, k)
		if err != nil {
			return err
		}
		known = append(known, v)
	}
	c, err := journal.OpenCheckpoint(b.Checkpoint, note.VerifierList(known...))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	if c.Origin != journal.Origin(b.Station, b.Epoch) {
		return fmt.Errorf("%w: %w", ErrUnproven, journal.ErrOrigin)
	}
	held, err := d.Store.Newest(ctx, b.Station, b.Epoch)
	if err != nil {
		return err
	}
	if held.Size > c.Size {
		return nil
	}
	in.Unproven = true // until it is proven
	if held.Size > 0 {
		proof, ok := b.ProofSince(held.Size)
		if !ok && held.Size != c.Size {
			return fmt.Errorf("%w: no proof from %d", ErrUnproven, held.Size)
		}
		if err := journal.CheckConsistency(held, c, proof); err != nil {
			return fmt.Errorf("%w: %w", ErrUnproven, err)
		}
	}
	in.Unproven = false
	in.Checkpoint, in.Signed, in.Since = &c, b.Checkpoint, held.Size
	return nil
}

// receipt signs for what is held and writes it beside the export.
func (rep *Report) receipt(dir string, taken []Taken, d Deps) error {
	for _, t := range taken {
		switch t.Result {
		case queue.Accepted:
			rep.Accepted++
		case queue.Duplicate:
			rep.Duplicate++
		default:
			rep.Forks = append(rep.Forks, t.Ref.Seq)
		}
		if t.Result != queue.Refused {
			rep.note(t.Ref)
		}
		r, signed, err := t.receipt(d)
		if err != nil {
			return err
		}
		if err := queue.WriteReceipt(dir, r, signed); err != nil {
			return err
		}
	}
	return nil
}

// receipt signs for what is held. For a fork the receipt names the hash that is held, not the one that came.
func (t Taken) receipt(d Deps) (*queue.Receipt, []byte, error) {
	r := &queue.Receipt{Station: t.Ref.Station, Epoch: t.Ref.Epoch, Seq: t.Ref.Seq, Hash: t.Held, Result: t.Result, Time: d.Now()}
	if r.Result != queue.Accepted {
		r.Result = queue.Duplicate
	}
	signed, err := queue.SignReceipt(*r, d.Receipts)
	return r, signed, err
}

// note keeps each key once: the same parcel may lie in several files of a stick.
func (rep *Report) note(r Ref) {
	if rep.noted[r] {
		return
	}
	if rep.noted == nil {
		rep.noted = map[Ref]bool{}
	}
	rep.noted[r] = true
	rep.Refs = append(rep.Refs, r)
}
