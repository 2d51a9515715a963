package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/locales"

	"github.com/spf13/cobra"
)

// Exit codes (design §9).
const (
	exitOK            = 0
	exitFailure       = 1
	exitUsage         = 2
	exitFailed        = 3
	exitIndeterminate = 4
)

// sentences is the language of errors where none is asked for: scripts and administrators read it.
const sentences = "en"

// exit ends the program with a code, without a sentence: the command has already said what there is to say.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usage is a mistake in how a command was called.
type usage struct{ message string }

func (u usage) Error() string { return u.message }

func usagef(format string, args ...any) error { return usage{fmt.Sprintf(format, args...)} }

// env is what every command gets.
type env struct {
	in       io.Reader
	out, err io.Writer

	training bool
	data     string
	json     bool
	lang     string
	at       string
	sam      []string
	now      func() time.Time
}

func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	e := &env{in: in, out: out, err: errw, now: time.Now}
	root := e.root()
	root.SetArgs(args)
	root.SetContext(ctx)
	return e.finish(root.ExecuteContext(ctx))
}

// finish prints an error as two lines and gives the exit code.
func (e *env) finish(err error) int {
	if err == nil {
		return exitOK
	}
	var code exit
	if errors.As(err, &code) {
		return int(code)
	}
	var u usage
	if errors.As(err, &u) {
		fmt.Fprintln(e.err, "bangbanctl:", u.message)
		fmt.Fprintln(e.err, "Run bangbanctl --help, or bangbanctl COMMAND --help.")
		return exitUsage
	}
	d := desk.Explain("", err)
	c, cerr := locales.Open(e.lang)
	if cerr != nil || !c.Has("error."+d.Code) {
		fmt.Fprintln(e.err, "bangbanctl:", err)
		return exitFailure
	}
	args := e.said(c, d)
	fmt.Fprintln(e.err, c.T("error."+d.Code, args))
	fmt.Fprintln(e.err, c.T("hint."+d.Code, args))
	if d.Code == desk.CodeInternal {
		fmt.Fprintln(e.err, "bangbanctl:", err)
	}
	return exitFailure
}

// said gives the arguments of a sentence in words, where the language has them.
func (e *env) said(c *locales.Catalog, d *desk.Error) map[string]string {
	args := maps.Clone(d.Args)
	for name, prefix := range map[string]string{"Kind": "kind.", "Secret": "secret.", "Field": "mrz."} {
		if v, ok := args[name]; ok && c.Has(prefix+v) {
			args[name] = c.T(prefix+v, nil)
		}
	}
	return args
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "bangbanctl",
		Short:         "The counter at a terminal",
		Version:       station.About().Words(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("there is no command %q", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return usagef("a command is missing") },
	}
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if e.at != "" && !e.training && cmd.Annotations[signsAt] != "" {
			return usagef("--at: what is signed on a real counter is signed now; only training sets the clock")
		}
		if _, err := locales.Open(e.lang); err != nil {
			e.lang = sentences
			return usagef("--lang is one of %s", strings.Join(locales.Tags(), ", "))
		}
		return nil
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err.Error()} })
	f := root.PersistentFlags()
	f.BoolVar(&e.training, "training", false, "a training counter: simulated cards, papers that are not valid")
	f.StringVar(&e.data, "data", "", "the counter's data folder")
	f.BoolVar(&e.json, "json", false, "one compact line of JSON")
	f.StringVar(&e.at, "at", "", "act as if it were this time (RFC 3339); commands that sign take it in training only")
	f.StringVar(&e.lang, "lang", sentences, "language of the sentences")
	for _, group := range []func() *cobra.Command{
		e.readerCommand, e.printerCommand, e.cardCommand, e.voucherCommand, e.mandateCommand, e.verifyCommand, e.queueCommand, e.subjectCommand,
		e.journalCommand, e.stationCommand, e.institutionCommand, e.inboxCommand, e.clerkCommand, e.bundleCommand, e.doctorCommand, e.updateCommand, e.manCommand,
	} {
		root.AddCommand(group())
	}
	wrapArgs(root)
	everywhere(root)
	return root
}

// everywhere makes --version a flag of every command.
func everywhere(c *cobra.Command) {
	c.Version = station.About().Words()
	for _, sub := range c.Commands() {
		everywhere(sub)
	}
}

// samFlag lets a command name readers with a security module.
func (e *env) samFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringArrayVar(&e.sam, "sam", nil, `port of an identity card reader: /dev/ttyUSB0, COM3, tcp://HOST:PORT, or "auto" for every serial port; may be repeated`)
	return cmd
}

const signsAt = "signs"

