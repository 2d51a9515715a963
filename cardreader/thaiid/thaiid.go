package thaiid

import (
	"context"
	"time"

	"bangban/cardreader"
)

// ID is the kind's name.
const ID = "thaiid"

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
	r := &reading{card: newCard(chip, conn.ATR()), report: report}
	doc, err := r.run(ctx, now)
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	report(cardreader.Progress{Stage: cardreader.Finished, Done: total, Total: total})
	return doc, nil
}

// area is a run of the card's file.
type area struct{ offset, length int }

// What is read, in this order: the person, the address, the issue, the portrait.
var (
	areaPerson  = area{0x0004, 0xDE}
	areaAddress = area{0x1579, 100}
	areaIssue   = area{0x00E2, 0x95}
	areaPhoto   = area{0x017B, 5118}
)

// total is how many bytes a reading brings.
const total = 0xDE + 100 + 0x95 + 5118

// reading is one reading of one card.
type reading struct {
	card                          *card
	report                        func(cardreader.Progress)
	person, address, issue, photo []byte
}

func (r *reading) run(ctx context.Context, now time.Time) (*cardreader.Document, error) {
	if err := r.card.choose(ctx); err != nil {
		return nil, err
	}
	done := 0
	for _, part := range []struct {
		area
		into *[]byte
	}{{areaPerson, &r.person}, {areaAddress, &r.address}, {areaIssue, &r.issue}} {
		b, err := r.card.read(ctx, part.area, nil)
		if err != nil {
			return nil, err
		}
		*part.into = b
		done += len(b)
	}
	doc, err := r.document(now)
	if err != nil {
		return nil, err
	}
	subject := doc.Subject
	r.report(cardreader.Progress{Stage: cardreader.Details, Done: done, Total: total, Subject: &subject})
	r.photo, err = r.card.read(ctx, areaPhoto, func(n int) {
		r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: done + n, Total: total})
	})
	if err != nil {
		return nil, err
	}
	r.portrait(doc)
	return doc, nil
}

func (r *reading) wipe() {
	for _, b := range [][]byte{r.person, r.address, r.issue, r.photo} {
		clear(b)
	}
}
