// Command serve lays specimens on a virtual reader of a PC/SC service, for scripts that go the whole way from card to
// paper. It prints "ready" when a card lies there.
//
//	serve [--specimen emrtd] [--port 35963]          on the service of this computer (package vpcd), until it is ended
//	serve --pcscd DIR [--specimen emrtd]             on a service of its own; the first line is "socket PATH", and
//	                                                 clients set PCSCLITE_CSOCK_NAME to PATH
//	      --remove-on-stdin-close                    take the card away and end when standard input is closed
//	      --commands                                 take lines from standard input: "insert NAME", "remove", "stop" and
//	                                                 "start" (the service, with --pcscd); answer each with one line;
//	                                                 end with the input. Begins without a card unless --specimen is given.
//	      --pull-at N                                the first card is taken away in its command N
//	      --timeout 20s                              how long to wait for the virtual reader
//	serve --print mrz|can|pin|truth --specimen emrtd no card: what stands on it, what a reader must make of it
//
// A specimen may be named with what goes wrong with it: emrtd?pull=7, sscard?slow=40 (package sim).
//
// Interrupt and termination signals take card and service away in good order. Exit: 0 as asked, 1 the reader is not
// there or the service went, 2 wrong usage.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
)

var errUsage = errors.New("serve: wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	switch {
	case err == nil:
		return
	case errors.Is(err, errUsage), errors.Is(err, sim.ErrNoSpecimen):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// table is the virtual reader and what lies on it.
type table struct {
	addr    string
	timeout time.Duration
	service *vpcd.Service // nil: the service of this computer
	session *vpcd.Session // nil: no card
	stdout  io.Writer
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", vpcd.DefaultPort, "TCP `port` of the virtual reader")
	dir := flags.String("pcscd", "", "run a service of its own in `DIR`")
	name := flags.String("specimen", "", "`name` of the specimen (default emrtd, with --commands none)")
	commands := flags.Bool("commands", false, "take commands from standard input")
	onStdin := flags.Bool("remove-on-stdin-close", false, "take the card away when standard input is closed")
	pullAt := flags.Int("pull-at", 0, "take the first card away in command `N`")
	what := flags.String("print", "", "print `mrz`, can, pin or truth of the specimen and end")
	timeout := flags.Duration("timeout", 20*time.Second, "wait so long for the virtual reader")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errUsage
	}
	if *what != "" {
		return show(*what, *name, stdout)
	}
	t := &table{addr: vpcd.Addr(*port), timeout: *timeout, stdout: stdout}
	defer func() { err = errors.Join(err, t.clear()) }()
	if *dir != "" {
		if err := t.open(*dir); err != nil {
			return err
		}
	}
	if *name == "" && !*commands {
		*name = "emrtd"
	}
	if *name != "" {
		if err := t.insert(ctx, *name, sim.PullAt(*pullAt)); err != nil {
			return err
		}
	}
	if *commands {
		return t.obey(ctx, stdin)
	}
	return t.wait(ctx, stdin, *onStdin)
}

// open starts a service of its own.
func (t *table) open(dir string) (err error) {
	if t.service, err = vpcd.NewService(dir); err != nil {
		return err
	}
	if err := t.service.Start(); err != nil {
		return err
	}
	t.addr = t.service.Addr(0)
	fmt.Fprintln(t.stdout, "socket", t.service.Socket())
	return nil
}

func (t *table) insert(ctx context.Context, name string, options ...sim.Option) error {
	card, err := sim.Open(name, options...)
	if err != nil {
		return err
	}
	if err := t.remove(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	if t.session, err = vpcd.Insert(ctx, t.addr, card); err != nil {
		return err
	}
	fmt.Fprintln(t.stdout, "ready")
	return nil
}

func (t *table) remove() error {
	if t.session == nil {
		return nil
	}
	s := t.session
	t.session = nil
	return s.Remove()
}

// clear takes everything away.
func (t *table) clear() error {
	err := t.remove()
	if t.service != nil {
		err = errors.Join(err, t.service.Stop())
	}
	return err
}

// wait keeps the card there until something ends it.
func (t *table) wait(ctx context.Context, stdin io.Reader, onStdin bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if onStdin {
		go func() {
			_, _ = io.Copy(io.Discard, stdin) // its end is all that counts
			stop()
		}()
	}
	select {
	case <-t.session.Done():
	case <-ctx.Done():
	}
	return nil
}

// obey takes commands until the input or ctx ends.
func (t *table) obey(ctx context.Context, stdin io.Reader) error {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(stdin); in.Scan(); {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := t.command(ctx, strings.Fields(line)); err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
		}
	}
}

func (t *table) command(ctx context.Context, words []string) error {
	switch {
	case len(words) == 2 && words[0] == "insert":
		return t.insert(ctx, words[1])
	case len(words) != 1:
		return errUsage
	case words[0] == "remove":
		err := t.remove()
		fmt.Fprintln(t.stdout, "removed")
		return err
	case words[0] == "stop" && t.service != nil:
		// The driver goes with the service, so the card is off the table too.
		err := errors.Join(t.remove(), t.service.Stop())
		fmt.Fprintln(t.stdout, "stopped")
		return err
	case words[0] == "start" && t.service != nil:
		err := t.service.Start()
		fmt.Fprintln(t.stdout, "started")
		return err
	}
	return errUsage
}
