package queue

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

const batchMagic = "bangban-export/1"

// Bounds of a batch.
const (
	MaxBatch        = 64 << 20 // bytes
	MaxBatchParcels = 512
	MaxProofs       = 32
)

// Proof is a consistency proof (RFC 6962 §2.1.2) to the batch's checkpoint from one that the receiver may hold.
type Proof struct {
	_      struct{} `cbor:",toarray"`
	Since  int64
	Hashes [][]byte
}

type manifestRow struct {
	_    struct{} `cbor:",toarray"`
	Seq  uint64
	Hash [32]byte
}

type manifest struct {
	Magic      string        `cbor:"1,keyasint"`
	Station    string        `cbor:"2,keyasint"`
	Epoch      uint64        `cbor:"3,keyasint"`
	Parcels    []manifestRow `cbor:"4,keyasint"`
	Checkpoint [32]byte      `cbor:"5,keyasint"`
	Proofs     [32]byte      `cbor:"6,keyasint"`
	Identity   []byte        `cbor:"7,keyasint"`
	Day        string        `cbor:"8,keyasint"`
}

// Encode writes the batch as a CBOR sequence (RFC 8742).
func (b Batch) Encode() ([]byte, error) {
	proofs := []Proof{}
	if b.Since > 0 {
		proofs = append(proofs, Proof{Since: b.Since, Hashes: b.Proof})
	}
	packed, err := encoder.Marshal(append(proofs, b.Earlier...))
	if err != nil {
		return nil, err
	}
	m := manifest{batchMagic, b.Station, b.Epoch, []manifestRow{}, sha256.Sum256(b.Checkpoint), sha256.Sum256(packed), b.Certificate, b.Day}
	for _, p := range b.Parcels {
		m.Parcels = append(m.Parcels, manifestRow{Seq: p.Seq, Hash: p.Hash})
	}
	items := []any{m, b.Checkpoint, cbor.RawMessage(packed)}
	size := len(b.Checkpoint) + len(packed) + len(m.Parcels)*maxRow + maxCert
	for _, p := range b.Parcels {
		items = append(items, p.Sealed)
		size += len(p.Sealed)
	}
	var out bytes.Buffer
	out.Grow(size) // growing step by step took a third of a counter's time
	for _, item := range items {
		if err := encoder.MarshalToBuffer(item, &out); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// maxRow bounds what a parcel adds to a batch beside its bytes: a row of the manifest and the head of a byte string.
const maxRow = 1 + 9 + 2 + 32 + 5

// DecodeBatch reads what Encode wrote and compares every part with the manifest. Nothing in it is verified yet but
// that it arrived whole: OpenEnvelope and journal.OpenCheckpoint decide what it is worth. Parcels carry Seq, Hash,
// Size and Sealed, which points into b.
func DecodeBatch(b []byte) (*Batch, error) {
	if len(b) > MaxBatch {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	var m manifest
	var checkpoint []byte
	var packed cbor.RawMessage
	rest := b
	for _, part := range []any{&m, &checkpoint, &packed} {
		var err error
		if rest, err = decoder.UnmarshalFirst(rest, part); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBatch, err)
		}
	}
	var proofs []Proof
	if m.Proofs != sha256.Sum256(packed) || decoder.Unmarshal(packed, &proofs) != nil {
		return nil, fmt.Errorf("%w: proofs damaged", ErrBatch)
	}
	switch {
	case m.Magic != batchMagic, m.Station == "", len(m.Station) > maxField, m.Epoch == 0:
		return nil, fmt.Errorf("%w: not an export", ErrBatch)
	case len(m.Identity) > maxCert, len(m.Day) > maxField:
		return nil, fmt.Errorf("%w: identity", ErrTooLarge)
	case len(m.Parcels) > MaxBatchParcels, len(proofs) > MaxProofs:
		return nil, fmt.Errorf("%w: %d parcels, %d proofs", ErrTooLarge, len(m.Parcels), len(proofs))
	case m.Checkpoint != sha256.Sum256(checkpoint):
		return nil, fmt.Errorf("%w: checkpoint damaged", ErrBatch)
	}
	out := &Batch{Station: m.Station, Epoch: m.Epoch, Checkpoint: checkpoint, Certificate: m.Identity, Day: m.Day}
	if len(proofs) > 0 {
		out.Since, out.Proof, out.Earlier = proofs[0].Since, proofs[0].Hashes, proofs[1:]
	}
	s := &splitter{b: rest}
	for i, row := range m.Parcels {
		sealed := s.bytes(cborBytes)
		if s.failed {
			return nil, fmt.Errorf("%w: parcel %d", ErrBatch, row.Seq)
		}
		if row.Hash != sha256.Sum256(sealed) {
			return nil, fmt.Errorf("%w: parcel %d damaged", ErrBatch, row.Seq)
		}
		if i > 0 && row.Seq <= m.Parcels[i-1].Seq {
			return nil, fmt.Errorf("%w: parcels out of order", ErrBatch)
		}
		out.Parcels = append(out.Parcels, Parcel{Station: m.Station, Epoch: m.Epoch, Seq: row.Seq, Hash: row.Hash, Sealed: sealed, Size: len(sealed), compared: true})
	}
	if len(s.b) > 0 {
		return nil, fmt.Errorf("%w: %d bytes after its end", ErrBatch, len(s.b))
	}
	return out, nil
}

// ProofSince gives the proof from a tree of the given size, if the batch carries one.
func (b Batch) ProofSince(size int64) ([][]byte, bool) {
	for _, p := range append([]Proof{{Since: b.Since, Hashes: b.Proof}}, b.Earlier...) {
		if p.Since == size {
			return p.Hashes, true
		}
	}
	return nil, size == 0
}
