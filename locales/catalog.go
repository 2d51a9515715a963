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
	covers    []string
	reviewed  string
	sentences map[string]string
	localizer *i18n.Localizer
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
func Covers(tag string) []string {
	c, err := Open(tag)
	if err != nil {
		return nil
	}
	return slices.Clone(c.covers)
}

// Reviewed tells who read the language's sentences; empty: nobody.
func Reviewed(tag string) string {
	c, err := Open(tag)
	if err != nil {
		return ""
	}
	return c.reviewed
}

// Open loads one language.
func Open(tag string) (*Catalog, error) {
	if strings.ContainsAny(tag, "/\\") {
		return nil, fmt.Errorf("%w: %q", ErrNoLanguage, tag)
	}
	data, err := files.ReadFile(path.Clean(tag + ".json"))
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrNoLanguage, tag)
	}
	return parse(tag, data)
}

func parse(tag string, data []byte) (*Catalog, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("locales: %s: %w", tag, err)
	}
	c := &Catalog{tag: tag, sentences: make(map[string]string, len(raw))}
	for key, v := range raw {
		var err error
		switch key {
		case "_covers":
			err = json.Unmarshal(v, &c.covers)
		case "_reviewed":
			err = json.Unmarshal(v, &c.reviewed)
		default:
			var s string
			err = json.Unmarshal(v, &s)
			c.sentences[key] = s
		}
		if err != nil {
			return nil, fmt.Errorf("locales: %s: %s: %w", tag, key, err)
		}
	}
	lang, err := language.Parse(tag)
	if err != nil {
		return nil, fmt.Errorf("locales: %s: %w", tag, err)
	}
	messages := make([]*i18n.Message, 0, len(c.sentences))
	for key, s := range c.sentences {
		messages = append(messages, &i18n.Message{ID: key, Other: s})
	}
	bundle := i18n.NewBundle(lang)
	if err := bundle.AddMessages(lang, messages...); err != nil {
		return nil, fmt.Errorf("locales: %s: %w", tag, err)
	}
	c.localizer = i18n.NewLocalizer(bundle, tag)
	return c, nil
}

// Tag is the language's BCP 47 tag.
func (c *Catalog) Tag() string { return c.tag }

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
