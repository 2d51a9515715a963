package mykad

import (
	"context"
	"time"

	"bangban/cardreader"
)

// ID is the kind's name.
const ID = "mykad"

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
	return ok && (&card{chip}).choose(ctx) == nil
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
	report(cardreader.Progress{Stage: cardreader.Connecting})
	r := &reading{card: &card{chip}, report: report}
	doc, err := r.run(ctx)
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	if k.deps.Now != nil {
		doc.ReadAt = k.deps.Now()
	}
	report(cardreader.Progress{Stage: cardreader.Finished, Done: total, Total: total})
	return doc, nil
}

// total is how many bytes a reading brings.
const total = personSize + addressSize + photoSize

// reading is one reading of one card.
type reading struct {
	card                   *card
	report                 func(cardreader.Progress)
	person, address, photo []byte
}

func (r *reading) run(ctx context.Context) (*cardreader.Document, error) {
	err := r.card.choose(ctx)
	if err != nil {
		return nil, err
	}
	if r.person, err = r.card.read(ctx, personFile, personSize, nil); err != nil {
		return nil, err
	}
	if r.address, err = r.card.read(ctx, addressFile, addressSize, nil); err != nil {
		return nil, err
	}
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	subject, done := doc.Subject, personSize+addressSize
	r.report(cardreader.Progress{Stage: cardreader.Details, Done: done, Total: total, Subject: &subject})
	r.photo, err = r.card.read(ctx, photoFile, photoSize, func(n int) {
		r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: done + n, Total: total})
	})
	if err != nil {
		return nil, err
	}
	r.portrait(doc)
	return doc, nil
}

func (r *reading) wipe() {
	for _, b := range [][]byte{r.person, r.address, r.photo} {
		clear(b)
	}
}
