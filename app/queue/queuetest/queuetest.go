// Package queuetest is the contract of queue.Sink as tests, and a small world to run them in: a station, a back office
// and a gateway with keys of their own.
package queuetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// World is one station, one back office with two keys, one gateway.
type World struct {
	Identity *ecdsa.PrivateKey
	Sealer   *queue.Sealer
	Holder   *queue.HolderKey
	Second   *queue.HolderKey
	Gateway  note.Signer
	Receipts note.Verifiers
}

// Station is the name of the world's station.
const Station = "T01"

// Day is the day of the world's parcels.
const Day = "2026-11-26"

// NewWorld makes a world with random keys, in the usual suite.
func NewWorld(t testing.TB) *World {
	t.Helper()
	return NewWorldIn(t, queue.SuiteXWing)
}

// NewWorldIn is NewWorld with back-office keys of a suite.
func NewWorldIn(t testing.TB, s queue.Suite) *World {
	t.Helper()
	w := &World{}
	var err error
	if w.Identity, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	for _, k := range []**queue.HolderKey{&w.Holder, &w.Second} {
		if *k, err = queue.GenerateHolder(s, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	w.Sealer = &queue.Sealer{Holders: []queue.Holder{w.Holder.Holder(), w.Second.Holder()}, Identity: w.Identity,
		IdentityCert: []byte("SPECIMEN certificate")}
	skey, vkey, err := note.GenerateKey(rand.Reader, "receipt.specimen")
	if err != nil {
		t.Fatal(err)
	}
	if w.Gateway, err = note.NewSigner(skey); err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	w.Receipts = note.VerifierList(v)
	return w
}

// Identify knows the world's station and no other.
func (w *World) Identify(h queue.Header) (*ecdsa.PublicKey, error) {
	if h.Station != Station {
		return nil, queue.ErrIdentity
	}
	return &w.Identity.PublicKey, nil
}

// Parcel seals one record.
func (w *World) Parcel(t testing.TB, seq uint64, body []byte) queue.Parcel {
	t.Helper()
	id, err := queue.NewID(rand.Reader, Day)
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := w.Sealer.Seal(queue.Place{ID: id, Station: Station, Epoch: 1, Seq: seq, Kind: queue.KindVoucher, Day: Day}, body)
	if err != nil {
		t.Fatal(err)
	}
	return *p
}

// Batch makes n parcels, from seq 1, with a signed checkpoint.
func (w *World) Batch(t testing.TB, n int) queue.Batch {
	t.Helper()
	b := queue.Batch{Station: Station, Epoch: 1}
	for i := range n {
		b.Parcels = append(b.Parcels, w.Parcel(t, uint64(i+1), fmt.Appendf(nil, "SPECIMEN body %d", i+1)))
	}
	s, err := journal.NewSigner(Station, w.Identity)
	if err != nil {
		t.Fatal(err)
	}
	c := journal.Checkpoint{Origin: journal.Origin(Station, 1), Size: 1, Root: tlog.RecordHash([]byte("leaf")), Parcels: uint64(n)}
	if b.Checkpoint, err = c.Sign(s); err != nil {
		t.Fatal(err)
	}
	return b
}

// Receipt signs a receipt as the gateway would.
func (w *World) Receipt(t testing.TB, p queue.Parcel, r queue.Result) []byte {
	t.Helper()
	signed, err := queue.SignReceipt(queue.Receipt{Station: p.Station, Epoch: p.Epoch, Seq: p.Seq, Hash: p.Hash, Result: r,
		Time: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)}, w.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// TestSink is what every sink must do.
func TestSink(t *testing.T, open func(t *testing.T) queue.Sink) {
	w := NewWorld(t)
	t.Run("an outcome a parcel", func(t *testing.T) {
		s, b := open(t), w.Batch(t, 3)
		out, err := s.Deliver(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[uint64]int{}
		for _, o := range out {
			seen[o.Seq]++
			if o.Result == queue.Accepted && o.Receipt == nil {
				t.Errorf("seq %d accepted without a receipt", o.Seq)
			}
		}
		for _, p := range b.Parcels {
			if seen[p.Seq] != 1 {
				t.Errorf("seq %d has %d outcomes", p.Seq, seen[p.Seq])
			}
		}
		if len(seen) != len(b.Parcels) {
			t.Errorf("outcomes for parcels that were not sent: %v", seen)
		}
	})
	t.Run("twice is harmless", func(t *testing.T) {
		s, b := open(t), w.Batch(t, 2)
		for range 2 {
			out, err := s.Deliver(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out {
				if o.Result == queue.Refused {
					t.Errorf("seq %d refused the second time", o.Seq)
				}
			}
		}
	})
	t.Run("parcels are not touched", func(t *testing.T) {
		s, b := open(t), w.Batch(t, 1)
		before := string(b.Parcels[0].Sealed)
		if _, err := s.Deliver(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if string(b.Parcels[0].Sealed) != before {
			t.Error("sealed bytes changed")
		}
	})
	t.Run("has a name", func(t *testing.T) {
		if open(t).Name() == "" {
			t.Error("no name")
		}
	})
}
