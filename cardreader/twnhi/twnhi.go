package twnhi

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
)

// ID is the kind's name.
const ID = "twnhi"

// Names of the checks: part of the command line's contract.
const (
	checkIssuer = "issuer"
	checkNumber = "number"
	checkText   = "text"
)

// Reasons beside those of package check.
const (
	ReasonCheckDigit check.Reason = "check-digit" // a number does not fit its check digit
	ReasonUnmappable check.Reason = "unmappable"  // a byte stands for no character
)

// Deps is what a reading takes from outside.
type Deps struct {
	Now func() time.Time // station time; nil, or a zero time: the clock is not to be trusted
}

// New makes the kind.
func New(d Deps) cardreader.Kind { return &kind{d} }

type kind struct{ deps Deps }

var _ cardreader.Kind = (*kind)(nil)

// applicationID is the application of the card.
func applicationID() []byte {
	return []byte{0xD1, 0x58, 0x00, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x00}
}

// ID implements cardreader.Kind.
func (k *kind) ID() string { return ID }

// Match implements cardreader.Kind: it selects the application.
func (k *kind) Match(ctx context.Context, conn cardreader.Conn) bool {
	chip, ok := conn.(cardreader.APDUer)
	return ok && choose(ctx, chip) == nil
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
	if err := choose(ctx, chip); err != nil {
		return nil, fault(err)
	}
	answer, err := basic(ctx, chip)
	if err != nil {
		return nil, fault(err)
	}
	doc, err := document(answer)
	if err != nil {
		return nil, fault(err)
	}
	if k.deps.Now != nil {
		doc.ReadAt = k.deps.Now()
	}
	subject, size := doc.Subject, len(answer)
	report(cardreader.Progress{Stage: cardreader.Details, Done: size, Total: size, Subject: &subject})
	report(cardreader.Progress{Stage: cardreader.Finished, Done: size, Total: size})
	return doc, nil
}

func choose(ctx context.Context, chip cardreader.APDUer) error {
	_, err := send(ctx, chip, apdu.Command{INS: 0xA4, P1: 0x04, Data: applicationID()})
	return err
}

// basic reads the public record. T=0 has no room for Le after data, so there is none; a T=1 card that takes that for
// "nothing wanted" is asked again.
func basic(ctx context.Context, chip cardreader.APDUer) ([]byte, error) {
	get := apdu.Command{INS: 0xCA, P1: 0x11, Data: []byte{0, 0}}
	answer, err := send(ctx, chip, get)
	if err == nil && len(answer) == 0 {
		get.Ne = apdu.MaxShortNe
		answer, err = send(ctx, chip, get)
	}
	return answer, err
}

func send(ctx context.Context, chip cardreader.APDUer, c apdu.Command) ([]byte, error) {
	r, err := apdu.Send(ctx, chip, c, false)
	return r.Data, err
}

// Bounds of the record: shorter is none, longer than one short answer is none either.
const (
	minRecord = 57
	maxRecord = apdu.MaxShortNe
)

// document makes a Document of the record.
func document(b []byte) (*cardreader.Document, error) {
	if len(b) < minRecord || len(b) > maxRecord {
		return nil, fmt.Errorf("%w: %d bytes", ErrRecord, len(b))
	}
	doc := &cardreader.Document{Kind: ID, Raw: map[string][]byte{"basic": bytes.Clone(b)}}
	doc.Checks = []check.Check{check.Unsure(checkIssuer, check.NotSupported, "the card carries no signature of its issuer")}
	s := &doc.Subject
	var err error
	if s.Number, err = number(b[32:42]); err != nil {
		return nil, err
	}
	if s.BirthDate, err = date(b[42:49]); err != nil {
		return nil, fmt.Errorf("birth: %w", err)
	}
	if s.Issued, err = date(b[50:57]); err != nil {
		return nil, fmt.Errorf("issue: %w", err)
	}
	switch b[49] {
	case 'M', 'F':
		s.Sex = string(b[49])
	default:
		return nil, fmt.Errorf("%w: sex", ErrRecord)
	}
	doc.Checks = append(doc.Checks, numberCheck(s.Number))
	if s.FullName, err = big5(b[12:32]); err != nil {
		doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, "name"))
	}
	return doc, nil
}
