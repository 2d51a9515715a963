package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/cardreader"
)

// What a command ends in decides the exit code and what stands on standard error: what happened, then what to do.
func TestFinish(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		code int
		says string
	}{
		{"nothing", nil, exitOK, ""},
		{"a code alone", exit(exitIndeterminate), exitIndeterminate, ""},
		{"wrong usage", usagef("no %s", "x"), exitUsage, "bangbanctl: no x\nRun bangbanctl --help, or bangbanctl COMMAND --help.\n"},
		{"wrapped usage", fmt.Errorf("a: %w", usagef("no x")), exitUsage, "bangbanctl: no x\nRun"},
		{"a desk error", &desk.Error{Code: "glyph-missing", Args: map[string]string{"CodePoint": "U+20BB7"}}, exitFailure, "The fonts lack this character: U+20BB7\n"},
		{"a coded error", cardreader.NewError(cardreader.CodeNoCard, nil, nil), exitFailure, "There is no card on the reader\nPut the card on the reader\n"},
		{"one beside a failed close", errors.Join(cardreader.ErrNoCard, errors.New("closed")), exitFailure, "There is no card on the reader\n"},
		{"something unforeseen", errors.New("boom"), exitFailure, "bangbanctl: boom\n"},
		{"a code without a sentence", &desk.Error{Op: "x", Code: "no-such-code"}, exitFailure, "bangbanctl: x: no-such-code\n"},
	} {
		var out, errs bytes.Buffer
		e := &env{out: &out, err: &errs, lang: sentences}
		if code := e.finish(tc.err); code != tc.code {
			t.Errorf("%s: exit %d, want %d", tc.name, code, tc.code)
		}
		if s := errs.String(); tc.says == "" && s != "" || !strings.Contains(s, tc.says) || out.Len() > 0 {
			t.Errorf("%s: %q, want %q", tc.name, s, tc.says)
		}
	}
}

// A secret is one line; no more is taken from standard input than that, and never endlessly.
func TestReadLine(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "a\n": "a", "a\r\nb": "a", "\n": "", "a\nb\n": "a", "L1|L2\n": "L1|L2"} {
		r := strings.NewReader(in)
		got, err := readLine(r)
		if err != nil || got != want {
			t.Errorf("%q gives %q, %v", in, got, err)
		}
		if rest := r.Len(); strings.HasPrefix(in, "a\nb") && rest != 2 {
			t.Errorf("%q: %d bytes are left", in, rest)
		}
	}
	if got, err := readLine(strings.NewReader(strings.Repeat("x", 1<<20))); err != nil || len(got) > 4096 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestReadInput(t *testing.T) {
	e := &env{in: strings.NewReader("0123456789")}
	if b, err := e.readInput("-", 10); err != nil || string(b) != "0123456789" {
		t.Errorf("%q %v", b, err)
	}
	path := filepath.Join(t.TempDir(), "eleven")
	if err := os.WriteFile(path, make([]byte, 11), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{path: "file-too-large", filepath.Dir(path): "file-unreadable", path + "x": "file-unreadable"} {
		_, err := e.readInput(name, 10)
		if d := desk.Explain("", err); d.Code != code || strings.Contains(d.Args["File"], string(filepath.Separator)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrdered(t *testing.T) {
	var b bytes.Buffer
	e := &env{out: &b, json: true}
	if err := e.print(ordered{{"z", 1}, {"a", map[string]int{"y": 2, "x": 1}}, {"<", "<&>"}}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), `{"z":1,"a":{"x":1,"y":2},"<":"`+"\\u003c\\u0026\\u003e"+`"}`+"\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// reader watch tells what is so at once and goes on until it is interrupted, which is no failure.
func TestReaderWatch(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent there")
	}
	cmd := exec.Command(filepath.Join(programDir(t), program), "--training", "--data", filepath.Join(t.TempDir(), "st"), "reader", "watch", "--json")
	cmd.Env = append(os.Environ(), "PCSCLITE_CSOCK_NAME="+filepath.Join(t.TempDir(), "no-service"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	seen := false
	for !seen && lines.Scan() {
		seen = strings.Contains(lines.Text(), `"reader":"sim:emrtd","state":"present"`)
	}
	if !seen {
		t.Error("the specimen was not reported")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}
