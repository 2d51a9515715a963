package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// step is one event of one system.
type step struct {
	system int
	ev     cardreader.Event
}

func at(reader string, k cardreader.EventKind) cardreader.Event {
	return cardreader.Event{Reader: reader, Kind: k}
}

// TestMerger tells what the window hears of a service, its readers and the tray.
func TestMerger(t *testing.T) {
	const service, tray = 0, 1
	off, none := at("", cardreader.ServiceOff), at("", cardreader.NoReader)
	for _, tc := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"a service that is off is hidden by the tray", []step{{service, off}, {tray, at("tray", cardreader.Empty)}}, "tray=empty"},
		{"in the other order too", []step{{tray, at("tray", cardreader.Empty)}, {service, off}}, "tray=empty"},
		{"no reader is hidden by the tray", []step{{tray, at("tray", cardreader.Present)}, {service, none}}, "tray=present"},
		{"both are told", []step{{service, at("A", cardreader.Present)}, {tray, at("tray", cardreader.Empty)}}, "A=present tray=empty"},
		{"the reader is pulled out", []step{{service, at("A", cardreader.Present)}, {tray, at("tray", cardreader.Empty)},
			{service, at("A", cardreader.Removed)}, {service, none}}, "A=present tray=empty A=removed =no-reader"},
		{"the service dies under a reader: the clerk is told why", []step{{service, at("A", cardreader.Present)}, {tray, at("tray", cardreader.Empty)},
			{service, off}}, "A=present tray=empty A=removed =service-off"},
		{"and comes back", []step{{service, at("A", cardreader.Present)}, {tray, at("tray", cardreader.Empty)},
			{service, off}, {service, at("A", cardreader.Present)}}, "A=present tray=empty A=removed =service-off A=present"},
		{"the last reader of all goes", []step{{service, none}, {tray, at("tray", cardreader.Empty)}, {tray, at("tray", cardreader.Removed)}, {tray, none}},
			"tray=empty tray=removed =no-reader"},
		{"of two reasons the service that is off is told", []step{{tray, at("tray", cardreader.Empty)}, {service, off}, {tray, at("tray", cardreader.Removed)},
			{tray, none}}, "tray=empty tray=removed =service-off"},
		{"nothing is told before every system has spoken", []step{{service, off}}, ""},
		{"two readers of one service", []step{{service, at("A", cardreader.Empty)}, {service, at("B", cardreader.Mute)}, {tray, at("tray", cardreader.Empty)},
			{service, off}}, "A=empty B=mute tray=empty A=removed B=removed =service-off"},
	} {
		m := &merger{systems: 2, empty: map[int]cardreader.Event{}, readers: map[string]int{}, had: map[int]bool{}}
		var got []string
		for _, s := range tc.steps {
			for _, e := range m.told(s.system, s.ev) {
				got = append(got, e.Reader+"="+e.Kind.String())
			}
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s:\n got %q\nwant %q", tc.name, s, tc.want)
		}
	}
}

// scripted is a system that plays events and then waits.
type scripted struct {
	events  []cardreader.Event
	readers []cardreader.Reader
	refuses error // of Watch
	down    error // of Readers
	left    chan struct{}
}

func (s *scripted) Name() string { return "scripted" }

func (s *scripted) Readers(context.Context) ([]cardreader.Reader, error) { return s.readers, s.down }

func (s *scripted) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	if s.refuses != nil {
		return nil, s.refuses
	}
	out := make(chan cardreader.Event)
	go func() {
		defer close(out)
		if s.left != nil {
			defer close(s.left)
		}
		for _, ev := range s.events {
			select {
			case out <- ev:
			case <-ctx.Done():
				return
			}
		}
		<-ctx.Done()
	}()
	return out, nil
}

func TestWatchEnds(t *testing.T) {
	first := &scripted{events: []cardreader.Event{at("A", cardreader.Empty)}, left: make(chan struct{})}
	c := &Cards{systems: []cardreader.System{first, &scripted{events: []cardreader.Event{at("", cardreader.NoReader)}}}}
	ctx, cancel := context.WithCancel(t.Context())
	events, err := c.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if ev := <-events; ev.Reader != "A" {
		t.Errorf("%v", ev)
	}
	cancel()
	for range events {
	}
	<-first.left
}

