package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/keys"

	"github.com/spf13/cobra"
)

// handFlags say what is handed on, and to whom.
type handFlags struct {
	store, hand, exec, mark, keys, pass string
}

func (f *handFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.store, "store", "", "inbox of a gateway: lite:FILE or a PostgreSQL URL")
	fl.StringVar(&f.hand, "hand", "", "with --store: folder for the records, one file each; those that are there stay")
	fl.StringVar(&f.exec, "exec", "", "with --store: program that gets the records as JSON lines on standard input")
	fl.StringVar(&f.mark, "mark", "", "with --store: file that remembers how far each counter's records were handed on")
}

// handed is how far each counter's records were handed on, without gaps.
type handed map[string]uint64

func markOf(r inbox.Row) string { return r.Station + "/" + strconv.FormatUint(r.Epoch, 10) }

// handOn opens what a gateway took and hands it to a folder, a program, or standard output: at least once. Whoever takes
// it knows a record by station, epoch and seq.
func (e *env) handOn(ctx context.Context, f handFlags) (err error) {
	if f.keys == "" || f.hand != "" && f.exec != "" {
		return usagef("inbox open --store wants --keys DIR, the institution's folder, and at most one of --hand and --exec")
	}
	inst, err := e.openInstitution("inbox.open", f.keys, f.pass)
	if err != nil {
		return err
	}
	holders, err := holderKeys(inst)
	if err != nil {
		return cmp.Or[error](wantsPassphrase("inbox.open", f.keys, err), &desk.Error{Op: "inbox.open", Code: "inbox-sealed", Args: map[string]string{"Dir": f.keys}, Err: err})
	}
	store, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	now, err := e.clock()
	if err != nil {
		return err
	}
	done, err := readMarks(f.mark)
	if err != nil {
		return &desk.Error{Op: "inbox.open", Code: "file-unreadable", Args: map[string]string{"File": f.mark}, Err: err}
	}
	refs, next, err := newRefs(ctx, store, done)
	if err != nil {
		return err
	}
	who := inbox.Remember(inbox.Known(inst.PEM(), now), 10_000)
	away := 0
	err = e.handTo(ctx, f, func(yield func(inbox.Line) error) (err error) {
		if away, err = inbox.RecordsHere(ctx, store, who, holders, refs, yield); err == nil && away > 0 && f.mark != "" {
			err = inbox.ErrNotFound // it would be marked as handed on
		}
		return err
	})
	if away > 0 {
		fmt.Fprintf(e.err, "%d parcels lie in days that were moved away\n", away)
	}
	if err != nil {
		return &desk.Error{Op: "inbox.open", Code: "inbox-not-handed", Args: map[string]string{"To": f.hand + f.exec}, Err: err}
	}
	fmt.Fprintf(e.err, "%d records handed on\n", len(refs)-away)
	if f.mark == "" {
		return nil
	}
	b, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return keys.WriteFile(f.mark, append(b, '\n'), 0o600)
}

func readMarks(path string) (handed, error) {
	m := handed{}
	if path == "" {
		return m, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(b, &m)
}

// newRefs names what is held beyond the marks, and the marks once all of it is handed on.
func newRefs(ctx context.Context, s inbox.Store, done handed) (refs []inbox.Ref, next handed, err error) {
	rows, err := s.Stations(ctx)
	if err != nil {
		return nil, nil, err
	}
	next = handed{}
	for _, row := range rows {
		name := markOf(row)
		next[name] = row.Mark
		for seq := done[name] + 1; seq <= row.Highest; seq++ {
			ref := inbox.Ref{Station: row.Station, Epoch: row.Epoch, Seq: seq}
			if seq > row.Mark {
				if _, err := s.Envelope(ctx, ref); errors.Is(err, inbox.ErrNotFound) {
					continue
				} else if err != nil {
					return nil, nil, err
				}
			}
			refs = append(refs, ref)
		}
	}
	return refs, next, nil
}

// handTo runs records against where they go.
func (e *env) handTo(ctx context.Context, f handFlags, records func(func(inbox.Line) error) error) error {
	lines := func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return records(func(l inbox.Line) error { return enc.Encode(l) })
	}
	switch {
	case f.hand != "":
		if err := os.MkdirAll(f.hand, 0o700); err != nil {
			return err
		}
		return records(func(l inbox.Line) error { return handFile(f.hand, l) })
	case f.exec != "":
		return e.handExec(ctx, f.exec, lines)
	}
	return lines(e.out)
}

// handFile writes one record, whole or not at all.
func handFile(dir string, l inbox.Line) error {
	path := filepath.Join(dir, fmt.Sprintf("%s-%d-%d.json", l.Station, l.Epoch, l.Seq))
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return keys.WriteFile(path, append(b, '\n'), 0o600)
}

// handExec runs the program; it has taken the records once it ends well.
func (e *env) handExec(ctx context.Context, program string, lines func(io.Writer) error) error {
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdout, cmd.Stderr = e.out, e.err
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return errors.Join(lines(in), in.Close(), cmd.Wait())
}
