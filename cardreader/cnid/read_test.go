package cnid_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/cnid"
	"bangban/cardreader/kinds"
)

// records is a reader that has read this.
type records struct {
	held  map[string][]byte
	err   error
	calls int
}

func (r *records) ATR() []byte  { return nil }
func (r *records) Close() error { return nil }
func (r *records) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	r.calls++
	if ctx.Err() != nil {
		return nil, cardreader.NewError(cardreader.CodeCancelled, ctx.Err(), nil)
	}
	if r.err != nil {
		return nil, r.err
	}
	out := map[string][]byte{}
	for name, b := range r.held {
		out[name] = bytes.Clone(b)
	}
	return out, nil
}

func (p person) records() *records {
	held := map[string][]byte{"base": p.base, "photo": photo(), "sam": []byte("05.01-20200101-0000000000-0000000000")}
	if p.address != nil {
		held["address"] = p.address
	}
	return &records{held: held}
}

func today() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func kind() cnid.Kind { return cnid.New(cnid.Deps{Now: today}) }

func read(t testing.TB, c cardreader.Conn) (*cardreader.Document, error) {
	t.Helper()
	doc, err := kind().Read(context.Background(), c, nil, nil)
	if (doc == nil) == (err == nil) {
		t.Fatalf("document %v and error %v", doc, err)
	}
	return doc, err
}

// sayings writes the checks as one line.
func sayings(d *cardreader.Document) string {
	var s []string
	for _, c := range d.Checks {
		s = append(s, strings.TrimSuffix(fmt.Sprintf("%s=%v/%s", c.Name, c.Verdict, c.Reason), "/"))
	}
	return strings.Join(s, " ")
}

const allPassed = "sam=passed number=passed number-birth=passed number-sex=passed name=passed validity=passed"

func TestTruth(t *testing.T) {
	want := map[string]string{
		"cnid-i":    "sam=passed number=indeterminate/not-supported name=passed validity=passed",
		"cnid-rare": strings.Replace(allPassed, "name=passed", "name=indeterminate/name-repaired", 1),
	}
	for _, p := range people() {
		c := p.records()
		if k, err := kinds.Identify(context.Background(), c, []cardreader.Kind{kind()}); err != nil || k.ID() != "cnid" {
			t.Fatalf("%s: identified as %v, %v", p.name, k, err)
		}
		var stages []cardreader.Stage
		var subjects int
		doc, err := kind().Read(context.Background(), c, nil, func(pr cardreader.Progress) {
			stages = append(stages, pr.Stage)
			if pr.Subject != nil && *pr.Subject == p.truth {
				subjects++
			}
		})
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if doc.Subject != p.truth {
			t.Errorf("%s is not who it should be", p.name)
		}
		expected := allPassed
		if w, ok := want[p.name]; ok {
			expected = w
		}
		if got := sayings(doc); got != expected {
			t.Errorf("%s: %s\nwant %s", p.name, got, expected)
		}
		if doc.Verdict() != check.Passed || doc.Photo != nil || doc.Kind != "cnid" || !doc.ReadAt.Equal(today()) {
			t.Errorf("%s: %v %v", p.name, doc, doc.Verdict())
		}
		raw := maps.Clone(doc.Raw)
		if !bytes.Equal(raw["base"], p.base) || !bytes.Equal(raw["photo"], photo()) || !bytes.Equal(raw["address"], p.address) || raw["sam"] != nil {
			t.Errorf("%s: what came is not what is kept", p.name)
		}
		if subjects != 1 || stages[len(stages)-1] != cardreader.Finished {
			t.Errorf("%s: reported %d times, %v", p.name, subjects, stages)
		}
		doc.Wipe()
		for name, b := range raw {
			if len(bytes.Trim(b, "\x00")) > 0 {
				t.Errorf("%s: %s outlived Wipe", p.name, name)
			}
		}
	}
}

// changed gives the first specimen with other fields.
func changed(fields ...at) *records {
	c := people()[0].records()
	b := bytes.Clone(c.held["base"])
	for _, f := range fields {
		copy(b[f.off:f.off+f.size], bytes.Repeat([]byte{0x20, 0}, f.size/2))
		copy(b[f.off:f.off+f.size], units(f.text))
	}
	c.held["base"] = b
	return c
}

func TestChecks(t *testing.T) {
	one := func(name, says string) string {
		var out []string
		for _, w := range strings.Fields(allPassed) {
			if strings.HasPrefix(w, name+"=") {
				w = name + "=" + says
			}
			out = append(out, w)
		}
		return strings.Join(out, " ")
	}
	number := func(n string) at { return at{122, 36, n} }
	for _, tc := range []struct {
		name, want string
		c          *records
		whole      check.Verdict
	}{
		{"as it is", allPassed, changed(), check.Passed},
		{"wrong check digit", one("number", "indeterminate/check-digit"), changed(number("110105194912310021")), check.Passed},
		{"another birth beside the number", one("number-birth", "indeterminate/mismatch"), changed(at{36, 16, "19500101"}), check.Passed},
		{"another sex beside the number", one("number-sex", "indeterminate/mismatch"), changed(at{30, 2, "1"}), check.Passed},
		{"sex not stated", one("number-sex", "indeterminate/not-checked"), changed(at{30, 2, "9"}), check.Passed},
		{"no digits", "sam=passed number=indeterminate/broken-structure name=passed validity=passed", changed(number("SPECIMEN")), check.Passed},
		{"lower case x", "sam=passed number=indeterminate/broken-structure name=passed validity=passed", changed(number("11010519491231002x")), check.Passed},
		{"division never heard of", allPassed, changed(number(numbered("99999919491231002"))), check.Passed},
		{"unknown private use", one("name", "indeterminate/private-use"), changed(at{0, 30, "样本\uE000"}), check.Passed},
		{"known private use", one("name", "indeterminate/name-repaired"), changed(at{0, 30, "样本\uE81E"}), check.Passed},
		{"expired", one("validity", "failed/expired"), changed(at{204, 16, "20261125"}), check.Failed},
		{"last day", allPassed, changed(at{204, 16, "20261126"}), check.Passed},
		{"from tomorrow", one("validity", "failed/not-yet-valid"), changed(at{188, 16, "20261127"}), check.Failed},
		{"no end", one("validity", "indeterminate/unreadable"), changed(at{204, 16, ""}), check.Indeterminate},
		{"no day", one("validity", "indeterminate/unreadable"), changed(at{204, 16, "20300230"}), check.Indeterminate},
		{"J with a resident's number", "sam=passed number=indeterminate/broken-structure name=passed validity=passed", changed(at{248, 2, "J"}), check.Passed},
		{"nobody vouches", one("sam", "indeterminate/not-checked"), without("sam"), check.Indeterminate},
	} {
		doc, err := read(t, tc.c)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := sayings(doc); got != tc.want || doc.Verdict() != tc.whole {
			t.Errorf("%s: %s, %v\nwant %s, %v", tc.name, got, doc.Verdict(), tc.want, tc.whole)
		}
	}
}