// A system that cannot be watched ends the watching of the others.
func TestWatchRefused(t *testing.T) {
	first := &scripted{left: make(chan struct{})}
	want := errors.New("no")
	c := &Cards{systems: []cardreader.System{first, &scripted{refuses: want}}}
	if _, err := c.Watch(t.Context()); !errors.Is(err, want) {
		t.Errorf("%v", err)
	}
	<-first.left
}

// oneReader is a reader on which a card lies that plain reads.
type oneReader struct {
	*scripted
	name string
}

func (r *oneReader) Name() string { return r.name }

func (r *oneReader) Connect(context.Context) (cardreader.Conn, error) { return plainConn{}, nil }

type plainConn struct{}

func (plainConn) ATR() []byte  { return []byte{0x3B} }
func (plainConn) Close() error { return nil }

// plain is a kind that hands out one document, and tells who it is on the way.
type plain struct {
	doc *cardreader.Document
	err error
}

func (*plain) ID() string                                                          { return "plain" }
func (*plain) Match(context.Context, cardreader.Conn) bool                         { return true }
func (*plain) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) { return nil, nil }
func (p *plain) Read(_ context.Context, _ cardreader.Conn, _ cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	if report != nil {
		s := p.doc.Subject
		report(cardreader.Progress{Stage: cardreader.Details, Subject: &s})
	}
	return p.doc, p.err
}

func person(csca check.Check) *cardreader.Document {
	return &cardreader.Document{Kind: "plain", Subject: cardreader.Subject{FullName: "SPECIMEN", Number: "U12300451"},
		Photo: []byte{1, 2, 3}, Raw: map[string][]byte{"DG1": {4, 5}}, Checks: []check.Check{check.Pass("sod-signature", ""), csca}}
}

// A training visit takes specimens only: a real person's card is named, not shown, and wiped.
func TestTrainingTakesSpecimensOnly(t *testing.T) {
	for _, tc := range []struct {
		name   string
		csca   check.Check
		reader string
		taken  bool
		shown  bool // while it was read
	}{
		{"a specimen", check.Pass("csca", ""), "A", true, false},
		{"a real person's card", check.Unsure("csca", check.UnknownIssuer, ""), "A", false, false},
		{"a forged chain", check.Fail("csca", check.WrongSignature, ""), "A", false, false},
		{"no chain at all", check.Pass("chip", ""), "A", false, false},
		{"a specimen on the tray", check.Pass("csca", ""), TrayReader, true, true},
		{"a foreign specimen on the tray", check.Unsure("csca", check.UnknownIssuer, ""), TrayReader, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := person(tc.csca)
			photo, raw := d.Photo, d.Raw["DG1"]
			sys := &scripted{}
			sys.readers = []cardreader.Reader{&oneReader{sys, tc.reader}}
			c := &Cards{systems: []cardreader.System{sys}, kinds: []cardreader.Kind{&plain{doc: d}}, training: true}
			shown := false
			got, err := c.Read(t.Context(), tc.reader, nil, func(p cardreader.Progress) { shown = shown || p.Subject != nil })
			if shown != tc.shown {
				t.Errorf("shown while it was read: %v, want %v", shown, tc.shown)
			}
			if tc.taken {
				if err != nil || got != d {
					t.Errorf("%v %v", got, err)
				}
				return
			}
			var e *desk.Error
			if !errors.As(err, &e) || e.Code != "card-not-training" || e.Args["Kind"] != "plain" || got != nil {
				t.Errorf("%v %v", got, err)
			}
			if d.Subject != (cardreader.Subject{}) || d.Kind != "" || !slices.Equal(photo, make([]byte, 3)) || !slices.Equal(raw, make([]byte, 2)) {
				t.Error("the document was not wiped")
			}
			if s := fmt.Sprint(err); strings.Contains(s, "SPECIMEN") || strings.Contains(s, "U12300451") {
				t.Errorf("the error tells who: %s", s)
			}
		})
	}
}

