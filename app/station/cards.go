package station

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// Cards is every reader of the computer and every kind of card that this program knows. It implements flow.Cards.
type Cards struct {
	systems  []cardreader.System
	kinds    []cardreader.Kind
	offer    func(reader string) cardreader.Secrets // the secret printed on a specimen; nil: none
	tray     *sim.Reader                            // of the window in training; nil: none
	training bool
	decoder  *decoder // of portraits that only the operator's library can decode; nil: none
}

// Reading is one reading of a card.
type Reading struct {
	Document *cardreader.Document
	Reader   string
	APDUs    int
	Took     time.Duration
}

// ReaderRow is one reader as a list shows it.
type ReaderRow struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Card  string `json:"card,omitempty"` // what lies there, where it was asked for
}

// Readers lists the readers of all systems, real ones first. A system that does not answer is reported as an error
// beside the readers of the others.
func (c *Cards) Readers(ctx context.Context) ([]cardreader.Reader, error) {
	var all []cardreader.Reader
	var errs []error
	for _, s := range c.systems {
		rs, err := s.Readers(ctx)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, rs...)
	}
	return all, errors.Join(errs...)
}

// List says of every reader what is so there now.
func (c *Cards) List(ctx context.Context) ([]ReaderRow, error) {
	readers, err := c.Readers(ctx)
	rows := make([]ReaderRow, 0, len(readers))
	for _, r := range readers {
		rows = append(rows, ReaderRow{Name: r.Name(), State: stateOf(ctx, r).String()})
	}
	return rows, err
}

// stateOf takes the first event of a reader, which describes what is so at the call.
func stateOf(ctx context.Context, r cardreader.Reader) cardreader.EventKind {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	events, err := r.Watch(ctx)
	if err != nil {
		return cardreader.Unknown
	}
	ev := <-events
	return ev.Kind
}

// find gives the reader with this name.
func (c *Cards) find(ctx context.Context, name string) (cardreader.Reader, error) {
	readers, err := c.Readers(ctx)
	for _, r := range readers {
		if r.Name() == name {
			return r, nil
		}
	}
	simulated := strings.HasPrefix(name, sim.Prefix)
	if simulated && !c.training {
		return nil, &desk.Error{Op: "card.read", Code: "reader-simulated", Args: map[string]string{"Reader": name}}
	}
	if err != nil && !simulated { // it may be a reader of the system that does not answer
		return nil, err
	}
	return nil, &desk.Error{Op: "card.read", Code: "reader-unknown", Args: map[string]string{"Reader": name}}
}

// ReadNext waits up to timeout for a card on the named reader, or on the first one that holds a card, and reads it.
// Where no secret is given for a specimen's reader, the one printed on the specimen is used.
func (c *Cards) ReadNext(parent context.Context, reader string, s cardreader.Secrets, timeout time.Duration) (*Reading, error) {
	ctx, cancel := context.WithTimeout(parent, timeout)
	defer cancel()
	if reader != "" {
		if _, err := c.find(ctx, reader); err != nil {
			return nil, err
		}
	}
	events, err := c.Watch(ctx)
	if err != nil {
		return nil, err
	}
	var lifted error
	last := cardreader.CodeNoReader // what to say when the time is over
	for ev := range events {
		switch {
		case ev.Reader != "" && (reader != "" && ev.Reader != reader || reader == "" && c.spare(ctx, ev.Reader)):
		case ev.Kind == cardreader.Present:
			r, err := c.readSettled(ctx, ev.Reader, s)
			if !laidAnew(err) {
				return r, err
			}
			lifted = err // it may be put back
		case ev.Kind == cardreader.Mute:
			return nil, cardreader.NewError(cardreader.CodeFaulty, nil, nil)
		default:
			last = missing(ev.Kind)
		}
	}
	switch {
	case parent.Err() != nil:
		return nil, cardreader.NewError(cardreader.CodeCancelled, context.Cause(parent), nil)
	case lifted != nil:
		return nil, lifted
	}
	return nil, cardreader.NewError(last, context.Cause(ctx), nil)
}

// laidAnew tells whether an error ends by itself once the card is laid down again.
func laidAnew(err error) bool {
	var known *cardreader.Error
	return errors.Is(err, cardreader.ErrPulled) || errors.Is(err, cardreader.ErrNoCard) || errors.As(err, &known) && known.Code() == sam.CodeLift
}

// missing is the code of what stands between the counter and a card.
func missing(k cardreader.EventKind) string {
	switch k {
	case cardreader.ServiceOff:
		return cardreader.CodeServiceOff
	case cardreader.Empty:
		return cardreader.CodeNoCard
	}
	return cardreader.CodeNoReader
}

