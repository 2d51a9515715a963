package kinds_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/kinds"
	"bangban/cardreader/kindtest"
)

// transcript is one reading of an invented person's card, testdata/<name>.txt: the kind, the answer to reset, the secrets
// given, the truth in JSON, then commands (>) and answers (<). It plays itself: the next command gets its answer; SELECT of
// another application is refused and changes nothing, as other kinds are tried first; anything else is a fault.
type transcript struct {
	kind     string
	atr      []byte
	secrets  cardreader.Secrets
	truth    cardreader.Subject
	commands [][]byte
	answers  [][]byte
	next     int
	astray   string
}

func (p *transcript) ATR() []byte { return p.atr }
func (*transcript) Close() error  { return nil }
func (p *transcript) Transmit(_ context.Context, b []byte) ([]byte, error) {
	if p.next < len(p.commands) && bytes.Equal(b, p.commands[p.next]) {
		p.next++
		return bytes.Clone(p.answers[p.next-1]), nil
	}
	if p.next == 0 && len(b) > 4 && b[1] == 0xA4 {
		return []byte{0x6A, 0x82}, nil
	}
	p.astray = hex.EncodeToString(b)
	return []byte{0x6F, 0x00}, nil
}

func transcripts(t testing.TB) map[string]func() *transcript {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(names) < 10 {
		t.Fatalf("%d transcripts: %v", len(names), err)
	}
	all := map[string]func() *transcript{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		p := parse(t, n, string(b))
		all[strings.TrimSuffix(filepath.Base(n), ".txt")] = func() *transcript { fresh := p; return &fresh }
	}
	return all
}

func parse(t testing.TB, name, text string) (p transcript) {
	t.Helper()
	p.secrets = cardreader.Secrets{}
	if !strings.Contains(text, "SPECIMEN") {
		t.Fatalf("%s does not say SPECIMEN", name)
	}
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		b, err := hex.DecodeString(rest)
		switch word {
		case "#":
			err = nil
		case "kind":
			p.kind, err = rest, nil
		case "pin":
			p.secrets[cardreader.PIN], err = rest, nil
		case "truth":
			err = json.Unmarshal([]byte(rest), &p.truth)
		case "atr":
			p.atr = b
		case ">":
			p.commands = append(p.commands, b)
		case "<":
			p.answers = append(p.answers, b)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if len(p.commands) == 0 || len(p.commands) != len(p.answers) {
		t.Fatalf("%s: %d commands, %d answers", name, len(p.commands), len(p.answers))
	}
	return p
}

func all(t testing.TB) []cardreader.Kind {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "beid-root.der"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := cms.ParseCertificates(b)
	if err != nil {
		t.Fatal(err)
	}
	return kinds.All(kinds.Deps{
		Anchors: func() []*cms.Certificate { return root },
		Now:     func() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) },
	})
}

// Every recorded card is identified among all kinds, and read to its last command with its truth. Only what is signed
// passes.
func TestTranscripts(t *testing.T) {
	list := all(t)
	for name, open := range transcripts(t) {
		card := open()
		k, err := kinds.Identify(context.Background(), card, list)
		if err != nil || k.ID() != card.kind {
			t.Errorf("%s: %v", name, err)
			continue
		}
		doc, err := k.Read(context.Background(), card, card.secrets, nil)
		switch {
		case err != nil:
			t.Errorf("%s: %v (astray at command %d: %s)", name, err, card.next+1, card.astray)
		case doc.Subject != card.truth:
			t.Errorf("%s: not the person of the transcript", name)
		case card.next != len(card.commands) || card.astray != "":
			t.Errorf("%s: %d of %d commands, astray %q", name, card.next, len(card.commands), card.astray)
		case (doc.Verdict() == check.Passed) != (card.kind == "beid"):
			t.Errorf("%s: %v %+v", name, doc.Verdict(), doc.Checks)
		}
	}
}

// A transcript with another command in it is not read to its end: TestTranscripts can fail.
func TestTranscriptsCatch(t *testing.T) {
	for name, open := range transcripts(t) {
		card := open()
		last := len(card.commands) - 1
		card.commands = append([][]byte{}, card.commands...)
		card.commands[last] = []byte("SPECIMEN")
		k, err := kinds.Identify(context.Background(), card, all(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, err = k.Read(context.Background(), card, card.secrets, nil)
		if card.next == len(card.commands) || card.astray == "" {
			t.Errorf("%s: played to its end: %v", name, err)
		}
	}
}

// FuzzAnswers plays fuzz bytes as a card's answers to whatever kind takes it for its own: first so many true answers of a
// transcript, then one length byte and so many bytes for each command. Reading ends, and what is made up never passes.
func FuzzAnswers(f *testing.F) {
	cards, list := transcripts(f), all(f)
	for name := range cards {
		f.Add(name, byte(0), []byte{2, 0x90, 0x00, 2, 0x90, 0x00})
		f.Add(name, byte(1), []byte{2, 0x61, 0x10, 2, 0x6C, 0x10, 3, 0x30, 0x90, 0x00})
		f.Add(name, byte(3), []byte{2, 0x69, 0x82, 2, 0x63, 0xC3, 2, 0x90, 0x00})
	}
	f.Fuzz(func(t *testing.T, name string, honest byte, b []byte) {
		open, ok := cards[name]
		if !ok {
			return
		}
		card := open()
		line := &kindtest.Conn{Inner: card, Meddle: func(_ int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
			if card.next < int(honest) || len(b) == 0 {
				return next()
			}
			n := min(int(b[0]), len(b)-1)
			answer := b[1 : 1+n]
			b = b[1+n:]
			return answer, nil
		}}
		k, err := kinds.Identify(context.Background(), line, list)
		if err == nil {
			var doc *cardreader.Document
			doc, err = k.Read(context.Background(), line, card.secrets, nil)
			if err == nil && doc.Verdict() == check.Passed && doc.Subject != card.truth {
				t.Fatal("made-up answers passed")
			}
		}
		var known *cardreader.Error
		var need *cardreader.NeedError
		if err != nil && !errors.As(err, &known) && !errors.As(err, &need) {
			t.Fatalf("an error without a code: %v", err)
		}
		if line.Endless {
			t.Fatal("the reading does not end")
		}
	})
}