// signs marks a command that signs something: on a real counter it takes no other time than now.
func signs() map[string]string { return map[string]string{signsAt: "yes"} }

// wrapArgs makes a wrong number of operands a usage error, and a group without a command too.
func wrapArgs(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if check := sub.Args; check != nil {
			sub.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					var u usage
					if errors.As(err, &u) {
						return err
					}
					return usage{err.Error()}
				}
				return nil
			}
		}
		if sub.RunE == nil && sub.HasSubCommands() {
			sub.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return usagef("there is no command %q", cmd.CommandPath()+" "+args[0])
				}
				return usagef("%s: a command is missing", cmd.CommandPath())
			}
		}
		wrapArgs(sub)
	}
}

// dir is the data folder: --data, else a folder of the user's.
func (e *env) dir() (string, error) {
	if e.data != "" {
		return e.data, nil
	}
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", usagef("--data DIR is missing and there is no home folder")
		}
		base = filepath.Join(home, ".local", "share")
	}
	if e.training {
		return filepath.Join(base, "bangban-training"), nil
	}
	return filepath.Join(base, "bangban"), nil
}

// working is what station needs to open the folder for writing; the moment of --at is then the computer's clock.
func (e *env) working() (station.Options, error) {
	dir, err := e.dir()
	if err != nil {
		return station.Options{}, err
	}
	now, err := e.clock()
	return station.Options{Dir: dir, Training: e.training, Now: now, Program: "bangbanctl", SAM: e.sam}, err
}

// looking is what station needs to show or to judge; the moment of --at is then the one that is judged by.
func (e *env) looking() (station.Options, error) {
	o, err := e.working()
	if err != nil {
		return o, err
	}
	if e.at != "" {
		o.At = o.Now()
	}
	o.Now, o.ReadOnly = e.now, true
	return o, nil
}

// openCards opens what reads cards, without a counter.
func (e *env) openCards(ctx context.Context) (*station.Cards, error) {
	o, err := e.looking()
	if err != nil {
		return nil, err
	}
	return station.OpenCards(ctx, o)
}

// clock is the computer's clock, or the moment of --at.
func (e *env) clock() (func() time.Time, error) {
	if e.at == "" {
		return e.now, nil
	}
	t, err := time.Parse(time.RFC3339, e.at)
	if err != nil {
		return nil, usagef("--at wants a time like 2026-11-26T10:00:00+08:00")
	}
	return func() time.Time { return t }, nil
}

// withStation opens the folder for writing, runs f and closes it.
func (e *env) withStation(ctx context.Context, f func(*station.Station) error) (err error) {
	o, err := e.working()
	if err != nil {
		return err
	}
	s, err := station.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(s)
}

// withView opens the folder for looking, beside a counter that may be running.
func (e *env) withView(ctx context.Context, f func(*station.Station) error) (err error) {
	o, err := e.looking()
	if err != nil {
		return err
	}
	s, err := station.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(s)
}

// print writes v as one compact line with --json, else calls words.
func (e *env) print(v any, words func(w io.Writer)) error {
	if !e.json {
		words(e.out)
		return nil
	}
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// field and ordered are a JSON object whose keys keep their order.
type field struct {
	key   string
	value any
}

type ordered []field

// MarshalJSON implements json.Marshaler.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, f := range o {
		b.WriteByte("{,"[min(i, 1)])
		v, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", f.key, v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// secret gives a secret from the command line: "-" reads one line of standard input; anything else is taken in training only.
func (e *env) secret(kind cardreader.SecretKind, value string) (string, error) {
	if value == "-" {
		return readLine(e.in)
	}
	if value != "" && !e.training {
		return "", usagef("a secret comes by --%s - (one line on standard input); as an argument it would stay in the shell's history", kind)
	}
	return value, nil
}

func readLine(r io.Reader) (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for b.Len() < 4096 {
		n, err := r.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				break
			}
			b.WriteByte(one[0])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return strings.TrimRight(b.String(), "\r"), nil
}

// readInput reads a file, or standard input for "-", up to max bytes.
func (e *env) readInput(name string, max int64) ([]byte, error) {
	r := e.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &desk.Error{Op: "read", Code: "file-unreadable", Args: map[string]string{"File": filepath.Base(name)}, Err: err}
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, &desk.Error{Op: "read", Code: "file-unreadable", Args: map[string]string{"File": filepath.Base(name)}, Err: err}
	}
	if int64(len(b)) > max {
		return nil, &desk.Error{Op: "read", Code: "file-too-large", Args: map[string]string{"File": filepath.Base(name)}}
	}
	return b, nil
}
