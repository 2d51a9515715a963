package cmd_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddACardKind follows CONTRIBUTING.md to the letter, on a copy that only the compiler sees: the folder, its test, the
// line in the list, the specimen. The contract suite of the new kind and the tests of the list must pass.
func TestAddACardKind(t *testing.T) {
	releaseOnly(t)
	const guide = "CONTRIBUTING.md"
	code := blocks(t, guide, "go")
	if len(code) != 2 {
		t.Fatalf("%s has %d blocks of Go, 2 are followed", guide, len(code))
	}
	_, rest, ok := strings.Cut(readRoot(t, guide), "\n```\n\t\t")
	line, _, closed := strings.Cut(rest, "\n```\n")
	if !ok || !closed {
		t.Fatalf("%s does not show the line of the list", guide)
	}
	list := readRoot(t, "cardreader/kinds/kinds.go")
	const last, import1 = "\t}\n}\n\n// Names of cards", "\t\"bangban/cardreader/mykad\"\n"
	if !strings.Contains(list, last) || !strings.Contains(list, import1) {
		t.Fatal("cardreader/kinds/kinds.go is not as the guide says")
	}
	list = strings.Replace(list, last, "\t\t"+line+"\n"+last, 1)
	list = strings.Replace(list, import1, "\t\"bangban/cardreader/libcard\"\n"+import1, 1)
	files := map[string]string{
		"cardreader/libcard/libcard.go":      code[0],
		"cardreader/libcard/libcard_test.go": code[1],
		"cardreader/kinds/kinds.go":          list,
		"assets/specimens/libcard.json":      blocks(t, guide, "json")[0],
	}
	pulled := readRoot(t, "cardreader/kinds/pulled_test.go")
	files["cardreader/kinds/pulled_test.go"] = strings.Replace(pulled, `"thaiid": true,`, `"thaiid": true, "libcard": true,`, 1)
	dir := t.TempDir()
	if out, err := suite(t, files, "./cardreader/libcard/", dir, dir); err != nil {
		t.Fatalf("the contract suite: %v\n%s", err, out)
	}
	out, err := suite(t, files, "./cardreader/kinds/", dir, filepath.Join("..", "..", "cardreader", "kinds"), "-test.short", "-test.v", "-test.run", "Specimens|Pulled")
	if err != nil || !strings.Contains(out, " libcard: ") {
		t.Fatalf("the list: %v\n%s", err, out)
	}
	// It can fail: a kind that shows the card's words in an error is refused by the suite.
	const discreet = "return nil, cardreader.NewError(cardreader.CodeFaulty, nil, nil)"
	leaky := strings.Replace(code[0], discreet, "return nil, errors.New(string(raw))", 1)
	if leaky == code[0] {
		t.Fatal("nothing was changed")
	}
	files["cardreader/libcard/libcard.go"] = leaky
	if out, err := suite(t, files, "./cardreader/libcard/", dir, dir); err == nil {
		t.Fatalf("a leaky kind passes:\n%s", out)
	}
}

// suite builds the tests of a package with files that are not there, and runs them in a folder.
func suite(t *testing.T, files map[string]string, pkg, dir, where string, args ...string) (string, error) {
	t.Helper()
	program := filepath.Join(dir, "suite.test")
	if out, err := goTool(t, "test", "-c", "-vet=off", "-tags", "ci,migrated_fynedo", "-overlay", overlay(t, files), "-o", program, pkg); err != nil {
		t.Fatalf("%s: %v\n%s", pkg, err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = where
	out, err := cmd.CombinedOutput()
	return string(out), err
}
