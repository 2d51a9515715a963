package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/check"

	"github.com/spf13/cobra"
)

// cardFlags say which card to read and how.
type cardFlags struct {
	reader, can, mrz, pin, photo string
	timeout                      time.Duration
	files, proofs                bool
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
	read.Flags().BoolVar(&f.proofs, "proofs", false, "with --json: how far the state's signature covers each field")
	group.AddCommand(e.samFlag(read), e.cardStaff())
	return group
}

func (f *cardFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reader, "reader", "", "name of the reader; without it the first one that holds a card")
	cmd.Flags().StringVar(&f.can, "can", "", "card access number, or - to read it from standard input")
	cmd.Flags().StringVar(&f.mrz, "mrz", "", `machine readable zone "L1|L2|L3", or - to read it from standard input`)
	cmd.Flags().StringVar(&f.pin, "pin", "", "PIN of the card, or - to read it from standard input")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 20*time.Second, "how long to wait for a card")
}

func (e *env) secrets(f cardFlags) (cardreader.Secrets, error) {
	s := cardreader.Secrets{}
	for _, given := range []struct {
		kind  cardreader.SecretKind
		value string
	}{{cardreader.CAN, f.can}, {cardreader.MRZ, f.mrz}, {cardreader.PIN, f.pin}} { // in this order from standard input
		v, err := e.secret(given.kind, given.value)
		if err != nil {
			return nil, err
		}
		if v == "" {
			continue
		}
		want := cardreader.Secret{Kind: given.kind}
		if given.kind == cardreader.CAN {
			want.Length = canDigits
		}
		if err := station.Vet(want, v); err != nil { // before any card is asked
			return nil, err
		}
		s[given.kind] = v
	}
	return s, nil
}

// canDigits is how long a card access number is, ICAO Doc 9303-11 §4.4.2.
const canDigits = 6

// secretOut is the shape of card read --json where a secret is missing or was refused.
type secretOut struct {
	Needs []string `json:"needs"`                  // flags that would do, any one of them
	Wrong bool     `json:"wrong,omitempty"`        // one was given and refused
	Left  *int     `json:"retries_left,omitempty"` // where the card counts
}

// wanted says which flag is missing, or that what was given is wrong and how many tries are left. Any other error stays.
func (e *env) wanted(err error) error {
	var need *cardreader.NeedError
	if !errors.As(err, &need) {
		return err
	}
	all := need.Any
	if len(all) == 0 {
		all = []cardreader.Secret{need.Secret}
	}
	out := secretOut{Wrong: need.Wrong}
	for _, s := range all {
		out.Needs = append(out.Needs, "--"+string(s.Kind))
	}
	if need.RetriesLeft >= 0 {
		out.Left = &need.RetriesLeft
	}
	if e.json { // beside the sentence: what was asked for on standard output did not come about
		line, merr := json.Marshal(out)
		if merr != nil {
			return merr
		}
		fmt.Fprintf(e.err, "%s\n", line)
	}
	flags := strings.Join(out.Needs, ", ")
	args := map[string]string{"Flags": flags, "Secret": string(need.Secret.Kind)}
	switch {
	case !need.Wrong:
		return &desk.Error{Op: "card.read", Code: "flag-secret-needed", Args: args, Err: err}
	case out.Left != nil:
		args["Left"] = strconv.Itoa(*out.Left)
		return &desk.Error{Op: "card.read", Code: "flag-secret-left", Args: args, Err: err}
	}
	return &desk.Error{Op: "card.read", Code: "flag-secret-wrong", Args: args, Err: err}
}

// readCard waits for a card and reads it.
func (e *env) readCard(ctx context.Context, f cardFlags) (*station.Reading, error) {
	secrets, err := e.secrets(f)
	if err != nil {
		return nil, err
	}
	cards, err := e.openCards(ctx)
	if err != nil {
		return nil, err
	}
	r, err := cards.ReadNext(ctx, f.reader, secrets, f.timeout)
	if err != nil {
		return nil, e.wanted(err)
	}
	return r, nil
}

// cardOut is the shape of card read --json.
type cardOut struct {
	Kind    string             `json:"kind"`
	Subject cardreader.Subject `json:"subject"`
	Checks  []check.Check      `json:"checks"`
	Signed  *signedOut         `json:"signed,omitempty"`
	APDUs   int                `json:"apdus"`
	MS      int64              `json:"ms"`
	Files   map[string]string  `json:"files,omitempty"`
}

// signedOut says how far the state's signature covers what was read: of the whole, and field by field.
type signedOut struct {
	Verdict check.Verdict      `json:"verdict"`
	Reason  check.Reason       `json:"reason,omitempty"`
	By      string             `json:"by,omitempty"`
	Source  string             `json:"source,omitempty"`
	At      string             `json:"at"`
	Fields  []cardreader.Proof `json:"fields"`
}

func signedOf(d *cardreader.Document) signedOut {
	p := d.Signed()
	s := signedOut{Verdict: p.Verdict, Reason: p.Reason, By: p.By, Source: p.Source, At: d.ReadAt.Format(time.RFC3339), Fields: d.Proofs()}
	for i := range s.Fields {
		if s.Fields[i].Source == s.Source { // said once
			s.Fields[i].Source = ""
		}
	}
	return s
}

// signedWords says it in one line, and names the fields that differ from the whole.
func signedWords(w io.Writer, s signedOut) {
	word := map[check.Verdict]string{check.Passed: "verified", check.Failed: "does not fit", check.Indeterminate: "not verified here"}[s.Verdict]
	if s.Verdict == check.Indeterminate && s.Reason == check.NotSupported {
		word = "this card cannot prove it"
	}
	fmt.Fprintf(w, "  signed by the state: %s", word)
	if s.Source != "" {
		fmt.Fprintf(w, " (%s)", s.Source)
	}
	fmt.Fprintf(w, ", %s\n", s.At)
	for _, f := range s.Fields {
		if f.Verdict != s.Verdict {
			fmt.Fprintf(w, "    %-12s %s (%s)\n", f.Field, f.Verdict, f.By)
		}
	}
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
			return noPhoto(d)
		}
		if err := os.WriteFile(f.photo, d.Photo, 0o600); err != nil {
			return &desk.Error{Op: "card.read", Code: "file-unwritable", Args: map[string]string{"File": f.photo}, Err: err}
		}
	}
	out := cardOut{Kind: d.Kind, Subject: d.Subject, Checks: d.Checks, APDUs: r.APDUs, MS: r.Took.Milliseconds()}
	if signed := signedOf(d); f.proofs || !e.json {
		out.Signed = &signed
	}
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

// noPhoto says why there is no portrait to write: none on the card, no library that decodes it, or one that did not.
func noPhoto(d *cardreader.Document) error {
	for _, c := range d.Checks {
		if c.Name == "photo" && c.Reason == check.Unreadable {
			return &desk.Error{Op: "card.read", Code: "photo-undecoded", Args: map[string]string{"Why": c.Detail}}
		}
	}
	if bytes.HasPrefix(d.Raw["photo"], []byte("WL")) { // the closed coding of PRC cards
		return &desk.Error{Op: "card.read", Code: "photo-no-decoder"}
	}
	return &desk.Error{Op: "card.read", Code: "card-no-photo"}
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
	signedWords(w, *out.Signed)
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
