package sscard

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// file is one file of records.
type file struct {
	name string
	id   [2]byte
	sfi  byte
}

var (
	cardFile   = file{"EF05", [2]byte{0xEF, 0x05}, 5}
	personFile = file{"EF06", [2]byte{0xEF, 0x06}, 6}
)

// maxRecords bounds the records of one file: the person's has seven.
const maxRecords = 16

// reading is one reading of one card.
type reading struct {
	chip   cardreader.APDUer
	report func(cardreader.Progress)
	raw    map[string][]byte // "EF06/09" → value
	p2     byte              // how the records of the file at hand are named
}

func (r *reading) choose(ctx context.Context) error {
	_, err := r.send(ctx, apdu.Command{INS: 0xA4, P1: 0x04, Data: []byte(environment)})
	return err
}

// run reads both files, with the PIN only where the card wants it.
func (r *reading) run(ctx context.Context, pin []byte) error {
	if err := r.choose(ctx); err != nil {
		return err
	}
	if err := r.records(ctx, cardFile); err != nil && !errors.Is(err, apdu.ErrSecurityStatus) && !errors.Is(err, apdu.ErrFileNotFound) {
		return err
	}
	err := r.records(ctx, personFile)
	if !errors.Is(err, apdu.ErrSecurityStatus) {
		return err
	}
	r.report(cardreader.Progress{Stage: cardreader.Opening, Done: r.size()})
	if err := r.verify(ctx, pin); err != nil {
		return err
	}
	if err = r.records(ctx, personFile); errors.Is(err, apdu.ErrSecurityStatus) {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	return err
}

// first reads the first record of a file. A card that does not know short file identifiers gets SELECT.
func (r *reading) first(ctx context.Context, f file) ([]byte, error) {
	r.p2 = f.sfi<<3 | 4
	b, err := r.record(ctx, 1)
	switch {
	case errors.Is(err, apdu.ErrWrongParameters), errors.Is(err, apdu.ErrNotSupported), errors.Is(err, apdu.ErrFileNotFound),
		errors.Is(err, apdu.ErrNoCurrentFile):
	default:
		return b, err
	}
	if _, err := r.send(ctx, apdu.Command{INS: 0xA4, P1: 0x02, Data: f.id[:]}); err != nil {
		return nil, err
	}
	r.p2 = 4 // of the selected file
	return r.record(ctx, 1)
}

// record is READ RECORD by number, ISO/IEC 7816-4 §11.4.3.
func (r *reading) record(ctx context.Context, n int) ([]byte, error) {
	return r.send(ctx, apdu.Command{INS: 0xB2, P1: byte(n), P2: r.p2, Ne: apdu.MaxShortNe})
}

// records reads a file to its end.
func (r *reading) records(ctx context.Context, f file) error {
	b, err := r.first(ctx, f)
	for n := 2; err == nil; n++ {
		if err = r.keep(f, b); err != nil {
			return err
		}
		if n > maxRecords {
			return fmt.Errorf("%w: %s has more than %d", ErrRecord, f.name, maxRecords)
		}
		b, err = r.record(ctx, n)
	}
	if errors.Is(err, apdu.ErrRecordNotFound) {
		return nil
	}
	return fmt.Errorf("sscard: %s: %w", f.name, err)
}

// keep notes one record: identifier, length, value. The first of an identifier counts.
func (r *reading) keep(f file, b []byte) error {
	if len(b) < 2 || int(b[1]) > len(b)-2 {
		return fmt.Errorf("%w: %s, %d bytes", ErrRecord, f.name, len(b))
	}
	name := fmt.Sprintf("%s/%02X", f.name, b[0])
	if _, there := r.raw[name]; !there {
		r.raw[name] = bytes.Clone(b[2 : 2+int(b[1])])
	}
	return nil
}

// verify sends the PIN, unless that could block the card.
func (r *reading) verify(ctx context.Context, pin []byte) error {
	need := &cardreader.NeedError{Secret: secretPIN, RetriesLeft: -1}
	command := apdu.Command{INS: 0x20}
	_, err := r.send(ctx, command)
	var status *apdu.StatusError
	switch {
	case err == nil:
		return nil // it is open already
	case !errors.As(err, &status):
		return err
	case errors.Is(err, apdu.ErrBlocked):
		return err
	}
	if left, told := status.Retries(); told {
		if need.RetriesLeft = left; left <= 1 {
			return fmt.Errorf("%w: %w", ErrTries, err)
		}
	}
	if pin == nil {
		return need
	}
	command.Data = pin
	if _, err = r.send(ctx, command); err == nil {
		return nil
	}
	if !errors.As(err, &status) || errors.Is(err, apdu.ErrBlocked) {
		return err
	}
	left, told := status.Retries()
	switch {
	case told && left == 0:
		return fmt.Errorf("%w: %w", ErrTries, err)
	case told:
		need.RetriesLeft = left
	case !errors.Is(err, apdu.ErrVerification) && !errors.Is(err, apdu.ErrSecurityStatus):
		return err
	}
	need.Wrong = true
	return need
}

func (r *reading) send(ctx context.Context, c apdu.Command) ([]byte, error) {
	answer, err := apdu.Send(ctx, r.chip, c, false)
	if err != nil {
		return nil, err
	}
	return answer.Data, nil
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
	clear(r.raw)
}
