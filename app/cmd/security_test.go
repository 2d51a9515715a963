package cmd_test

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestThreatModel wants every claim of SECURITY.md to name a test, and every test named there to exist.
func TestThreatModel(t *testing.T) {
	text := readRoot(t, "SECURITY.md")
	exists := map[string]bool{}
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		for _, d := range s.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				exists[s.dir+" "+fn.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1)
	if len(named) < 25 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !exists[m[1]+" "+m[2]] {
			t.Errorf("SECURITY.md names %s.%s, which does not exist", m[1], m[2])
		}
	}
	for _, m := range regexp.MustCompile("`(packaging/[a-z]+\\.sh)`").FindAllStringSubmatch(text, -1) {
		readRoot(t, path.Clean(m[1]))
	}
	rows := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| cannot") {
			continue
		}
		rows++
		if !strings.Contains(line, ".Test") && !strings.Contains(line, ".Fuzz") && !strings.Contains(line, ".sh`") {
			t.Errorf("a claim without the test that shows it: %s", line)
		}
	}
	if rows < 20 {
		t.Fatalf("only %d claims", rows)
	}
}
