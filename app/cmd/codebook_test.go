package cmd_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bangban/locales"
)

const codebookFile = "packaging/guide/codes.md"

// codebook writes the failure-code book: each code that a person may be told, its sentences, and where it comes from.
func codebook(t *testing.T, found map[string]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# The failure-code book

What a screen or a terminal may say, what it means, what to do, and which part says it. The code itself stands in logs and in
the record. Made from the sentences in locales/ and the sources; do not edit. Make it again with

    BANGBAN_CODES=write go test -tags ci,migrated_fynedo -run Codebook ./app/cmd/

Words in braces are filled in: a file, a name of a reader, a number. Personal data never is.
`)
	for _, code := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "\n## %s\n\nfrom `%s`\n\n", code, filepath.ToSlash(filepath.Dir(found[code])))
		for _, tag := range []string{"zh-Hans", "en"} {
			c, err := locales.Open(tag)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "- %s — **%s**\n", sentence(c, "error."+code), sentence(c, "hint."+code))
		}
	}
	return b.String()
}

// sentence gives a text with its gaps shown.
func sentence(c *locales.Catalog, key string) string {
	text := gap.ReplaceAllStringFunc(c.Sentence(key), func(g string) string {
		name, ok := strings.CutPrefix(strings.Trim(g, "{ }"), ".")
		if !ok { // with, if, end: what is inside may be left out
			return ""
		}
		return "{" + strings.ToLower(name) + "}"
	})
	return strings.Join(strings.Fields(text), " ")
}

var gap = regexp.MustCompile(`\{\{[^}]*\}\}`)

// TestCodebook wants the book to say what the program says. It compares only before a release (BANGBAN_RELEASE), so that a
// new code needs its sentences and nothing else; with BANGBAN_CODES=write it writes the book.
func TestCodebook(t *testing.T) {
	want := codebook(t, codes(sources(t)))
	if strings.Contains(want, "{{") || strings.Count(want, "\n## ") < 100 {
		t.Fatalf("the book is not whole: %d codes", strings.Count(want, "\n## "))
	}
	path := filepath.Join("..", "..", filepath.FromSlash(codebookFile))
	if os.Getenv("BANGBAN_CODES") == "write" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := readRoot(t, codebookFile); got != want && os.Getenv("BANGBAN_RELEASE") != "" {
		t.Errorf("%s is not what the program says: write it again", codebookFile)
	}
}
