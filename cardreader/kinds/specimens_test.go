package kinds_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"bangban/assets"
	"bangban/cardreader"
	"bangban/cardreader/cms"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// training is every kind with what a training station trusts.
func training(t testing.TB) []cardreader.Kind {
	t.Helper()
	anchors, err := cms.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		t.Fatal(err)
	}
	return kinds.All(kinds.Deps{
		Anchors: func() []*cms.Certificate { return anchors },
		Now:     func() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) },
	})
}

func specimens(t testing.TB) []sim.Specimen {
	t.Helper()
	all, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// counted passes a connection's abilities on and counts commands.
type counted struct {
	cardreader.Conn
	n int
}

func (c *counted) Transmit(ctx context.Context, b []byte) ([]byte, error) {
	a, ok := c.Conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	c.n++
	return a.Transmit(ctx, b)
}

func (c *counted) MaxAPDU() int {
	if e, ok := c.Conn.(cardreader.ExtendedLengther); ok {
		return e.MaxAPDU()
	}
	return 0
}

func (c *counted) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	r, ok := c.Conn.(cardreader.RecordReader)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	return r.ReadRecord(ctx)
}

// readAt reads what lies on a reader as a counter does: which kind it is, then all of it.
func readAt(t testing.TB, r cardreader.Reader, all []cardreader.Kind, s cardreader.Secrets) (*cardreader.Document, int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := r.Connect(ctx)
	if err != nil {
		return nil, 0, err
	}
	line := &counted{Conn: conn}
	defer line.Close()
	k, err := kinds.Identify(ctx, line, all)
	if err != nil {
		return nil, line.n, err
	}
	doc, err := k.Read(ctx, line, s, nil)
	return doc, line.n, err
}

// hash is one value for all that a document says. What is measured or drawn anew in each reading is no part of it.
func hash(t testing.TB, d *cardreader.Document) [32]byte {
	t.Helper()
	b, err := json.Marshal(struct {
		Kind    string
		Subject cardreader.Subject
		Photo   []byte
		Raw     map[string][]byte
		Checks  any
	}{d.Kind, d.Subject, d.Photo, d.Raw, d.Checks})
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

// code is the sentence of an error.
func code(err error) string {
	var known *cardreader.Error
	var need *cardreader.NeedError
	switch {
	case errors.As(err, &known):
		return known.Code()
	case errors.As(err, &need):
		return need.Code()
	}
	return fmt.Sprint(err)
}

// lay puts a specimen on a simulated reader of its own.
func lay(t testing.TB, s sim.Specimen, options ...sim.Option) *sim.Reader {
	t.Helper()
	system, err := sim.NewSystem()
	if err != nil {
		t.Fatal(err)
	}
	r := system.Attach("sim:test")
	r.Insert(sim.NewCard(s, options...))
	return r
}

// moduleReader is a reader with a security module in software.
func moduleReader(t testing.TB, m *sim.SAM) cardreader.Reader {
	t.Helper()
	s := sam.New(sam.Options{Ports: []sam.Port{{Name: "sim:module", Label: "SIMULATED SAM", Dial: func(context.Context) (io.ReadWriteCloser, error) {
		here, there := net.Pipe()
		go func() { m.Serve(there); there.Close() }()
		return here, nil
	}}}})
	t.Cleanup(func() { s.Close() })
	list, err := s.Readers(context.Background())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d readers, %v", len(list), err)
	}
	return list[0]
}

// refused lists the specimens that are not read, and why. All others are.
func refused() map[string]string {
	return map[string]string{
		"bank-card": cardreader.CodeOtherKind, "clerk-token": cardreader.CodeOtherKind, "mute": cardreader.CodeFaulty, "cnid-refused": sam.CodeCardRefuses,
		"cnid-pulled": cardreader.CodePulled, "emrtd-pulled": cardreader.CodePulled,
		"sscard-blocked": "card-pin-blocked", "sscard-last-try": "card-pin-blocked", "sscard-key": cardreader.CodeUnsupported,
	}
}

// Every specimen is read as its file says, or refused for the reason that it is made to show.
func TestSpecimens(t *testing.T) {
	all, kindsSeen := training(t), map[string]bool{}
	for _, s := range specimens(t) {
		var r cardreader.Reader
		if s.OfSAM() {
			m := sim.NewSAM()
			m.Lay(s)
			r = moduleReader(t, m)
		} else {
			r = lay(t, s, sim.Slow(func(context.Context, int) {}))
		}
		doc, _, err := readAt(t, r, all, sim.Secrets(s.Name))
		if want, ok := refused()[s.Name]; ok {
			if code(err) != want || s.Truth != (cardreader.Subject{}) {
				t.Errorf("%s: %v, want %s and no truth", s.Name, err, want)
			}
			continue
		}
		switch {
		case err != nil:
			t.Errorf("%s: %v", s.Name, err)
		case doc.Subject != s.Truth:
			got, _ := json.Marshal(doc.Subject)
			want, _ := json.Marshal(s.Truth)
			t.Errorf("%s: not the person of the file\n got %s\nwant %s", s.Name, got, want)
		case doc.Kind != s.Kind:
			t.Errorf("%s: kind %s", s.Name, doc.Kind)
		default:
			kindsSeen[doc.Kind] = true
		}
	}
	for _, k := range all {
		if !kindsSeen[k.ID()] {
			t.Errorf("no specimen of kind %s is read", k.ID())
		}
	}
}
