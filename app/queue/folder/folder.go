// Package folder is the sink that writes parcels to a directory, typically on a USB stick, and reads the receipts that
// come back in it.
//
//	DIR/<station>-<epoch>-<first>-<last>.bangban.age   one batch (queue.Batch.Encode), the bytes that https would post
//	DIR/receipts/<anything>.receipt                    one signed receipt each, written by the receiving side
//
// The batch is sealed outside to the institution's intake keys (queue.SealOutside): any computer may carry it, and only
// the gateway or the institution learns more from it than its name says. Where there is no such key it lies in the open
// as .bangban, its parcels sealed as ever.
//
// A batch file is written under another name, flushed to the medium, and renamed: a stick that is pulled out too early
// holds a whole batch or none. Writing the same parcels again gives another file or replaces one; both are harmless.
// Nothing is ever deleted from DIR.
package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bangban/app/queue"
)

// ErrStation is a station name that cannot be part of a file name.
var ErrStation = errors.New("folder: station name cannot be part of a file name")

var _ queue.Sink = (*Sink)(nil)

// Sink writes batches into one directory.
type Sink struct {
	dir    string
	intake []queue.Holder
}

// New makes the sink of a directory, which is made at the first delivery, for those who may open the outside.
func New(dir string, intake ...queue.Holder) *Sink { return &Sink{dir, intake} }

// Name implements queue.Sink.
func (s *Sink) Name() string { return "folder" }

// Deliver implements queue.Sink: every parcel is Carried once the file is safely on the medium.
func (s *Sink) Deliver(ctx context.Context, b queue.Batch) ([]queue.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(b.Parcels) == 0 {
		return nil, nil
	}
	name, err := fileName(b)
	if err != nil {
		return nil, err
	}
	data, err := b.Encode()
	if err != nil {
		return nil, err
	}
	if len(s.intake) > 0 {
		if data, err = queue.SealOutside(data, s.intake); err != nil {
			return nil, err
		}
		name += queue.OutsideExt
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	if err := queue.WriteFile(filepath.Join(s.dir, name), data); err != nil {
		return nil, err
	}
	out := make([]queue.Outcome, len(b.Parcels))
	for i, p := range b.Parcels {
		out[i] = queue.Outcome{Seq: p.Seq, Result: queue.Carried}
	}
	return out, nil
}

func fileName(b queue.Batch) (string, error) {
	if b.Station == "" || strings.ContainsFunc(b.Station, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	}) {
		return "", ErrStation
	}
	first, last := b.Parcels[0].Seq, b.Parcels[len(b.Parcels)-1].Seq
	return fmt.Sprintf("%s-%d-%d-%d%s", b.Station, b.Epoch, first, last, queue.CarrierExt), nil
}
