package locales

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func open(t *testing.T, tag string) *Catalog {
	t.Helper()
	c, err := Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSameKeysAndPlaceholders(t *testing.T) {
	original := open(t, Original)
	if len(original.Keys()) < 300 {
		t.Fatalf("only %d sentences", len(original.Keys()))
	}
	for _, tag := range Tags() {
		c := open(t, tag)
		for _, p := range differences(original, c) {
			t.Errorf("%s: %s", tag, p)
		}
		if len(c.covers) == 0 {
			t.Errorf("%s: _covers is empty", tag)
		}
	}
}

func differences(a, b *Catalog) (out []string) {
	for _, key := range a.Keys() {
		if !b.Has(key) {
			out = append(out, "lacks "+key)
		} else if !slices.Equal(Placeholders(a.Sentence(key)), Placeholders(b.Sentence(key))) {
			out = append(out, "other placeholders in "+key)
		}
	}
	for _, key := range b.Keys() {
		if !a.Has(key) {
			out = append(out, "has a key of its own: "+key)
		}
	}
	return out
}

// The control: a file that lacks a key, renames a placeholder and adds a key must be found out.
func TestDifferencesAreFound(t *testing.T) {
	a, err := parse("en", []byte(`{"_covers":["clerk"],"x":"a {{.N}}","y":"b"}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := parse("en", []byte(`{"_covers":["clerk"],"x":"a {{.M}}","z":"c"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := differences(a, b); len(got) != 3 {
		t.Errorf("differences = %q, want 3", got)
	}
}

func TestEveryErrorHasAHint(t *testing.T) {
	for _, tag := range Tags() {
		c := open(t, tag)
		n := 0
		for _, key := range c.Keys() {
			if code, ok := strings.CutPrefix(key, "error."); ok {
				n++
				if !c.Has("hint." + code) {
					t.Errorf("%s: error.%s has no hint", tag, code)
				}
			}
		}
		if n < 40 {
			t.Errorf("%s: only %d errors", tag, n)
		}
	}
}

// What a citizen reads is short: 20 Chinese characters, 15 English words.
func TestCitizenSentencesAreShort(t *testing.T) {
	for _, key := range open(t, Original).Keys() {
		if !strings.HasPrefix(key, "cz.") {
			continue
		}
		if n := len([]rune(placeholder.ReplaceAllString(open(t, Original).Sentence(key), ""))); n > 20 {
			t.Errorf("%s has %d characters", key, n)
		}
		if n := len(strings.Fields(open(t, "en").Sentence(key))); n > 15 {
			t.Errorf("en %s has %d words", key, n)
		}
	}
}

func TestT(t *testing.T) {
	c := open(t, "en")
	for _, tc := range []struct {
		key  string
		args map[string]string
		want string
	}{
		{"cz.agree.yes", nil, "Yes, I agree"},
		{"step.of", map[string]string{"N": "2"}, "Step 2 of 3"},
		{"cz.agree.hello", map[string]string{"Name": "L*** <b>&"}, "Hello L*** <b>&"},
		{"step.of", nil, "Step … of 3"},
		{"no.such.key", nil, "[no.such.key]"},
	} {
		if got := c.T(tc.key, tc.args); got != tc.want {
			t.Errorf("T(%q) = %q, want %q", tc.key, got, tc.want)
		}
	}
}

func TestOpenUnknown(t *testing.T) {
	for _, tag := range []string{"xx", "../go", ""} {
		if _, err := Open(tag); !errors.Is(err, ErrNoLanguage) {
			t.Errorf("Open(%q): %v, want ErrNoLanguage", tag, err)
		}
	}
}

func TestTagsOriginalFirst(t *testing.T) {
	tags := Tags()
	if tags[0] != Original || !slices.Contains(tags, "en") {
		t.Errorf("Tags() = %q", tags)
	}
	if !slices.Contains(Covers("en"), Citizen) || Reviewed("en") == "" {
		t.Error("en: covers or reviewed missing")
	}
}
