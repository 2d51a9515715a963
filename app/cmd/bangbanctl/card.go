package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/check"

	"github.com/spf13/cobra"
)

// cardFlags say which card to read and how.
type cardFlags struct {
	reader, can, mrz, photo string
	timeout                 time.Duration
	files                   bool
}

func (e *env) cardCommand() *cobra.Command {
	group := &cobra.Command{Use: "card", Short: "Cards on a reader"}
	var f cardFlags
	read := &cobra.Command{
		Use: "read", Short: "Read a card and say what can be proven of it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.cardRead(cmd.Context(), f) },
	}
	f.bind(read)
	read.Flags().StringVar(&f.photo, "photo", "", "write the portrait to this file")
	read.Flags().BoolVar(&f.files, "files", false, "with --json: the files of the card as base64")
	group.AddCommand(e.samFlag(read))
	return group
}

func (f *cardFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reader, "reader", "", "name of the reader; without it the first one that holds a card")
	cmd.Flags().StringVar(&f.can, "can", "", "card access number, or - to read it from standard input")
	cmd.Flags().StringVar(&f.mrz, "mrz", "", `machine readable zone "L1|L2|L3", or - to read it from standard input`)
	cmd.Flags().DurationVar(&f.timeout, "timeout", 20*time.Second, "how long to wait for a card")
}

func (e *env) secrets(f cardFlags) (cardreader.Secrets, error) {
	s := cardreader.Secrets{}
	for kind, given := range map[cardreader.SecretKind]string{cardreader.CAN: f.can, cardreader.MRZ: f.mrz} {
		v, err := e.secret(kind, given)
		if err != nil {
			return nil, err
		}
		if v != "" {
			s[kind] = v
		}
	}
	return s, nil
}

// readCard waits for a card and reads it.
func (e *env) readCard(ctx context.Context, f cardFlags) (*station.Reading, error) {
	secrets, err := e.secrets(f)
	if err != nil {
		return nil, err
	}
	o, err := e.looking()
	if err != nil {
		return nil, err
	}
	cards, err := station.OpenCards(ctx, o)
	if err != nil {
		return nil, err
	}
	return cards.ReadNext(ctx, f.reader, secrets, f.timeout)
}

// cardOut is the shape of card read --json.
type cardOut struct {
	Kind    string             `json:"kind"`
	Subject cardreader.Subject `json:"subject"`
	Checks  []check.Check      `json:"checks"`
	APDUs   int                `json:"apdus"`
	MS      int64              `json:"ms"`
	Files   map[string]string  `json:"files,omitempty"`
}

func (e *env) cardRead(ctx context.Context, f cardFlags) error {
	r, err := e.readCard(ctx, f)
	if err != nil {
		return err
	}
	d := r.Document
	defer d.Wipe()
	if f.photo != "" {
		if len(d.Photo) == 0 {
			return &desk.Error{Op: "card.read", Code: "card-no-photo"}
		}
		if err := os.WriteFile(f.photo, d.Photo, 0o600); err != nil {
			return &desk.Error{Op: "card.read", Code: "file-unwritable", Args: map[string]string{"File": f.photo}, Err: err}
		}
	}
	out := cardOut{Kind: d.Kind, Subject: d.Subject, Checks: d.Checks, APDUs: r.APDUs, MS: r.Took.Milliseconds()}
	if f.files {
		out.Files = map[string]string{}
		for name, b := range d.Raw {
			out.Files[name] = base64.StdEncoding.EncodeToString(b)
		}
	}
	if err := e.print(out, func(w io.Writer) { cardWords(w, out) }); err != nil {
		return err
	}
	if d.Verdict() == check.Failed {
		return exit(exitFailed)
	}
	return nil
}

func cardWords(w io.Writer, out cardOut) {
	fmt.Fprintf(w, "%s, %d APDUs, %d ms\n", out.Kind, out.APDUs, out.MS)
	s := out.Subject
	for _, row := range [][2]string{
		{"surname", s.Surname}, {"given names", s.GivenNames}, {"full name", s.FullName}, {"sex", s.Sex},
		{"born", s.BirthDate}, {"nationality", s.Nationality}, {"number", s.Number}, {"address", s.Address},
		{"authority", s.Authority}, {"issued", s.Issued}, {"expires", s.Expires},
	} {
		if row[1] != "" {
			fmt.Fprintf(w, "  %-12s %s\n", row[0], row[1])
		}
	}
	checkWords(w, out.Checks)
	for _, name := range slices.Sorted(maps.Keys(out.Files)) {
		fmt.Fprintf(w, "  file %s\n", name)
	}
}

func checkWords(w io.Writer, checks []check.Check) {
	for _, c := range checks {
		fmt.Fprintf(w, "  %-18s %s", c.Name, c.Verdict)
		if c.Reason != "" {
			fmt.Fprintf(w, " (%s)", c.Reason)
		}
		if c.Detail != "" {
			fmt.Fprintf(w, " %s", c.Detail)
		}
		fmt.Fprintln(w)
	}
}
