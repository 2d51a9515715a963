package inbox

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"

	"github.com/fxamacker/cbor/v2"
)

// Line is one record as `inbox open` prints it.
type Line struct {
	Seq     uint64         `json:"seq"`
	Kind    string         `json:"kind"`
	Serial  string         `json:"serial,omitempty"`
	Station string         `json:"station"`
	Epoch   uint64         `json:"epoch"`
	Day     string         `json:"day"`
	ID      string         `json:"id"`
	Before  map[string]any `json:"before,omitempty"`
	After   map[string]any `json:"after,omitempty"`
	COSE    []byte         `json:"cose,omitempty"`
	Body    map[string]any `json:"body,omitempty"` // of other kinds
}

// Format implements fmt.Formatter: a line goes out as JSON on purpose, never by accident.
func (l Line) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "line(%s/%d/%d)", l.Station, l.Epoch, l.Seq)
}

// Records opens the parcels that are held under refs with a back-office key and yields each record. A parcel that is
// sealed to none of the keys gives queue.ErrRecipient, one whose bytes are not here ErrNotFound.
func Records(ctx context.Context, s Store, who queue.Identify, keys []*queue.HolderKey, refs []Ref, yield func(Line) error) error {
	away, err := RecordsHere(ctx, s, who, keys, refs, yield)
	if err == nil && away > 0 {
		err = fmt.Errorf("%d of %d: %w", away, len(refs), ErrNotFound)
	}
	return err
}

// RecordsHere is Records of a store from which days have been moved away: it passes over what is not here and counts it.
func RecordsHere(ctx context.Context, s Store, who queue.Identify, keys []*queue.HolderKey, refs []Ref, yield func(Line) error) (away int, err error) {
	for _, r := range refs {
		b, err := s.Envelope(ctx, r)
		if errors.Is(err, ErrNotFound) {
			away++
			continue
		}
		if err == nil {
			err = record(b, who, keys, yield)
		}
		if err != nil {
			return away, fmt.Errorf("seq %d: %w", r.Seq, err)
		}
	}
	return away, nil
}

func record(b []byte, who queue.Identify, keys []*queue.HolderKey, yield func(Line) error) error {
	e, err := queue.OpenEnvelope(b, who)
	if err != nil {
		return err
	}
	rec, err := unseal(e, keys)
	if err != nil {
		return err
	}
	l, err := line(e.Header, rec)
	if err != nil {
		return err
	}
	return yield(l)
}

func unseal(e *queue.Envelope, keys []*queue.HolderKey) (*queue.Record, error) {
	for _, k := range keys {
		rec, err := queue.Unseal(e, k)
		if !errors.Is(err, queue.ErrRecipient) && !errors.Is(err, queue.ErrSuite) {
			return rec, err
		}
	}
	return nil, queue.ErrRecipient
}

func line(h queue.Header, rec *queue.Record) (l Line, err error) {
	l = Line{Seq: rec.Seq, Kind: rec.Kind, Station: rec.Station, Epoch: rec.Epoch, Day: h.Day, ID: h.ID.String()}
	switch rec.Kind {
	case queue.KindVoucher:
		b, err := rec.Voucher()
		if err != nil {
			return l, err
		}
		l.Serial, l.COSE = b.Serial, b.COSE
		l.Before, err = before(b.Before)
		return l, err
	case queue.KindAfter, queue.KindVoid:
		b, err := rec.After()
		if err != nil {
			return l, err
		}
		l.Serial = b.Serial
		l.After, err = after(b.After)
		return l, err
	}
	l.Body, err = rec.Fields()
	return l, err
}

var decoder = must(cbor.DecOptions{
	DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TimeTag: cbor.DecTagOptional,
	ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxNestedLevels: 8, MaxMapPairs: 64, MaxArrayElements: 1024,
}.DecMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// before reads the first part of the assistance record; its hash is what the voucher carries.
func before(b []byte) (map[string]any, error) {
	var r desk.Before
	if err := decoder.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%w: before", ErrRecord)
	}
	if again, err := r.Encode(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%w: before is not in deterministic encoding", ErrRecord)
	}
	hash, err := r.Hash()
	if err != nil {
		return nil, err
	}
	id, c, p := r.Identified, r.Consent, r.Person
	return trim(map[string]any{
		"hash": hex.EncodeToString(hash[:]), "salt": hex.EncodeToString(r.Salt[:]), "schema": r.Schema,
		"station": r.Station, "hall": r.Hall, "app": r.App, "at": stamp(r.At), "os_time": stamp(r.OSTime), "mode": r.Mode,
		"clerk": r.Clerk, "purpose": r.Purpose, "recipient": r.Recipient, "fields": r.Fields, "operations": r.Operations,
		"expires": stamp(r.Expires), "max_uses": r.MaxUses, "withdrawal": r.Withdrawal, "training": r.Training,
		"identified": trim(map[string]any{"kind": id.Kind, "checks": id.Checks, "compare": id.Compare, "photo": id.Photo,
			"hash": hex.EncodeToString(id.Hash)}),
		"consent": trim(map[string]any{"answer": string(c.Answer), "text": c.TextID, "lang": c.Lang, "read_aloud": c.ReadAloud, "at": stamp(c.At)}),
		"person":  trim(map[string]any{"name": p.Name, "number": p.Number, "birth_date": p.BirthDate}),
	}), nil
}

func after(b []byte) (map[string]any, error) {
	var r desk.After
	if err := decoder.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%w: after", ErrRecord)
	}
	if again, err := r.Encode(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%w: after is not in deterministic encoding", ErrRecord)
	}
	return trim(map[string]any{"state": string(r.State), "before": hex.EncodeToString(r.Hash[:]), "printed": r.Printed,
		"proved": r.Proved, "copies": r.Copies, "reason": r.Reason, "clerk": r.Clerk, "at": stamp(r.At), "recovery": r.Recovery, "approver": r.Approver}), nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// trim drops empty text and lists: absent fields are left out.
func trim(m map[string]any) map[string]any {
	for k, v := range m {
		switch v := v.(type) {
		case string:
			if v == "" {
				delete(m, k)
			}
		case []string:
			if len(v) == 0 {
				delete(m, k)
			}
		}
	}
	return m
}
