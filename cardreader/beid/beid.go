package beid

import (
	"context"
	"errors"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/cms"
)

// ID is the kind's name.
const ID = "beid"

// Deps is what a reading takes from outside. Nil fields have a safe meaning.
type Deps struct {
	Anchors func() []*cms.Certificate // trusted now, the root certificates of Belgium among them; nil: none
	Now     func() time.Time          // station time; nil, or a zero time: the clock is not to be trusted
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
	r := &reading{card: &card{chip}, report: report, raw: map[string][]byte{}}
	if k.deps.Now != nil {
		r.now = k.deps.Now()
	}
	doc, err := r.run(ctx)
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	report(cardreader.Progress{Stage: cardreader.Proving, Done: r.size(), Total: r.size()})
	var anchors []*cms.Certificate
	if k.deps.Anchors != nil {
		anchors = k.deps.Anchors()
	}
	r.prove(doc, anchors)
	report(cardreader.Progress{Stage: cardreader.Finished, Done: r.size(), Total: r.size()})
	return doc, nil
}

// reading is one reading of one card.
type reading struct {
	card     *card
	report   func(cardreader.Progress)
	now      time.Time
	raw      map[string][]byte // file name → bytes; what is not on the card is not there
	identity map[byte][]byte
}

func (r *reading) run(ctx context.Context) (*cardreader.Document, error) {
	if err := r.card.choose(ctx); err != nil {
		return nil, err
	}
	if err := r.read(ctx, identityFile, addressFile); err != nil {
		return nil, err
	}
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	subject := doc.Subject
	r.report(cardreader.Progress{Stage: cardreader.Details, Done: r.size(), Subject: &subject})
	if err := r.read(ctx, identitySignature, addressSignature, registerFile); err != nil {
		return nil, err
	}
	r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: r.size()})
	if err := r.read(ctx, photoFile); err != nil {
		return nil, err
	}
	return doc, nil
}

// read reads files. One that is not on the card is left out, but for the identity.
func (r *reading) read(ctx context.Context, files ...file) error {
	for _, f := range files {
		b, err := r.card.read(ctx, f)
		switch {
		case errors.Is(err, apdu.ErrFileNotFound) && f != identityFile:
			continue
		case err != nil:
			return err
		}
		r.raw[f.name] = b
	}
	return nil
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
