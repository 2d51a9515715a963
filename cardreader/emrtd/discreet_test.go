package emrtd_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/cms"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// noted takes down the random numbers of the reader: nonces, halves of session keys, private keys.
type noted struct{ n *needles }

func (r noted) Read(b []byte) (int, error) {
	k, err := io.ReadFull(rand.Reader, b)
	r.n.bytes("key material", b)
	return k, err
}

// tapped takes down the bodies of commands and answers, and spoils the nth answer where bad is set.
type tapped struct {
	cardreader.Conn
	n    *needles
	sent int
	at   int
	bad  func([]byte) []byte
}

func (c *tapped) Transmit(ctx context.Context, b []byte) ([]byte, error) {
	chip, ok := c.Conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	if cmd, err := apdu.ParseCommand(b); err == nil && cmd.INS != 0xA4 { // identifiers of applications are no secret
		c.n.bytes("body of a command", cmd.Data)
	}
	answer, err := chip.Transmit(ctx, b)
	if len(answer) > 2 {
		c.n.bytes("body of an answer", answer[:len(answer)-2])
	}
	if c.sent++; c.sent == c.at && c.bad != nil {
		return c.bad(answer), err
	}
	return answer, err
}

func (c *tapped) MaxAPDU() int {
	if e, ok := c.Conn.(cardreader.ExtendedLengther); ok {
		return e.MaxAPDU()
	}
	return 0
}

func (c *tapped) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	r, ok := c.Conn.(cardreader.RecordReader)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	records, err := r.ReadRecord(ctx)
	for _, b := range records {
		if !bytes.HasPrefix(b, []byte("SIMULATED")) { // the name of the module, which checks rest on
			c.n.bytes("record", b)
		}
	}
	return records, err
}

// spoilt are ways in which an answer goes wrong: each brings another error.
func spoilt() map[string]func([]byte) []byte {
	return map[string]func([]byte) []byte{
		"nothing": func([]byte) []byte { return nil },
		"refused": func([]byte) []byte { return []byte{0x69, 0x82} },
		"warned":  func(b []byte) []byte { return append(bytes.Clone(b[:max(0, len(b)-2)]), 0x62, 0x81) },
		"flipped": func(b []byte) []byte {
			if b = bytes.Clone(b); len(b) > 2 {
				b[(len(b)-2)/2] ^= 0x10
			}
			return b
		},
		"cut": func(b []byte) []byte {
			if len(b) < 4 {
				return b
			}
			return append(bytes.Clone(b[:(len(b)-2)/2]), 0x90, 0x00)
		},
	}
}

// reader is one with the specimen on it: a simulated one, or for records one with a security module in software.
func reader(s sim.Specimen) (cardreader.Reader, func() error, error) {
	if s.OfSAM() {
		m := sim.NewSAM()
		m.Lay(s)
		system := sam.New(sam.Options{Ports: []sam.Port{{Name: "sim:module", Label: "SIMULATED SAM", Dial: func(context.Context) (io.ReadWriteCloser, error) {
			here, there := net.Pipe()
			go func() { _ = m.Serve(there); there.Close() }()
			return here, nil
		}}}})
		list, err := system.Readers(context.Background())
		if err != nil {
			return nil, nil, err
		}
		return list[0], system.Close, nil
	}
	system, err := sim.NewSystem()
	if err != nil {
		return nil, nil, err
	}
	r := system.Attach("sim:test")
	r.Insert(sim.NewCard(s, sim.Slow(func(context.Context, int) {})))
	return r, func() error { return nil }, nil
}

// readAll reads a specimen with all kinds: well, with wrong secrets, and badly: with answers that go wrong.
func readAll(e *ear, n *needles, all []cardreader.Kind, s sim.Specimen, badly bool) (read bool) {
	secrets := sim.Secrets(s.Name)
	n.secrets(secrets)
	n.person(s.Truth)
	wrong := cardreader.Secrets{}
	for kind, v := range secrets {
		wrong[kind] = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '0' + (r-'0'+1)%10
			}
			return r
		}, v)
	}
	n.secrets(wrong)
	total := 0
	one := func(secrets cardreader.Secrets, at int, bad func([]byte) []byte) *cardreader.Document {
		ctx := context.Background()
		r, done, err := reader(s)
		if err != nil {
			e.hear(err)
			return nil
		}
		defer done()
		inner, err := r.Connect(ctx)
		if err != nil {
			e.hear(err)
			return nil
		}
		conn := &tapped{Conn: inner, n: n, at: at, bad: bad}
		defer conn.Close()
		k, err := kinds.Identify(ctx, conn, all)
		if err != nil {
			e.hear(err)
			return nil
		}
		needs, err := k.Needs(ctx, conn)
		e.hear(needs, err)
		doc, err := k.Read(ctx, conn, secrets, func(p cardreader.Progress) { e.hear(p, &p, p.Subject) })
		e.hear(doc, err, secrets)
		var need *cardreader.NeedError
		if errors.As(err, &need) {
			e.hear(need.Args())
		}
		if total = conn.sent; doc != nil {
			e.hear(*doc, doc.Subject, doc.Checks)
			for _, b := range doc.Raw {
				n.bytes("file", b)
			}
			n.bytes("portrait", doc.Photo)
			n.person(doc.Subject)
		}
		return doc
	}
	good := one(secrets, 0, nil)
	commands := total
	for _, b := range []cardreader.Secrets{wrong, nil, {cardreader.MRZ: "P<UTO", cardreader.CAN: "12", cardreader.PIN: "x"}} {
		one(b, 0, nil)
	}
	if !badly {
		return good != nil
	}
	for _, bad := range spoilt() {
		for at := 1; at <= min(commands, 30); at += 4 {
			one(secrets, at, bad)
		}
	}
	return good != nil
}