// A reader of a system that does not answer may be there; a specimen's name may not.
func TestFind(t *testing.T) {
	off := cardreader.NewError(cardreader.CodeServiceOff, nil, nil)
	for _, tc := range []struct {
		name, reader string
		training     bool
		down         error
		code         string
	}{
		{"unknown", "X", true, nil, "reader-unknown"},
		{"unknown while the service is off", "X", true, off, cardreader.CodeServiceOff},
		{"no such specimen", "sim:none", true, off, "reader-unknown"},
		{"a specimen on a real counter", "sim:emrtd", false, nil, "reader-simulated"},
		{"a specimen on a real counter, service off", "sim:emrtd", false, off, "reader-simulated"},
	} {
		c := &Cards{systems: []cardreader.System{&scripted{down: tc.down}}, training: tc.training}
		if _, err := c.find(t.Context(), tc.reader); desk.Explain("", err).Code != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}

// ReadNext says what was missing when its time is over, and nothing of it where the person stopped it.
func TestReadNextWaits(t *testing.T) {
	for _, tc := range []struct {
		name, reader string
		events       []cardreader.Event
		code         string
	}{
		{"nothing at all", "", []cardreader.Event{at("", cardreader.NoReader)}, cardreader.CodeNoReader},
		{"service off", "", []cardreader.Event{at("", cardreader.ServiceOff)}, cardreader.CodeServiceOff},
		{"no card", "", []cardreader.Event{at("A", cardreader.Empty)}, cardreader.CodeNoCard},
		{"a mute card", "", []cardreader.Event{at("A", cardreader.Mute)}, cardreader.CodeFaulty},
		{"the reader goes", "", []cardreader.Event{at("A", cardreader.Empty), at("A", cardreader.Removed)}, cardreader.CodeNoReader},
		{"the service goes under a named reader", "A", []cardreader.Event{at("A", cardreader.Empty), at("", cardreader.ServiceOff)}, cardreader.CodeServiceOff},
		{"another reader's card is not the named one's", "A", []cardreader.Event{at("A", cardreader.Empty), at("B", cardreader.Present)}, cardreader.CodeNoCard},
		{"pulled early and not put back", "", []cardreader.Event{at("A", cardreader.Present)}, cardreader.CodePulled},
	} {
		sys := &scripted{events: tc.events}
		sys.readers = []cardreader.Reader{&oneReader{sys, "A"}}
		c := &Cards{systems: []cardreader.System{sys}, kinds: []cardreader.Kind{&plain{doc: person(check.Pass("csca", "")), err: cardreader.ErrPulled}}}
		synctest.Test(t, func(t *testing.T) { // the minute passes as soon as nothing else happens
			_, err := c.ReadNext(t.Context(), tc.reader, nil, time.Minute)
			if got := desk.Explain("", err).Code; got != tc.code {
				t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &Cards{systems: []cardreader.System{&scripted{}}}
	if _, err := c.ReadNext(ctx, "", nil, time.Minute); desk.Explain("", err).Code != cardreader.CodeCancelled {
		t.Errorf("stopped: %v", err)
	}
}

// A card that is put back in time is read.
func TestReadNextPutBack(t *testing.T) {
	sys := &scripted{events: []cardreader.Event{at("A", cardreader.Present), at("A", cardreader.Empty), at("A", cardreader.Present)}}
	sys.readers = []cardreader.Reader{&oneReader{sys, "A"}}
	c := &Cards{systems: []cardreader.System{sys}, kinds: []cardreader.Kind{&again{plain: plain{doc: person(check.Pass("csca", ""))}}}}
	r, err := c.ReadNext(t.Context(), "", nil, time.Minute)
	if err != nil || r.Document.Kind != "plain" || r.Reader != "A" {
		t.Errorf("%v %v", r, err)
	}
}

// again is pulled at the first reading.
type again struct {
	plain
	n int
}

func (a *again) Read(ctx context.Context, c cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	if a.n++; a.n == 1 {
		return nil, cardreader.ErrPulled
	}
	return a.plain.Read(ctx, c, s, report)
}