func without(name string) *records {
	c := people()[0].records()
	delete(c.held, name)
	return c
}

func TestClock(t *testing.T) {
	doc, err := cnid.New(cnid.Deps{}).Read(context.Background(), people()[0].records(), nil, nil)
	if err != nil || !strings.HasSuffix(sayings(doc), "validity=indeterminate/clock-unsure") {
		t.Fatalf("%v, %v", doc, err)
	}
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		c          *records
	}{
		{"no text", cardreader.CodeFaulty, without("base")},
		{"short text", cardreader.CodeFaulty, &records{held: map[string][]byte{"base": make([]byte, 255)}}},
		{"nothing but padding", cardreader.CodeFaulty, &records{held: map[string][]byte{"base": lay()}}},
		{"nothing but zeros", cardreader.CodeFaulty, &records{held: map[string][]byte{"base": make([]byte, 256)}}},
		{"no number", cardreader.CodeFaulty, changed(at{122, 36, ""})},
		{"no name", cardreader.CodeFaulty, changed(at{0, 30, ""})},
		{"a type of tomorrow", cardreader.CodeOtherKind, changed(at{248, 2, "K"})},
		{"a type outside ASCII", cardreader.CodeOtherKind, changed(at{248, 2, "\u4E4A"})},
		{"the reader says pulled", cardreader.CodePulled, &records{err: cardreader.NewError(cardreader.CodePulled, nil, nil)}},
		{"an error without a code", cardreader.CodeFaulty, &records{err: errors.New("of the line")}},
	} {
		_, err := read(t, tc.c)
		var e *cardreader.Error
		if !errors.As(err, &e) || e.Code() != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
		for _, word := range []string{"样本", "1949", "110105"} {
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error says something of the person", tc.name)
			}
		}
	}
}

// chip is no reader of records.
type chip struct{}

func (chip) ATR() []byte  { return nil }
func (chip) Close() error { return nil }

func TestMatch(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	faulty := &records{err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}
	for name, tc := range map[string]struct {
		c    cardreader.Conn
		want bool
	}{
		"its card":          {people()[0].records(), true},
		"a chip":            {chip{}, false},
		"cannot":            {&records{err: cardreader.NewError(cardreader.CodeUnsupported, nil, nil)}, false},
		"other records":     {&records{held: map[string][]byte{"licence": {1}}}, false},
		"could not be read": {faulty, true},
	} {
		if got := kind().Match(ctx, tc.c); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	cancel()
	if kind().Match(ctx, people()[0].records()) {
		t.Error("matched after its context had ended")
	}
	_, err := kind().Read(ctx, people()[0].records(), nil, nil)
	var e *cardreader.Error
	if !errors.As(err, &e) || e.Code() != cardreader.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if needs, err := kind().Needs(ctx, chip{}); needs != nil || err != nil {
		t.Errorf("needs %v, %v", needs, err)
	}
}

// Nothing of the person reaches a log by accident.
func TestNotPrinted(t *testing.T) {
	doc, err := read(t, people()[5].records())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("read", "document", doc, "subject", doc.Subject, "checks", doc.Checks)
	fmt.Fprintf(&log, "%v %+v %#v", doc, doc.Subject, doc.Checks)
	for _, word := range []string{"样", "1949", "110105", "4DAE", "E863"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("%q was printed", word)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, p := range people() {
		f.Add(p.base, p.address)
	}
	f.Add(bytes.Repeat([]byte{0x00, 0xD8}, 128), []byte{1})
	f.Add(make([]byte, 256), []byte(nil))
	f.Fuzz(func(t *testing.T, base, address []byte) {
		doc, err := read(t, &records{held: map[string][]byte{"base": bytes.Clone(base), "address": bytes.Clone(address), "sam": []byte("SPECIMEN")}})
		if err != nil {
			var e *cardreader.Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if !bytes.Equal(doc.Raw["base"], base) {
			t.Fatal("what came is not what is kept")
		}
		for _, s := range []string{doc.Subject.FullName, doc.Subject.Number, doc.Subject.Address, doc.Subject.Surname} {
			for _, r := range s {
				if r < 0x20 || r >= 0xD800 && r < 0xE000 {
					t.Fatalf("U+%04X in a field", r)
				}
			}
		}
		for _, d := range []string{doc.Subject.BirthDate, doc.Subject.Issued, doc.Subject.Expires} {
			if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
				t.Fatalf("no date: %v", err)
			}
		}
	})
}
