package cnid

import (
	"context"
	"errors"
	"time"

	"bangban/cardreader"
)

// ID is the kind's name.
const ID = "cnid"

// Names of the records of the reader.
const (
	recordBase    = "base"
	recordAddress = "address"
	recordSAM     = "sam"
)

// Deps is what the kind takes from outside.
type Deps struct {
	Now func() time.Time // station time; nil, or a zero time: the clock is not to be trusted
}

// Kind reads PRC identity cards. It implements cardreader.Kind.
type Kind struct{ d Deps }

var _ cardreader.Kind = Kind{}

// New makes the kind.
func New(d Deps) Kind { return Kind{d} }

// ID implements cardreader.Kind.
func (Kind) ID() string { return ID }

// Match implements cardreader.Kind. A reader that hands over records reads these cards and no others, so a card that it
// could not read is one of them, too: Read says what was wrong.
func (Kind) Match(ctx context.Context, c cardreader.Conn) bool {
	records, err := recordsOf(ctx, c)
	defer wipe(records)
	var known *cardreader.Error
	switch {
	case err == nil:
		return len(records[recordBase]) > 0
	case errors.As(err, &known):
		return known.Code() != cardreader.CodeUnsupported && known.Code() != cardreader.CodeCancelled
	}
	return ctx.Err() == nil
}

// Needs implements cardreader.Kind: no secret opens or closes these cards.
func (Kind) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) { return nil, nil }

func recordsOf(ctx context.Context, c cardreader.Conn) (map[string][]byte, error) {
	r, ok := c.(cardreader.RecordReader)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	return r.ReadRecord(ctx)
}

func wipe(records map[string][]byte) {
	for _, b := range records {
		clear(b)
	}
}

// Read implements cardreader.Kind.
func (k Kind) Read(ctx context.Context, c cardreader.Conn, _ cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	if report == nil {
		report = func(cardreader.Progress) {}
	}
	report(cardreader.Progress{Stage: cardreader.Opening})
	records, err := recordsOf(ctx, c)
	if err != nil {
		return nil, coded(ctx, err)
	}
	text, err := parse(records[recordBase], records[recordAddress])
	if err != nil {
		wipe(records)
		return nil, coded(ctx, err)
	}
	subject := text.subject
	report(cardreader.Progress{Stage: cardreader.Details, Subject: &subject})
	now := time.Time{}
	if k.d.Now != nil {
		now = k.d.Now()
	}
	module := string(records[recordSAM])
	delete(records, recordSAM)
	for name, b := range records { // a permit's photograph may be absent
		if len(b) == 0 {
			delete(records, name)
		}
	}
	doc := &cardreader.Document{Kind: ID, Subject: text.subject, Raw: records, Checks: text.checks(module, now), Doubts: text.doubts, ReadAt: now}
	report(cardreader.Progress{Stage: cardreader.Finished})
	return doc, nil
}

// coded gives an error one of the codes of cardreader.
func coded(ctx context.Context, err error) error {
	var known *cardreader.Error
	switch {
	case errors.As(err, &known):
		return known
	case ctx.Err() != nil:
		return cardreader.NewError(cardreader.CodeCancelled, err, nil)
	case errors.Is(err, ErrType):
		return cardreader.NewError(cardreader.CodeOtherKind, err, map[string]string{"Kind": "unknown"})
	}
	return cardreader.NewError(cardreader.CodeFaulty, err, nil)
}
