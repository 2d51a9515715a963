package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/queue/sinks"
	"bangban/app/store"
)

// Parcels lists all parcels, also those that are purged.
func (s *Station) Parcels(ctx context.Context) ([]desk.ParcelRow, error) {
	return s.store.Parcels(ctx, store.Filter{}, store.Page{})
}

// NewestParcels lists a part of them, the newest first.
func (s *Station) NewestParcels(ctx context.Context, offset, limit int) ([]desk.ParcelRow, error) {
	return s.store.Parcels(ctx, store.Filter{}, store.Page{Offset: offset, Limit: limit, Newest: true})
}

// QueueStats counts them.
func (s *Station) QueueStats(ctx context.Context) (store.Stats, error) { return s.store.Stats(ctx) }

// receiptKeys are the keys that receipts may be signed with, from the bundle.
func (s *Station) receiptKeys() (note.Verifiers, error) {
	var list []note.Verifier
	for _, k := range s.bundle.ReceiptKeys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}

// Export writes everything that has no receipt yet to a folder, to be carried. It says how many parcels lie there.
func (s *Station) Export(ctx context.Context, dir string) (int, error) {
	return s.send(ctx, carrier{folder.New(dir, s.intake()...), dir}, queue.Options{Carried: true, Now: true})
}

// intake is who may open the outside of what is carried: nobody in a bundle of before there was such a key.
func (s *Station) intake() (all []queue.Holder) {
	for _, h := range s.bundle.Intake {
		if one, err := queue.NewHolder(h.Public); err == nil {
			all = append(all, one)
		}
	}
	return all
}

// carrier is a folder that somebody named. One that cannot be written is as good as a network that is down: no parcel is
// to blame, none waits longer for it, and the whole pass ends.
type carrier struct {
	*folder.Sink
	dir string
}

var _ queue.Sink = carrier{}

// Name implements queue.Sink.
func (c carrier) Name() string { return c.dir }

// Deliver implements queue.Sink.
func (c carrier) Deliver(ctx context.Context, b queue.Batch) ([]queue.Outcome, error) {
	out, err := c.Sink.Deliver(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", queue.ErrOffline, err)
	}
	return out, nil
}

// Deliver sends what waits through the sinks of the bundle, the gateway first. What the gateway has taken the folder does
// not see; what lies on a stick the gateway is sent all the same.
func (s *Station) Deliver(ctx context.Context) (sent int, err error) { return s.deliver(ctx, false) }

// SendNow is Deliver for somebody who does not want to wait: no failed try before holds it up.
func (s *Station) SendNow(ctx context.Context) (sent int, err error) {
	gate, err := s.gateway()
	if err != nil {
		return 0, err
	}
	if gate != nil {
		gate.Wake()
	}
	return s.deliver(ctx, true)
}

func (s *Station) deliver(ctx context.Context, now bool) (sent int, err error) {
	gate, err := s.gateway()
	if err != nil {
		return 0, err
	}
	deps := sinks.Deps{Gateway: gate, Intake: s.intake()}
	for _, k := range s.bundle.Sinks {
		if k.Kind == "folder" {
			deps.Folder = k.Address
		}
	}
	list := sinks.All(deps)
	if len(list) == 0 {
		return 0, &desk.Error{Op: "queue.deliver", Code: "queue-no-sink"}
	}
	var errs []error
	for _, sink := range list {
		overNet := gate != nil && sink == queue.Sink(gate)
		n, err := s.send(ctx, sink, queue.Options{Carried: overNet, Now: now, Lease: sendLease, Pace: s.post.of(overNet)})
		if overNet {
			s.note(err)
			if err == nil {
				_, err = s.fetchAnswers(ctx, gate)
			}
		}
		sent += n
		errs = append(errs, err)
	}
	s.renew(ctx, gate)
	return sent, errors.Join(errs...)
}

// sendLease is longer than a batch may take on a slow line.
const sendLease = 15 * time.Minute

func (s *Station) send(ctx context.Context, sink queue.Sink, o queue.Options) (int, error) {
	var err error
	if o.Receipts, err = s.receiptKeys(); err != nil {
		return 0, err
	}
	done, err := queue.Deliver(ctx, s.store, sink, o)
	sent := done.Carried + done.Purged
	var told *desk.Error
	if errors.As(err, &told) && strings.HasPrefix(told.Code, "net-") {
		return sent, told // the sink knows which of the causes it is
	}
	if err != nil {
		return sent, &desk.Error{Op: "queue.deliver", Code: "queue-not-sent", Args: map[string]string{"Sink": sink.Name()}, Err: err}
	}
	return sent, nil
}

// ReceiptSummary says what a folder of receipts did.
type ReceiptSummary struct {
	Total   int `json:"total"`
	Purged  int `json:"purged"`
	Known   int `json:"known"`             // of parcels purged before
	Refused int `json:"refused"`           // signature, or of another station: nothing was purged by them
	Forks   int `json:"forks"`             // named other bytes than were sent: nothing was purged by them
	Answers int `json:"answers,omitempty"` // to what people asked, new here
}

// Receipts takes in the receipts of a folder. A parcel is purged only by a receipt that verifies and names its bytes.
func (s *Station) Receipts(ctx context.Context, dir string) (ReceiptSummary, error) {
	raw, err := queue.Receipts(dir)
	if err != nil {
		return ReceiptSummary{}, &desk.Error{Op: "queue.receipts", Code: "file-unreadable", Args: map[string]string{"File": dir}, Err: err}
	}
	keys, err := s.receiptKeys()
	if err != nil {
		return ReceiptSummary{}, err
	}
	done, bad, err := queue.TakeReceipts(ctx, s.store, raw, keys)
	sum := ReceiptSummary{Total: len(raw), Purged: done.Purged, Known: done.Again, Refused: bad + done.Unknown, Forks: len(done.Forks)}
	if err != nil {
		return sum, err
	}
	files, err := queue.CarriedAnswers(dir)
	if err != nil {
		return sum, &desk.Error{Op: "queue.receipts", Code: "file-unreadable", Args: map[string]string{"File": dir}, Err: err}
	}
	sum.Answers, err = s.takeAnswers(ctx, files, 0)
	return sum, err
}

// identityVerifier verifies this station's checkpoints.
func (s *Station) identityVerifier() (note.Verifiers, error) {
	if s.identityCert == nil {
		return nil, &desk.Error{Op: "journal.verify", Code: CodeAwaits, Args: map[string]string{"File": s.dir.request()}}
	}
	pub, ok := s.identityCert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	v, err := journal.NewVerifier(s.store.Station(), pub)
	if err != nil {
		return nil, err
	}
	return note.VerifierList(v), nil
}

// VerifyJournal computes the journal's root again and compares it with the newest signed checkpoint and with older, one
// that was kept elsewhere; nil: none.
func (s *Station) VerifyJournal(ctx context.Context, older []byte) (*journal.Report, error) {
	known, err := s.identityVerifier()
	if err != nil {
		return nil, err
	}
	r, err := s.store.VerifyJournal(ctx, older, known)
	if err != nil {
		return nil, &desk.Error{Op: "journal.verify", Code: "journal-broken", Err: err}
	}
	return r, nil
}

// ExportJournal writes the journal for an auditor.
func (s *Station) ExportJournal(ctx context.Context, w io.Writer) error {
	known, err := s.identityVerifier()
	if err != nil {
		return err
	}
	return s.store.ExportJournal(ctx, w, known)
}

// Root is the root certificate of the station's institution, for `institution` commands on a training folder.
func (s *Station) Root() *x509.Certificate { return s.bundle.Root }
