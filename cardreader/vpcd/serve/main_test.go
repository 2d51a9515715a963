package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
)

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"--no-such-flag"}, {"operand"}} {
		if err := run(context.Background(), args, nil, io.Discard, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v, want wrong usage", args, err)
		}
	}
	if err := run(context.Background(), []string{"--specimen", "nobody"}, nil, io.Discard, io.Discard); !errors.Is(err, sim.ErrNoSpecimen) {
		t.Errorf("%v, want ErrNoSpecimen", err)
	}
	if err := run(context.Background(), []string{"--port", "1", "--timeout", "30ms"}, nil, io.Discard, io.Discard); !errors.Is(err, vpcd.ErrUnreachable) {
		t.Errorf("%v, want ErrUnreachable", err)
	}
}

// A whole rehearsal: a service of its own, cards that come and go, the service gone and back, all by commands.
func TestCommands(t *testing.T) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("bangban-serve-%d", os.Getpid())) // short enough for a socket
	defer os.RemoveAll(dir)
	if _, err := vpcd.NewService(dir); errors.Is(err, vpcd.ErrMissing) {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	in, lines := io.Pipe()
	out, answers := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--pcscd", dir, "--commands"}, in, answers, io.Discard)
		answers.Close()
	}()
	answer := bufio.NewScanner(out)
	next := func(want string) {
		t.Helper()
		if !answer.Scan() || answer.Text() != want {
			t.Fatalf("answer %q, want %q", answer.Text(), want)
		}
	}
	next("socket " + filepath.Join(dir, "s"))
	for _, step := range [][2]string{
		{"insert emrtd", "ready"}, {"insert emrtd-wang", "ready"}, {"remove", "removed"}, {"remove", "removed"},
		{"stop", "stopped"}, {"start", "started"}, {"insert bank-card", "ready"},
	} {
		fmt.Fprintln(lines, step[0])
		next(step[1])
	}
	lines.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if answer.Scan() {
		t.Errorf("after the end: %q", answer.Text())
	}
}

func TestWrongCommand(t *testing.T) {
	var out bytes.Buffer
	err := run(context.Background(), []string{"--commands"}, strings.NewReader("remove\nstop\n"), &out, io.Discard)
	if !errors.Is(err, errUsage) || out.String() != "removed\n" {
		t.Fatalf("%v, %q", err, out.String())
	}
}

func TestPrint(t *testing.T) {
	for what, want := range map[string]string{
		"mrz": "P<UTOSPECIMEN<<LINDEN<MEI<<<<<<<<<<<<<<<<<<<|U123004510UTO4304120F3604111<<<<<<<<<<<<<<<2\n",
		"truth": `{"surname":"SPECIMEN","given_names":"LINDEN MEI","sex":"F","birth_date":"1943-04-12","nationality":"UTO",` +
			`"number":"U12300451","authority":"UTO","expires":"2036-04-11"}` + "\n",
	} {
		var out bytes.Buffer
		if err := run(context.Background(), []string{"--print", what, "--specimen", "emrtd"}, nil, &out, io.Discard); err != nil || out.String() != want {
			t.Errorf("--print %s: %v, %q; want %q", what, err, out.String(), want)
		}
	}
	for name, want := range map[string]string{"can emrtd-pace": "508213\n", "pin sscard-pin": "123456\n", "pin sscard": "\n"} {
		what, specimen, _ := strings.Cut(name, " ")
		var out bytes.Buffer
		if err := run(context.Background(), []string{"--print", what, "--specimen", specimen}, nil, &out, io.Discard); err != nil || out.String() != want {
			t.Errorf("--print %s: %v, %q; want %q", name, err, out.String(), want)
		}
	}
	if err := run(context.Background(), []string{"--print", "secret", "--specimen", "emrtd"}, nil, io.Discard, io.Discard); !errors.Is(err, errUsage) {
		t.Errorf("%v, want wrong usage", err)
	}
}
