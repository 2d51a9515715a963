package bundle

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var makeExample = flag.Bool("example", false, "write a fresh testdata/specimen.bundle and print what belongs into doc.go")

// The example of the package comment is real: testdata/specimen.bundle opens by the fingerprint that stands there, and
// its note is the one that stands there. The file also holds the format still: what was signed once must open for ever.
func TestExample(t *testing.T) {
	const path = "testdata/specimen.bundle"
	if *makeExample {
		o := newOffice(t, "urn:bangban:training:specimen")
		file := o.sign(t, o.bundle(t, 7))
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		out, _ := parseOuter(Magic, file)
		t.Logf("%s\n%s", Fingerprint(o.root), out.Note)
		return
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	fp := regexp.MustCompile(`(?m)^//\t((?:[0-9A-Z]{4}-){11}[0-9A-Z]{4})$`).FindSubmatch(src)
	if fp == nil {
		t.Fatal("no fingerprint in the package comment")
	}
	b, err := Open(file, Anchor{Fingerprint: string(fp[1])})
	if err != nil {
		t.Fatal(err)
	}
	if b.Version != 7 || b.Purposes[0].Code != "housing-fund" {
		t.Fatalf("%+v", b.Bundle)
	}
	out, err := parseOuter(Magic, file)
	if err != nil {
		t.Fatal(err)
	}
	comment := strings.ReplaceAll(strings.ReplaceAll(string(src), "//\t", ""), "//\n", "\n")
	if !strings.Contains(comment, string(out.Note)) {
		t.Fatal("the note in the package comment is not that of the file")
	}
}