// Nothing secret and nothing of a person is said at the most talkative level, by any kind, whatever goes wrong.
func TestNothingIsSaid(t *testing.T) {
	n := &needles{text: map[string]string{}}
	all, specimens := allKinds(t, n), allSpecimens(t)
	read := map[string]int{}
	said := listen(t, func(e *ear) {
		for _, s := range specimens {
			kind, variant, _ := strings.Cut(s.Name, "-")
			if readAll(e, n, all, s, variant == "" || variant == "pace" || variant == "pin") {
				read[kind]++
			}
		}
	})
	for _, k := range all {
		if read[k.ID()] == 0 {
			t.Errorf("no card of kind %s was read", k.ID())
		}
	}
	t.Logf("%d things to look for, %d bytes said", len(n.text), len(said))
	if len(n.text) < 1000 || len(said) < 10_000 {
		t.Errorf("%d things to look for in %d bytes: that is no reading of all kinds", len(n.text), len(said))
	}
	if labels := n.found(said); len(labels) > 0 {
		t.Errorf("said: %s", strings.Join(labels, ", "))
	}
}

func allKinds(t *testing.T, n *needles) []cardreader.Kind {
	t.Helper()
	anchors := training(t)
	return kinds.All(kinds.Deps{Anchors: func() []*cms.Certificate { return anchors }, Now: day, Rand: noted{n}})
}

func allSpecimens(t *testing.T) []sim.Specimen {
	t.Helper()
	all, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// chatty is a kind with a loose tongue.
type chatty struct {
	cardreader.Kind
	say func(cardreader.Secrets, *cardreader.Document) error
}

func (c chatty) Read(ctx context.Context, conn cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	doc, err := c.Kind.Read(ctx, conn, s, report)
	if err != nil || doc == nil {
		return doc, err
	}
	if err := c.say(s, doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// Every way of saying something is heard.
func TestWhatIsSaidIsHeard(t *testing.T) {
	s, err := sim.Load("emrtd-wang")
	if err != nil {
		t.Fatal(err)
	}
	for want, say := range map[string]func(cardreader.Secrets, *cardreader.Document) error{
		"mrz": func(s cardreader.Secrets, _ *cardreader.Document) error {
			return errors.New("refused: " + s[cardreader.MRZ])
		},
		"number": func(_ cardreader.Secrets, d *cardreader.Document) error {
			slog.Debug("read", "number", d.Subject.Number)
			return nil
		},
		"surname": func(_ cardreader.Secrets, d *cardreader.Document) error {
			fmt.Println(strings.ToLower(d.Subject.Name()))
			return nil
		},
		"birth": func(_ cardreader.Secrets, d *cardreader.Document) error {
			fmt.Fprintln(os.Stderr, d.Subject.BirthDate)
			return nil
		},
		"file": func(_ cardreader.Secrets, d *cardreader.Document) error { log.Printf("%x", d.Raw["DG1"]); return nil },
		"portrait": func(_ cardreader.Secrets, d *cardreader.Document) error {
			slog.Log(context.Background(), lowest, "photo", "bytes", d.Photo)
			return nil
		},
	} {
		n := &needles{text: map[string]string{}}
		planted := []cardreader.Kind{chatty{allKinds(t, n)[1], say}}
		said := listen(t, func(e *ear) { readAll(e, n, planted, s, false) })
		if labels := n.found(said); !slices.ContainsFunc(labels, func(l string) bool {
			return l == want || want == "surname" && strings.Contains(l, "name") || want == "file" && strings.Contains(l, "answer")
		}) {
			t.Errorf("%s was said and not heard: %v", want, labels)
		}
	}
	// Key material and bodies, which no kind holds outside itself.
	n := &needles{text: map[string]string{}}
	said := listen(t, func(e *ear) {
		loud := loudRandom{noted{n}}
		k := emrtd.New(emrtd.Deps{Anchors: func() []*cms.Certificate { return nil }, Now: day, Rand: loud})
		readAll(e, n, []cardreader.Kind{k}, s, false)
	})
	if !slices.Contains(n.found(said), "key material") {
		t.Error("key material was said and not heard")
	}
}

// loudRandom logs what it gives.
type loudRandom struct{ noted }

func (r loudRandom) Read(b []byte) (int, error) {
	n, err := r.noted.Read(b)
	slog.Debug("random", "bytes", hex.EncodeToString(b))
	return n, err
}
