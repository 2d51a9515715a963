package sscard

import (
	"context"
	"errors"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// ID is the kind's name.
const ID = "sscard"

// secretPIN is the only secret that a card may want.
var secretPIN = cardreader.Secret{Kind: cardreader.PIN, Length: 6}

// Deps is what a reading takes from outside.
type Deps struct {
	Now func() time.Time // station time; nil, or a zero time: the clock is not to be trusted
}

// New makes the kind.
func New(d Deps) cardreader.Kind { return &kind{d} }

type kind struct{ deps Deps }

var _ cardreader.Kind = (*kind)(nil)

// environment is the name of the application: "sx1.sh." and 社会保障 in GBK.
const environment = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF"

// ID implements cardreader.Kind.
func (k *kind) ID() string { return ID }

// Match implements cardreader.Kind: it selects the application.
func (k *kind) Match(ctx context.Context, conn cardreader.Conn) bool {
	chip, ok := conn.(cardreader.APDUer)
	return ok && (&reading{chip: chip}).choose(ctx) == nil
}

// Needs implements cardreader.Kind: it asks for the person's first record, which most cards give without a PIN.
func (k *kind) Needs(ctx context.Context, conn cardreader.Conn) ([]cardreader.Secret, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	r := &reading{chip: chip}
	if err := r.choose(ctx); err != nil {
		return nil, fault(err)
	}
	_, err := r.first(ctx, personFile)
	switch {
	case errors.Is(err, apdu.ErrSecurityStatus):
		return []cardreader.Secret{secretPIN}, nil
	case err != nil && !errors.Is(err, apdu.ErrRecordNotFound):
		return nil, fault(err)
	}
	return nil, nil
}

// Read implements cardreader.Kind.
func (k *kind) Read(ctx context.Context, conn cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	pin, err := pinOf(s)
	if err != nil {
		return nil, err
	}
	defer clear(pin)
	if report == nil {
		report = func(cardreader.Progress) {}
	}
	report(cardreader.Progress{Stage: cardreader.Connecting})
	r := &reading{chip: chip, report: report, raw: map[string][]byte{}}
	if err := r.run(ctx, pin); err != nil {
		r.wipe()
		return nil, fault(err)
	}
	var now time.Time
	if k.deps.Now != nil {
		now = k.deps.Now()
	}
	doc, err := r.document(now)
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	subject := doc.Subject
	report(cardreader.Progress{Stage: cardreader.Details, Done: r.size(), Total: r.size(), Subject: &subject})
	report(cardreader.Progress{Stage: cardreader.Finished, Done: r.size(), Total: r.size()})
	return doc, nil
}

// pinOf packs six digits in BCD, as the card takes them; nil where none was given. Anything else was mistyped, and the
// card is not asked.
func pinOf(s cardreader.Secrets) ([]byte, error) {
	text := s[cardreader.PIN]
	if text == "" {
		return nil, nil
	}
	wrong := &cardreader.NeedError{Secret: secretPIN, Wrong: true, RetriesLeft: -1}
	if len(text) != secretPIN.Length {
		return nil, wrong
	}
	var pin []byte
	for i := 0; i < len(text); i += 2 {
		hi, lo := text[i]-'0', text[i+1]-'0'
		if hi > 9 || lo > 9 {
			clear(pin)
			return nil, wrong
		}
		pin = append(pin, hi<<4|lo)
	}
	return pin, nil
}
