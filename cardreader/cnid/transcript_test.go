package cnid_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// A transcript is what went over the line to a reader: "> " a command, "< " its answer, "expect " and the name of the
// specimen that was read or the code of the error.
type transcript struct {
	expect string
	steps  [][2][]byte
}

func parseTranscript(t *testing.T, text string) (tr transcript) {
	t.Helper()
	for _, l := range strings.Split(text, "\n") {
		mark, rest, _ := strings.Cut(l, " ")
		b, err := hex.DecodeString(rest)
		switch {
		case mark == "expect":
			tr.expect = rest
		case mark == ">" && err == nil:
			tr.steps = append(tr.steps, [2][]byte{b, nil})
		case mark == "<" && err == nil && len(tr.steps) > 0:
			tr.steps[len(tr.steps)-1][1] = b
		case mark != "#" && l != "":
			t.Fatalf("a line that is none: %.20q", l)
		}
	}
	return tr
}

// play gives the line to a reader that answers as the transcript says, and only what it says.
func play(t *testing.T, tr transcript) net.Conn {
	here, there := net.Pipe()
	go func() {
		defer there.Close()
		for _, step := range tr.steps {
			got := make([]byte, len(step[0]))
			if _, err := io.ReadFull(there, got); err != nil {
				return
			}
			if !bytes.Equal(got, step[0]) {
				t.Errorf("asked %X, the transcript has %X", got, step[0])
				return
			}
			if _, err := there.Write(step[1]); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, there) // whatever is asked beyond is not answered
	}()
	return here
}

// through reads the card at a port as the counter does.
func through(port sam.Port) (*cardreader.Document, error) {
	ctx := context.Background()
	s := sam.New(sam.Options{Ports: []sam.Port{port}})
	defer s.Close()
	readers, err := s.Readers(ctx)
	if err != nil {
		return nil, err
	}
	c, err := readers[0].Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	k, err := kinds.Identify(ctx, c, []cardreader.Kind{kind()})
	if err != nil {
		return nil, err
	}
	return k.Read(ctx, c, nil, nil)
}

// scenes are the transcripts that -update records from the simulated module.
func scenes() map[string]func(*sim.SAM, *testing.T) string {
	lay := func(m *sim.SAM, t *testing.T, name string) {
		s, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		m.Lay(s)
	}
	fail := func(cmd, para, sw1, sw2, sw3 byte, code string) func(*sim.SAM, *testing.T) string {
		return func(m *sim.SAM, t *testing.T) string {
			lay(m, t, "cnid")
			m.Fail(cmd, para, sw1, sw2, sw3)
			return code
		}
	}
	all := map[string]func(*sim.SAM, *testing.T) string{
		"no-card":        func(*sim.SAM, *testing.T) string { return cardreader.CodeNoCard },
		"card-refuses":   fail(0x30, 0x01, 0x69, 0x82, 0x31, sam.CodeCardRefuses),
		"module-refuses": fail(0x30, 0x01, 0, 0, 0x32, sam.CodeSAMRefuses),
		"taken-away":     fail(0x30, 0x01, 0, 0, 0x41, cardreader.CodePulled),
		"not-authorised": fail(0x20, 0x01, 0, 0, 0x66, sam.CodeNotAuthorised),
		"not-selected":   fail(0x20, 0x02, 0, 0, 0x81, sam.CodeLift),
	}
	for _, p := range people() {
		all[p.name] = func(m *sim.SAM, t *testing.T) string { lay(m, t, p.name); return p.name }
	}
	return all
}

// record writes down what goes over the line.
func record(t *testing.T, scene func(*sim.SAM, *testing.T) string) string {
	m := sim.NewSAM()
	expect := scene(m, t)
	var text strings.Builder
	fmt.Fprintf(&text, "# SPECIMEN – an invented person\nexpect %s\n", expect)
	m.OnWire(func(f []byte) []byte { fmt.Fprintf(&text, "< %X\n", f); return f })
	_, _ = through(sam.Port{Name: "SPECIMEN", Dial: func(context.Context) (io.ReadWriteCloser, error) {
		here, there := net.Pipe()
		go m.Serve(there)
		return &tap{here, &text}, nil
	}})
	return text.String()
}

// tap notes the commands.
type tap struct {
	net.Conn
	text *strings.Builder
}

func (p *tap) Write(b []byte) (int, error) {
	fmt.Fprintf(p.text, "> %X\n", b)
	return p.Conn.Write(b)
}

// TestTranscripts plays each transcript and wants the person, or the error, that it names.
func TestTranscripts(t *testing.T) {
	for name, scene := range scenes() {
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(record(t, scene)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tr := parseTranscript(t, string(text))
		doc, err := through(sam.Port{Name: "SPECIMEN", Dial: func(context.Context) (io.ReadWriteCloser, error) { return play(t, tr), nil }})
		if strings.HasPrefix(tr.expect, "cnid") {
			s, lerr := sim.Load(tr.expect)
			if err != nil || lerr != nil || doc.Subject != s.Truth {
				t.Errorf("%s: %v, %v", name, err, lerr)
			}
			continue
		}
		var e *cardreader.Error
		if !errors.As(err, &e) || e.Code() != tr.expect || tr.expect == "" {
			t.Errorf("%s: %v, want %q", name, err, tr.expect)
		}
	}
}
