package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// Every command that can be run stands on the manual page, and nothing in a text is taken for a request.
func TestManPage(t *testing.T) {
	var out, errw bytes.Buffer
	if code := run(context.Background(), []string{"man"}, nil, &out, &errw); code != exitOK {
		t.Fatalf("exit %d: %s", code, &errw)
	}
	page := out.String()
	e := &env{}
	for _, c := range leaves(e.root()) {
		if want := roff(strings.TrimPrefix(c.CommandPath(), "bangbanctl ")); !strings.Contains(page, `.SS "`+want) {
			t.Errorf("the page has no %q", want)
		}
	}
	known := map[string]bool{".TH": true, ".SH": true, ".SS": true, ".TP": true, ".B": true, ".BR": true, ".RI": true, ".I": true}
	for _, l := range strings.Split(page, "\n") {
		if word, _, _ := strings.Cut(l, " "); strings.HasPrefix(l, ".") && !known[word] {
			t.Errorf("a line that would be a request: %q", l)
		}
	}
	if got := roff(".so /etc/passwd\n'x \\"); got != "\\&.so /etc/passwd\n\\&'x \\e" {
		t.Errorf("roff gives %q", got)
	}
}
