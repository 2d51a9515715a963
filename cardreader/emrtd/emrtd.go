package emrtd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// ID is the kind's name.
const ID = "emrtd"

// secretMRZ is the only secret taken: the machine readable zone of any of the three formats.
var secretMRZ = cardreader.Secret{Kind: cardreader.MRZ}

// applicationID is the LDS1 eMRTD application, ICAO Doc 9303-10 §3.6.2.
func applicationID() []byte { return []byte{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01} }

// Deps is what a reading takes from outside. Nil fields have a safe meaning.
type Deps struct {
	Anchors func() []*cms.Certificate // country signing certificates trusted now; nil: none
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

// Needs implements cardreader.Kind.
func (k *kind) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) {
	return []cardreader.Secret{secretMRZ}, nil
}

// Read implements cardreader.Kind.
func (k *kind) Read(ctx context.Context, conn cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	zone, err := zoneOf(s)
	if err != nil {
		return nil, err
	}
	if report == nil {
		report = func(cardreader.Progress) {}
	}
	now := k.now()
	r := &reading{kind: k, zone: zone, report: report, today: dateOf(now)}
	report(cardreader.Progress{Stage: cardreader.Connecting})
	r.channel = &channel{conn: chip, limit: apdu.MaxShortNe}
	limit, err := r.answerLimit(ctx, conn)
	if err != nil {
		return nil, fault(err)
	}
	r.limit = limit
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

// zoneOf reads the secret. A zone that was mistyped is a wrong secret, and the card is not asked.
func zoneOf(s cardreader.Secrets) (*MRZ, error) {
	text := s[cardreader.MRZ]
	if text == "" {
		return nil, &cardreader.NeedError{Secret: secretMRZ, RetriesLeft: -1}
	}
	zone, err := ParseMRZ(text)
	if err != nil {
		need := &cardreader.NeedError{Secret: secretMRZ, Wrong: true, RetriesLeft: -1}
		return nil, fmt.Errorf("%w: %w", need, err)
	}
	return zone, nil
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

// reading is one reading of one document.
type reading struct {
	*channel
	kind          *kind
	zone          *MRZ
	report        func(cardreader.Progress)
	today         string
	holder        *MRZ // of DG1
	dg1, sod, dg2 []byte
}

// firstBytes is asked of EF.SOD and EF.DG2 before their length is known. Both are always longer: a signature with its
// certificate, a portrait.
const firstBytes = shortPlain

// run selects the application, opens it and reads the files.
func (r *reading) run(ctx context.Context) error {
	defer r.close()
	r.report(cardreader.Progress{Stage: cardreader.Opening})
	if err := r.selectApplication(ctx); err != nil {
		return err
	}
	if err := r.access(ctx, r.zone, r.kind.random()); err != nil {
		return err
	}
	var err error
	if r.dg1, err = r.read(ctx, fileDG1, r.zone.dg1Size(), nil); err != nil {
		return err
	}
	if r.holder, err = openDG1(r.dg1); err != nil {
		return err
	}
	subject := r.holder.subject(r.today)
	r.report(cardreader.Progress{Stage: cardreader.Details, Done: r.size(), Subject: &subject})
	if r.sod, err = r.read(ctx, fileSOD, firstBytes, nil); err != nil && !absent(err) {
		return err
	}
	before := r.size()
	r.dg2, err = r.read(ctx, fileDG2, firstBytes, func(done, total int) {
		r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: before + done, Total: before + total})
	})
	if err != nil && !absent(err) {
		return err
	}
	return nil
}

// absent tells that the chip, inside its session, says it has no such file.
func absent(err error) bool { return errors.Is(err, apdu.ErrFileNotFound) }

func isStatus(err error) bool {
	var s *apdu.StatusError
	return errors.As(err, &s)
}

func (r *reading) size() int { return len(r.dg1) + len(r.sod) + len(r.dg2) }

func (r *reading) wipe() {
	for _, b := range [][]byte{r.dg1, r.sod, r.dg2} {
		clear(b)
	}
	r.dg1, r.sod, r.dg2, r.holder = nil, nil, nil, nil
}

// document proves what was read and hands it over.
func (r *reading) document(now time.Time) *cardreader.Document {
	doc := &cardreader.Document{Kind: ID, Subject: r.holder.subject(r.today), Raw: map[string][]byte{}, ReadAt: now}
	e := evidence{sod: r.sod, groups: map[int][]byte{1: r.dg1}, state: r.holder.state, now: now}
	if r.kind.deps.Anchors != nil {
		e.others = r.kind.deps.Anchors()
	}
	e.pool = cms.NewPool(e.others)
	doc.Raw[fileDG1.name] = r.dg1
	if r.sod != nil {
		doc.Raw[fileSOD.name] = r.sod
	}
	if r.dg2 != nil {
		e.groups[2], doc.Raw[fileDG2.name] = r.dg2, r.dg2
	}
	doc.Checks = append(e.prove(), chipCheck(), valid(doc.Subject.Expires, now))
	photo, problem := portrait(r.dg2)
	if doc.Photo = photo; problem != nil {
		doc.Checks = append(doc.Checks, *problem)
	}
	return doc
}

// portrait gives a copy of the JPEG of DG2, or the check that says why there is none. It does not lower the whole: what
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
	case coding != imageJPEG:
		problem.Reason, problem.Detail = check.NotSupported, string(coding)
		return nil, &problem
	}
	return append([]byte{}, image...), nil
}
