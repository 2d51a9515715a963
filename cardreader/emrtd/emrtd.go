package emrtd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// ID is the kind's name.
const ID = "emrtd"

// The secrets taken: the number on the front, and the machine readable zone of any of the three formats.
var (
	secretCAN = cardreader.Secret{Kind: cardreader.CAN, Length: canDigits}
	secretMRZ = cardreader.Secret{Kind: cardreader.MRZ}
)

// applicationID is the LDS1 eMRTD application, ICAO Doc 9303-10 §3.6.2.
func applicationID() []byte { return []byte{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01} }

// Deps is what a reading takes from outside. Nil fields have a safe meaning.
type Deps struct {
	Anchors func() []*cms.Certificate // country signing certificates trusted now; nil: none
	Lists   func() cms.Revocations    // what is held of lists of withdrawn signers; nil: nothing, ever
	Now     func() time.Time          // station time; nil, or a zero time: the clock is not to be trusted
	Rand    io.Reader                 // nil: crypto/rand
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
	if !ok {
		return false
	}
	c := &channel{conn: chip}
	return c.selectApplication(ctx) == nil
}

func (c *channel) selectApplication(ctx context.Context) error {
	_, err := c.send(ctx, apdu.Command{INS: 0xA4, P1: 0x04, P2: 0x0C, Data: applicationID()})
	return err
}

// Needs implements cardreader.Kind: the number, which is short, where the chip takes PACE; the zone always will do.
func (k *kind) Needs(ctx context.Context, conn cardreader.Conn) ([]cardreader.Secret, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	access, _, err := (&channel{conn: chip, limit: apdu.MaxShortNe}).masterFile(ctx, conn)
	if err != nil {
		return nil, fault(err)
	}
	if offerOf(access) != nil {
		return []cardreader.Secret{secretCAN, secretMRZ}, nil
	}
	return []cardreader.Secret{secretMRZ}, nil
}

// offerOf gives the way to run PACE that EF.CardAccess offers, nil where there is none known here.
func offerOf(access []byte) *paceOffer {
	infos, err := parseSecurityInfos(access)
	if err != nil {
		return nil
	}
	return choosePACE(infos)
}

// Read implements cardreader.Kind.
func (k *kind) Read(ctx context.Context, conn cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	if report == nil {
		report = func(cardreader.Progress) {}
	}
	now := k.now()
	r := &reading{kind: k, report: report, today: dateOf(now), groups: map[int][]byte{}}
	if err := r.take(s); err != nil {
		return nil, err
	}
	report(cardreader.Progress{Stage: cardreader.Connecting})
	r.channel = &channel{conn: chip, limit: apdu.MaxShortNe}
	access, limit, err := r.masterFile(ctx, conn)
	if err != nil {
		return nil, fault(err)
	}
	r.offer, r.limit, r.atMaster = offerOf(access), limit, true
	err = r.run(ctx)
	if errors.Is(err, errExtended) { // it promised and refused: once more, short
		r.wipe()
		r.channel = &channel{conn: chip, limit: apdu.MaxShortNe}
		err = r.run(ctx)
	}
	if err != nil {
		r.wipe()
		return nil, fault(err)
	}
	report(cardreader.Progress{Stage: cardreader.Proving, Done: r.size(), Total: r.size()})
	doc := r.document(now)
	report(cardreader.Progress{Stage: cardreader.Finished, Done: r.size(), Total: r.size()})
	return doc, nil
}

// take reads the secrets. One that was mistyped is a wrong secret, and the card is not asked.
func (r *reading) take(s cardreader.Secrets) error {
	text := s[cardreader.MRZ]
	if r.can = s[cardreader.CAN]; r.can == "" && text == "" {
		return &cardreader.NeedError{Secret: secretMRZ, RetriesLeft: -1}
	}
	if r.can != "" && (len(r.can) != canDigits || strings.Trim(r.can, "0123456789") != "") {
		return &cardreader.NeedError{Secret: secretCAN, Wrong: true, RetriesLeft: -1}
	}
	if text == "" {
		return nil
	}
	zone, err := ParseMRZ(text)
	if err != nil {
		need := &cardreader.NeedError{Secret: secretMRZ, Wrong: true, RetriesLeft: -1}
		return fmt.Errorf("%w: %w", need, err)
	}
	r.zone = zone
	return nil
}

func (k *kind) now() time.Time {
	if k.deps.Now == nil {
		return time.Time{}
	}
	return k.deps.Now()
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func (k *kind) random() io.Reader {
	if k.deps.Rand == nil {
		return rand.Reader
	}
	return k.deps.Rand
}

// portrait gives a copy of the image of DG2, JPEG or JPEG 2000, or the check that says why there is none. It does not lower the whole: what
// the document says is proven without it, and the face can be compared with the printed one.
func portrait(dg2 []byte) ([]byte, *check.Check) {
	problem := check.Unsure(checkPhoto, check.Unreadable, "DG2")
	problem.Optional = true
	if dg2 == nil {
		return nil, &problem
	}
	image, coding, err := openDG2(dg2)
	switch {
	case err != nil:
		return nil, &problem
	case coding == imageOther:
		problem.Reason, problem.Detail = check.NotSupported, string(coding)
		return nil, &problem
	}
	return append([]byte{}, image...), nil
}
