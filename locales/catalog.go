package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// Original is the language in which the sentences were first written.
const Original = "zh-Hans"

// What a language can cover.
const (
	Clerk   = "clerk"
	Citizen = "citizen"
	Paper   = "paper"
)

// Catalog is one language. It is read-only and safe for concurrent use.
type Catalog struct {
	tag       string
	base      string
	own       map[string]bool // keys that the language's own file has
	sentences map[string]string
	localizer *i18n.Localizer // of the sentences with placeholders
}

// Tags lists the languages, the original first, the others in alphabetical order.
func Tags() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	tags := []string{Original}
	for _, e := range entries {
		if t := strings.TrimSuffix(e.Name(), ".json"); t != Original {
			tags = append(tags, t)
		}
	}
	return tags
}

// Covers tells for whom the language has sentences: Clerk, Citizen, Paper. An unknown language covers nothing.
func Covers(tag string) []string { return slices.Clone(about(tag).Covers) }

// Reviewed tells who read the language's sentences; empty: nobody.
func Reviewed(tag string) string { return about(tag).Reviewed }

// heading is what a file says of itself.
type heading struct {
	Covers   []string `json:"_covers"`
	Reviewed string   `json:"_reviewed"`
}

// about reads the heading alone: most languages are offered all day and never opened, and one that is open takes a megabyte.
func about(tag string) heading {
	if read, ok := headings()[tag]; ok {
		return read()
	}
	return heading{}
}

var headings = sync.OnceValue(func() map[string]func() heading {
	m := map[string]func() heading{}
	for _, tag := range Tags() {
		m[tag] = sync.OnceValue(func() (h heading) {
			data, err := files.ReadFile(path.Clean(tag + ".json"))
			if err != nil || json.Unmarshal(data, &h) != nil {
				return heading{}
			}
			return h
		})
	}
	return m
})

// Open loads one language, with the languages on which it rests. It is read from its file once.
func Open(tag string) (*Catalog, error) {
	if load, ok := loaders()[tag]; ok {
		return load()
	}
	return nil, fmt.Errorf("%w: %q", ErrNoLanguage, tag)
}

var loaders = sync.OnceValue(func() map[string]func() (*Catalog, error) {
	m := map[string]func() (*Catalog, error){}
	for _, tag := range Tags() {
		m[tag] = sync.OnceValues(func() (*Catalog, error) { return open(tag, maxBases) })
	}
	return m
})

// maxBases bounds how many languages may rest on each other: en-x-short on en, zh-Hant-x-short on zh-Hant on zh-Hans.
const maxBases = 2

func open(tag string, bases int) (*Catalog, error) {
	data, err := files.ReadFile(path.Clean(tag + ".json"))
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrNoLanguage, tag)
	}
	c, err := parse(tag, data)
	if err != nil {
		return nil, err
	}
	if c.base != "" {
		if bases == 0 {
			return nil, fmt.Errorf("locales: %s rests on %s, one too many", tag, c.base)
		}
		under, err := open(c.base, bases-1)
		if err != nil {
			return nil, err
		}
		c.over(under)
	}
	return c, c.prepare()
}

// over has the base answer for what the language's own file does not say.
func (c *Catalog) over(under *Catalog) {
	for key, s := range under.sentences {
		if !c.own[key] {
			c.sentences[key] = s
		}
	}
}

func parse(tag string, data []byte) (*Catalog, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("locales: %s: %w", tag, err)
	}
	c := &Catalog{tag: tag, own: make(map[string]bool, len(raw)), sentences: make(map[string]string, len(raw))}
	for key, v := range raw {
		var err error
		switch key {
		case "_covers", "_reviewed": // heading
		case "_base":
			err = json.Unmarshal(v, &c.base)
		default:
			var s string
			err = json.Unmarshal(v, &s)
			c.sentences[key], c.own[key] = s, true
		}
		if err != nil {
			return nil, fmt.Errorf("locales: %s: %s: %w", tag, key, err)
		}
	}
	return c, nil
}

