package locales

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func opened(t *testing.T, tag string) *Catalog {
	t.Helper()
	c, err := Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSameKeysAndPlaceholders(t *testing.T) {
	original := opened(t, Original)
	if len(original.Keys()) < 300 {
		t.Fatalf("only %d sentences", len(original.Keys()))
	}
	for _, tag := range Tags() {
		c := opened(t, tag)
		for _, p := range differences(original, c, Covers(tag)) {
			t.Errorf("%s: %s", tag, p)
		}
		if len(Covers(tag)) == 0 {
			t.Errorf("%s: _covers is empty", tag)
		}
	}
}

// differences lists what b lacks of a for the parts that it covers, and what it has beside a. A language that rests on
// another in the same script need not repeat it.
func differences(a, b *Catalog, covers []string) (out []string) {
	for _, key := range a.Keys() {
		wanted := slices.ContainsFunc(covers, func(part string) bool { return Needs(part, key) })
		switch {
		case !b.Own(key) && wanted && !variant(b):
			out = append(out, "lacks "+key)
		case b.Own(key) && !slices.Equal(Placeholders(a.Sentence(key)), Placeholders(b.Sentence(key))):
			out = append(out, "other placeholders in "+key)
		}
	}
	for key := range b.own {
		if !a.Has(key) {
			out = append(out, "has a key of its own: "+key)
		}
	}
	return out
}

// variant tells whether the language is another wording of its base, as zh-Hans-x-short is of zh-Hans.
func variant(c *Catalog) bool {
	full, ok := Full(c.tag)
	return ok && full == c.base
}

// The control: a file that lacks a key, renames a placeholder and adds a key must be found out.
func TestDifferencesAreFound(t *testing.T) {
	a, err := parse("en", []byte(`{"_covers":["clerk"],"x":"a {{.N}}","y":"b","cz.z":"c"}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := parse("en", []byte(`{"_covers":["clerk"],"x":"a {{.M}}","z":"c","cz.z":"c"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := differences(a, b, []string{Clerk}); len(got) != 3 {
		t.Errorf("differences = %q, want 3", got)
	}
	c, err := parse("ug", []byte(`{"_covers":["citizen"],"_base":"en"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := differences(a, c, []string{Citizen}); !slices.Equal(got, []string{"lacks cz.z"}) {
		t.Errorf("of the citizen's keys: %q", got)
	}
}

// A variant is another wording: it must be one for somebody, and shorter than what it stands for.
func TestShortWordsAreShorter(t *testing.T) {
	n := 0
	for _, tag := range Tags() {
		c := opened(t, tag)
		if !variant(c) {
			continue
		}
		n++
		base := opened(t, c.base)
		var long, short int
		for key := range c.own {
			if key == "lang.self" {
				continue
			}
			if !strings.HasPrefix(key, "cz.") {
				t.Errorf("%s: %s is not said to the citizen", tag, key)
			}
			a, b := len([]rune(base.Sentence(key))), len([]rune(c.Sentence(key)))
			if b > a {
				t.Errorf("%s: %s is longer than in %s", tag, key, c.base)
			}
			long, short = long+a, short+b
		}
		if short*10 > long*8 {
			t.Errorf("%s: %d characters for %d", tag, short, long)
		}
		if !slices.Equal(Covers(tag), []string{Citizen}) || c.T("error.internal") != base.T("error.internal") {
			t.Errorf("%s: covers %q", tag, Covers(tag))
		}
	}
	if n != 3 {
		t.Errorf("%d variants", n)
	}
	if s, ok := Short("en"); !ok || s != "en-x-short" {
		t.Errorf("the short words of English are %q", s)
	}
	if _, ok := Short("ug"); ok {
		t.Error("there are short words where nobody wrote any")
	}
}

// Unreviewed languages are for training, and are marked by that.
func TestOffered(t *testing.T) {
	real, training := Offered(Citizen, false), Offered(Citizen, true)
	for _, tag := range []string{"zh-Hans", "zh-Hant", "en", "zh-Hans-x-short", "zh-Hant-x-short", "en-x-short"} {
		if !slices.Contains(real, tag) {
			t.Errorf("%s is not offered to citizens", tag)
		}
	}
	for _, tag := range []string{"ug", "bo", "es", "ar"} {
		if slices.Contains(real, tag) || !slices.Contains(training, tag) || slices.Contains(Offered(Clerk, true), tag) {
			t.Errorf("%s: offered in earnest, or not in training, or to the clerk", tag)
		}
		if opened(t, tag).RightToLeft() != (tag == "ug" || tag == "ar") {
			t.Errorf("%s: wrong direction", tag)
		}
	}
	for _, tag := range []string{"zh-Hans", "zh-Hant", "en"} {
		for _, part := range []string{Clerk, Citizen, Paper} {
			if !slices.Contains(Offered(part, false), tag) {
				t.Errorf("%s does not cover %s", tag, part)
			}
		}
	}
}

func TestEveryErrorHasAHint(t *testing.T) {
	for _, tag := range Offered(Clerk, false) {
		c := opened(t, tag)
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
	for _, key := range opened(t, Original).Keys() {
		if !strings.HasPrefix(key, "cz.") {
			continue
		}
		if n := len([]rune(placeholder.ReplaceAllString(opened(t, Original).Sentence(key), ""))); n > 20 {
			t.Errorf("%s has %d characters", key, n)
		}
		if n := len(strings.Fields(opened(t, "en").Sentence(key))); n > 15 {
			t.Errorf("en %s has %d words", key, n)
		}
	}
}

func TestT(t *testing.T) {
	c := opened(t, "en")
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