// spare tells whether a simulated reader that nobody named stands back: a real one is attached, or it holds another
// card than the ordinary specimen.
func (c *Cards) spare(ctx context.Context, reader string) bool {
	if !strings.HasPrefix(reader, sim.Prefix) || reader == TrayReader {
		return false
	}
	readers, _ := c.Readers(ctx) // a service that is off has no readers
	for _, r := range readers {
		if !strings.HasPrefix(r.Name(), sim.Prefix) {
			return true
		}
	}
	return reader != ordinary
}

// ordinary is the simulated reader that is used where none is named.
const ordinary = sim.Prefix + "emrtd"

// settling is how long a card may bounce in the slot: pcscd looks at a slot every 400 ms, so a card that was swapped
// between two looks answers only after the next one.
const settling = 500 * time.Millisecond

// readSettled reads, and gives a card that does not answer at first one more chance once the service has looked again.
func (c *Cards) readSettled(ctx context.Context, reader string, s cardreader.Secrets) (*Reading, error) {
	r, err := c.read(ctx, reader, s, nil)
	if !errors.Is(err, cardreader.ErrFaulty) {
		return r, err
	}
	select {
	case <-ctx.Done():
		return r, err
	case <-time.After(settling):
		return c.read(ctx, reader, s, nil)
	}
}

// readOnce connects, identifies and reads.
func (c *Cards) readOnce(ctx context.Context, reader string, s cardreader.Secrets, report func(cardreader.Progress)) (*Reading, error) {
	r, err := c.find(ctx, reader)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 && c.offer != nil {
		s = c.offer(reader)
	}
	began := time.Now() // how long it takes is no question of station time
	conn, err := r.Connect(ctx)
	if err != nil {
		return nil, err
	}
	counted := count(conn)
	defer counted.Close()
	kind, err := c.identify(ctx, counted)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		if err := needs(ctx, kind, counted); err != nil {
			return nil, err
		}
	}
	d, err := kind.Read(ctx, counted, s, report)
	if err != nil {
		return nil, err
	}
	c.portray(ctx, d)
	return &Reading{Document: d, Reader: reader, APDUs: int(counted.apdus.Load()), Took: time.Since(began)}, nil
}

// Read implements flow.Cards. A training visit takes only specimens: what a simulated reader holds, and documents whose
// chain ends in the training CSCA.
func (c *Cards) Read(ctx context.Context, reader string, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	guarded := report
	if c.training {
		// A real person's card is named, not shown: nothing of it is reported before its chain is known.
		guarded = func(p cardreader.Progress) {
			if report != nil && strings.HasPrefix(reader, sim.Prefix) {
				report(p)
			} else if report != nil {
				p.Subject = nil
				report(p)
			}
		}
	}
	r, err := c.read(ctx, reader, s, guarded)
	if err != nil {
		return nil, err
	}
	if c.training && !practice(reader, r.Document) {
		kind := r.Document.Kind
		r.Document.Wipe()
		return nil, &desk.Error{Op: "card.read", Code: "card-not-training", Args: map[string]string{"Kind": kind}}
	}
	return r.Document, nil
}

// practice tells whether a document is one to practise with: it came from a simulated reader, which holds nothing but
// specimens and which no real system lists; or its issuer is one that this station trusts, which in training is the
// training CSCA alone. A module of a real reader proves a real person's card.
func practice(reader string, d *cardreader.Document) bool {
	if strings.HasPrefix(reader, sim.Prefix) {
		return true
	}
	for _, ch := range d.Checks {
		if ch.Name == "csca" {
			return ch.Verdict == check.Passed
		}
	}
	return false
}

// counting counts the APDUs of a connection and passes its abilities on.
type counting struct {
	cardreader.Conn
	apdus atomic.Int64
}

func count(c cardreader.Conn) *counting { return &counting{Conn: c} }

// Transmit implements cardreader.APDUer where the connection below is one.
func (c *counting) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	t, ok := c.Conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	c.apdus.Add(1)
	return t.Transmit(ctx, command)
}

// MaxAPDU implements cardreader.ExtendedLengther.
func (c *counting) MaxAPDU() int {
	if x, ok := c.Conn.(cardreader.ExtendedLengther); ok {
		return x.MaxAPDU()
	}
	return 0
}

// ReadRecord implements cardreader.RecordReader where the connection below is one.
func (c *counting) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	r, ok := c.Conn.(cardreader.RecordReader)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	return r.ReadRecord(ctx)
}
