package rsid

import (
	"context"
	"time"

	"bangban/cardreader"
)

// ID is the kind's name.
const ID = "rsid"

// Deps is what a reading takes from outside.
type Deps struct {
	Now func() time.Time // station time; nil, or a zero time: the clock is not to be trusted
}

// New makes the kind.
func New(d Deps) cardreader.Kind { return &kind{d} }

type kind struct{ deps Deps }

var _ cardreader.Kind = (*kind)(nil)

// ID implements cardreader.Kind.
func (k *kind) ID() string { return ID }

// Match implements cardreader.Kind: it selects the application.
func (k *kind) Match(ctx context.Context, conn cardreader.Conn) bool {
	chip, ok := conn.(cardreader.APDUer)
	return ok && newCard(chip, conn.ATR()).choose(ctx) == nil
}

// Needs implements cardreader.Kind: none.
func (k *kind) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) { return nil, nil }

// Read implements cardreader.Kind.
func (k *kind) Read(ctx context.Context, conn cardreader.Conn, _ cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	if report == nil {
		report = func(cardreader.Progress) {}
	}
	var now time.Time
	if k.deps.Now != nil {
		now = k.deps.Now()
	}
	report(cardreader.Progress{Stage: cardreader.Connecting})
	r := &reading{card: newCard(chip, conn.ATR()), report: report, raw: map[string][]byte{}}
	doc, err := r.run(ctx, now)
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	report(cardreader.Progress{Stage: cardreader.Finished, Done: r.size(), Total: r.size()})
	return doc, nil
}

// reading is one reading of one card.
type reading struct {
	card   *card
	report func(cardreader.Progress)
	raw    map[string][]byte
}

func (r *reading) run(ctx context.Context, now time.Time) (*cardreader.Document, error) {
	if err := r.card.choose(ctx); err != nil {
		return nil, err
	}
	for _, f := range []file{documentFile, personFile, residenceFile} {
		b, err := r.card.read(ctx, f, nil)
		if err != nil {
			return nil, err
		}
		r.raw[f.name] = b
	}
	doc, err := r.document(now)
	if err != nil {
		return nil, err
	}
	subject, done := doc.Subject, r.size()
	r.report(cardreader.Progress{Stage: cardreader.Details, Done: done, Subject: &subject})
	photo, err := r.card.read(ctx, photoFile, func(n, total int) {
		r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: done + n, Total: done + total})
	})
	if err != nil {
		return nil, err
	}
	r.raw[photoFile.name] = photo
	portrait(doc, photo)
	return doc, nil
}

func (r *reading) size() (n int) {
	for _, b := range r.raw {
		n += len(b)
	}
	return n
}

func (r *reading) wipe() {
	for _, b := range r.raw {
		clear(b)
	}
}
