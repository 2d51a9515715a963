package emrtd_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bangban/cardreader"
)

// ear takes down all that a program says while it reads: logs at every level, standard output and error, the text of
// every error, and what any verb prints of any value that passes by.
type ear struct {
	mu   sync.Mutex
	text bytes.Buffer
	once map[string]bool // what values were printed as already
}

func (e *ear) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text.Write(b)
}

// hear prints values with every verb and logs them at the lowest level. The same words are taken down once.
func (e *ear) hear(values ...any) {
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			said := fmt.Sprintf(verb, v)
			if e.once[said] {
				continue
			}
			e.once[said] = true
			fmt.Fprintln(e, said)
			slog.Log(context.Background(), lowest, "heard", "value", v)
		}
	}
}

// lowest is below every level that anybody uses.
const lowest = slog.Level(-100)

// listen runs f with the ear open and gives what was said.
func listen(t *testing.T, f func(e *ear)) string {
	t.Helper()
	e := &ear{once: map[string]bool{}}
	file, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	logger, out, errs, flags := slog.Default(), os.Stdout, os.Stderr, log.Flags()
	defer func() {
		os.Stdout, os.Stderr = out, errs
		slog.SetDefault(logger)
		log.SetFlags(flags)
		log.SetOutput(errs)
	}()
	os.Stdout, os.Stderr = file, file
	slog.SetDefault(slog.New(slog.NewTextHandler(e, &slog.HandlerOptions{Level: lowest, AddSource: true})))
	log.SetOutput(e)
	f(e)
	b, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return e.text.String() + string(b)
}

// needles are what must not be heard. They never stand in a message of this test: a label does.
type needles struct {
	mu   sync.Mutex
	text map[string]string // in upper case → label
}

func (n *needles) add(label, s string) {
	s = strings.ToUpper(strings.TrimSpace(s))
	// SPECIMEN and UTOPIA stand in the names of authorities and certificates, which are no secret.
	if len(s) < 4 || strings.Trim(s, "0") == "" || slices.Contains([]string{"SPECIMEN", "UTOPIA", "UT", "UTO"}, s) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text[s] = label
}

// bytes adds what bytes look like when somebody prints them: raw, quoted, hexadecimal, base64, a list of numbers.
func (n *needles) bytes(label string, b []byte) {
	if len(b) < 8 || bytes.Equal(b, make([]byte, len(b))) {
		return
	}
	b = b[:min(len(b), 24)]
	raw := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(b), "["), "]")
	for _, s := range []string{string(b), hex.EncodeToString(b), fmt.Sprintf("% x", b), base64.StdEncoding.EncodeToString(b[:len(b)/3*3]), raw,
		strings.Trim(strconv.Quote(string(b)), `"`)} {
		n.add(label, s)
	}
}

func (n *needles) person(s cardreader.Subject) {
	for label, v := range map[string]string{"surname": s.Surname, "given names": s.GivenNames, "full name": s.FullName,
		"number": s.Number, "birth": s.BirthDate, "address": s.Address} {
		n.add(label, v)
		for _, part := range strings.Fields(v) {
			if len(part) >= 6 || strings.Trim(part, "0123456789") != "" { // a house number stands in any address of memory
				n.add(label, part)
			}
		}
	}
}

func (n *needles) secrets(s cardreader.Secrets) {
	for kind, v := range s {
		n.add(string(kind), v)
		for _, line := range strings.Split(v, "|") {
			n.add(string(kind), line)
			for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == '<' }) {
				n.add(string(kind), part)
			}
		}
	}
}

// gram is how many letters of a needle are looked up at once.
const gram = 8

// found gives the labels of what was heard. Long needles are found by their first letters in one walk.
func (n *needles) found(said string) (labels []string) {
	said = strings.ToUpper(said)
	seen, byHead := map[string]bool{}, map[string][]string{}
	for s, label := range n.text {
		switch {
		case len(s) >= gram:
			byHead[s[:gram]] = append(byHead[s[:gram]], s)
		case strings.Contains(said, s):
			seen[label] = true
		}
	}
	for i := 0; i+gram <= len(said); i++ {
		for _, s := range byHead[said[i:i+gram]] {
			if strings.HasPrefix(said[i:], s) {
				seen[n.text[s]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