// prepare makes what fills placeholders in.
func (c *Catalog) prepare() error {
	lang, err := language.Parse(c.tag)
	if err != nil {
		return fmt.Errorf("locales: %s: %w", c.tag, err)
	}
	var messages []*i18n.Message
	for key, s := range c.sentences {
		if strings.Contains(s, "{{") {
			messages = append(messages, &i18n.Message{ID: key, Other: s})
		}
	}
	bundle := i18n.NewBundle(lang)
	if err := bundle.AddMessages(lang, messages...); err != nil {
		return fmt.Errorf("locales: %s: %w", c.tag, err)
	}
	c.localizer = i18n.NewLocalizer(bundle, c.tag)
	return nil
}

// Tag is the language's BCP 47 tag.
func (c *Catalog) Tag() string { return c.tag }

// Base is the language that answers for what this one's file does not say; empty: none.
func (c *Catalog) Base() string { return c.base }

// Own tells whether the language's own file has a sentence for key.
func (c *Catalog) Own(key string) bool { return c.own[key] && c.sentences[key] != "" }

// RightToLeft tells whether the language is written from right to left.
func (c *Catalog) RightToLeft() bool {
	tag, err := language.Parse(c.tag)
	if err != nil {
		return false
	}
	script, _ := tag.Script()
	return rightToLeft[script.String()]
}

// rightToLeft are the scripts of ISO 15924 that modern languages of this kind are written in.
var rightToLeft = map[string]bool{"Arab": true, "Hebr": true, "Thaa": true, "Syrc": true, "Nkoo": true, "Adlm": true}

// Has tells whether there is a sentence for key.
func (c *Catalog) Has(key string) bool { return c.sentences[key] != "" }

// T gives the sentence for key with its placeholders filled from args. A missing key comes back as [key].
func (c *Catalog) T(key string, args ...map[string]string) string {
	s, ok := c.sentences[key]
	if !ok || s == "" {
		return "[" + key + "]"
	}
	if !strings.Contains(s, "{{") {
		return s
	}
	data := map[string]string{}
	for _, a := range args {
		maps.Copy(data, a)
	}
	for _, name := range Placeholders(s) {
		if _, ok := data[name]; !ok {
			data[name] = "…"
		}
	}
	out, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
	if err != nil {
		return "[" + key + "]"
	}
	return out
}

// Keys lists the keys in order.
func (c *Catalog) Keys() []string { return slices.Sorted(maps.Keys(c.sentences)) }

// Sentence gives the sentence as it stands in the file, placeholders unfilled.
func (c *Catalog) Sentence(key string) string { return c.sentences[key] }

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// Placeholders lists the placeholder names of a sentence, sorted, each once.
func Placeholders(sentence string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(sentence, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// needs lists, for each part that a language can cover, the keys that are said there: whole keys, and prefixes that end in
// a dot.
var needs = map[string][]string{
	Citizen: {"cz.", "step.of", "training", "field.", "list.sep", "list.stop", "say.", "date.form", "lang.self", "show.want."},
	Paper:   {"paper.", "relation.", "check.bring.", "refer.", "say.colon", "lang.self", "field.", "list.sep", "purpose."},
}

// Needs tells whether a language that covers a part must say key itself. What the clerk needs is every key; the clerk's
// page, the day report and the test page are the clerk's, though they are paper.
func Needs(part, key string) bool {
	if part == Clerk {
		return true
	}
	for _, clerks := range [...]string{"paper.card.", "paper.day.", "paper.testpage."} {
		if strings.HasPrefix(key, clerks) {
			return false
		}
	}
	return slices.ContainsFunc(needs[part], func(n string) bool {
		return key == n || strings.HasSuffix(n, ".") && strings.HasPrefix(key, n)
	})
}

// Offered lists the languages for a part of the counter: those that somebody reviewed, in training also the others.
func Offered(part string, training bool) (tags []string) {
	for _, tag := range Tags() {
		if h := about(tag); slices.Contains(h.Covers, part) && (training || h.Reviewed != "") {
			tags = append(tags, tag)
		}
	}
	return tags
}

// short ends the tag of the short words of a language (BCP 47 §2.2.7, private use).
const short = "-x-short"

// Short is the variant of a language that says to the citizen in few words what the language says in a sentence.
func Short(tag string) (string, bool) {
	_, ok := loaders()[tag+short]
	return tag + short, ok
}

// Full is the language of which tag is the short variant.
func Full(tag string) (string, bool) { return strings.CutSuffix(tag, short) }
