package queue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
)

// Paths and media types of the gateway.
const (
	PathBatches = "/v1/batches"
	PathEnrol   = "/v1/enrol"
	PathAnswers = "/v1/answers" // ?after=N
	PathCarried = "/v1/carried" // what lies on another station's stick
	TypeCarried = "application/octet-stream"
	TypeBatch   = "application/cbor-seq" // RFC 8742
	TypeAnswer  = "application/cbor"     // RFC 8949
	TypePEM     = "application/x-pem-file"
	TypeProblem = "application/problem+json"
)

// MaxAnswer bounds an answer in bytes.
const MaxAnswer = MaxBatchParcels*(MaxReceipt+256) + 4<<10

// Verdict is the gateway's word on one parcel.
type Verdict struct {
	_       struct{} `cbor:",toarray"`
	Seq     uint64
	Result  string // of Result.String, or "fork": other bytes are held under this number, and the receipt names them
	Reason  string
	Receipt []byte
}

// VerdictFork is a number that holds other bytes.
const VerdictFork = "fork"

// Answer is what the gateway answers to a batch.
type Answer struct {
	Station    string    `cbor:"1,keyasint"`
	Epoch      uint64    `cbor:"2,keyasint"`
	Verdicts   []Verdict `cbor:"3,keyasint"`
	Checkpoint int64     `cbor:"4,keyasint"` // size of the newest one held
	Proven     bool      `cbor:"5,keyasint"` // the batch's checkpoint continues those before it
}

// Encode gives the deterministic CBOR of the answer.
func (a Answer) Encode() ([]byte, error) { return encoder.Marshal(a) }

// DecodeAnswer reads what Encode wrote. It verifies nothing: the receipts in it decide.
func DecodeAnswer(b []byte) (*Answer, error) {
	var a Answer
	if len(b) > MaxAnswer {
		return nil, fmt.Errorf("%w: answer of %d bytes", ErrTooLarge, len(b))
	}
	if !decodeExact(b, &a) || len(a.Verdicts) > MaxBatchParcels {
		return nil, ErrAnswer
	}
	for _, v := range a.Verdicts {
		if len(v.Receipt) > MaxReceipt {
			return nil, fmt.Errorf("%w: receipt", ErrTooLarge)
		}
	}
	return &a, nil
}

// Outcomes turns the answer to a batch into one outcome a parcel that was asked about.
func (a *Answer) Outcomes(b Batch) []Outcome {
	asked := make(map[uint64]bool, len(b.Parcels))
	for _, p := range b.Parcels {
		asked[p.Seq] = true
	}
	var out []Outcome
	for _, v := range a.Verdicts {
		if !asked[v.Seq] {
			continue
		}
		asked[v.Seq] = false
		o := Outcome{Seq: v.Seq, Receipt: bytes.Clone(v.Receipt), Reason: clip(v.Reason)}
		switch v.Result {
		case Accepted.String():
			o.Result = Accepted
		case Duplicate.String(), VerdictFork: // the receipt of a fork names the hash that is held: the outbox compares
			o.Result = Duplicate
		case Refused.String():
			o.Result = Refused
		}
		out = append(out, o)
	}
	return out
}

// Answered is one answer to a request, as a store keeps it. N counts them over all stations.
type Answered struct {
	_    struct{} `cbor:",toarray"`
	N    int64
	File []byte
}

// Bounds of what is fetched at once.
const (
	MaxAnswered      = 16
	MaxAnsweredBytes = MaxAnswered*(maxAnswerFile+16) + 16
)

// EncodeAnswered is the answer to a GET of PathAnswers.
func EncodeAnswered(all []Answered) ([]byte, error) {
	if all == nil {
		all = []Answered{}
	}
	return encoder.Marshal(all)
}

// DecodeAnswered reads what EncodeAnswered wrote. It verifies nothing: OpenAnswer does.
func DecodeAnswered(b []byte) ([]Answered, error) {
	var all []Answered
	if len(b) > MaxAnsweredBytes {
		return nil, fmt.Errorf("%w: answers of %d bytes", ErrTooLarge, len(b))
	}
	if !decodeExact(b, &all) || len(all) > MaxAnswered {
		return nil, ErrAnswer
	}
	return all, nil
}

// Source is the CloudEvents source of a station.
func Source(station string) string { return "urn:bangban:station:" + station }

// Attributes are the HTTP fields of a batch: CloudEvents 1.0 in binary mode (HTTP binding §3.1) and the key by which a
// repeated request is known (draft-ietf-httpapi-idempotency-key-header): the station's, the numbers, and the first 8 bytes
// of SHA-256 of the hashes of parcels and checkpoint. They say nothing that the manifest does not; there is no ce-time,
// because the exact time is not the gateway's.
func Attributes(b *Batch) http.Header {
	sum := sha256.New()
	var first, last uint64
	for i, p := range b.Parcels {
		sum.Write(p.Hash[:])
		if last = p.Seq; i == 0 {
			first = p.Seq
		}
	}
	checkpoint := sha256.Sum256(b.Checkpoint)
	sum.Write(checkpoint[:])
	id := fmt.Sprintf("%s/%d/%d-%d/%s", b.Station, b.Epoch, first, last, hex.EncodeToString(sum.Sum(nil)[:8]))
	h := http.Header{}
	h.Set("Ce-Specversion", "1.0")
	h.Set("Ce-Id", id)
	h.Set("Ce-Source", Source(b.Station))
	h.Set("Ce-Type", "bangban.batch.1")
	h.Set("Idempotency-Key", strconv.Quote(id))
	h.Set("Content-Type", TypeBatch)
	return h
}
