package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/locales"

	"github.com/spf13/cobra"
)

func (e *env) voucherCommand() *cobra.Command {
	group := &cobra.Command{Use: "voucher", Short: "Vouchers of this counter"}
	group.AddCommand(e.voucherIssueCommand(), e.voucherListCommand(), e.voucherOpenCommand(), e.voucherRedeemCommand(),
		e.voucherVoidCommand(), e.voucherNotesCommand())
	return group
}

// issueFlags are what voucher issue takes.
type issueFlags struct {
	cardFlags
	card, twin                           bool
	mandate                              string
	from, purpose, recipient, paper, out string
	printer, suite                       string
	valid                                time.Duration
	personLang                           string
}

func (e *env) voucherIssueCommand() *cobra.Command {
	var f issueFlags
	cmd := &cobra.Command{
		Use: "issue", Short: "Issue a voucher (training only)", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.voucherIssue(cmd.Context(), f) },
	}
	f.bind(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&f.card, "card", false, "for the person whose card is on the reader")
	fl.StringVar(&f.mandate, "mandate", "", "file with the mandate that the card's holder acts on for somebody else")
	fl.StringVar(&f.from, "from", "", "for the subject in this file, as card read --json printed it")
	fl.StringVar(&f.purpose, "purpose", "", "code of the purpose")
	fl.StringVar(&f.recipient, "recipient", "", "id of the recipient")
	fl.DurationVar(&f.valid, "valid", 0, "how long it is valid; without it, what the purpose says")
	fl.StringVar(&f.paper, "paper", "a5", "a5, a4 or 80mm (a roll)")
	fl.StringVar(&f.printer, "printer", "", "also print on this receipt printer: tcp:HOST:9100, serial:DEVICE@SPEED, file:DEVICE")
	fl.StringVar(&f.suite, "suite", "", "sm: the PDF also holds the voucher's bytes, signed with SM2; without it, what policy says")
	fl.StringVar(&f.out, "out", "", "folder for the PDF and the text of the code")
	fl.BoolVar(&f.twin, "twin", false, "also write the page for screen readers, SERIAL.html")
	fl.StringVar(&f.personLang, "person-lang", "zh-Hans", "language of the paper")
	return cmd
}

// issueOut is the shape of voucher issue --json.
type issueOut struct {
	Serial string `json:"serial"`
	PDF    string `json:"pdf"`
	Text   string `json:"text"`
	Twin   string `json:"twin,omitempty"`
	MS     int64  `json:"ms"`
}

func (e *env) voucherIssue(ctx context.Context, f issueFlags) error {
	switch {
	case !e.training:
		return usagef("a real counter issues only in the window: it takes a logged-in clerk, the person's card and the person's own Yes")
	case f.card == (f.from != ""):
		return usagef("voucher issue wants --card or --from FILE")
	case f.mandate != "" && !f.card:
		return usagef("--mandate wants --card: the helper's own")
	case f.purpose == "" || f.recipient == "" || f.out == "":
		return usagef("voucher issue wants --purpose CODE, --recipient ID and --out DIR")
	case f.paper != "a5" && f.paper != "a4" && f.paper != "80mm":
		return usagef("--paper is a5, a4 or 80mm")
	case f.suite != "" && f.suite != "sm":
		return usagef("--suite is sm")
	case f.printer != "" && f.paper != "80mm":
		return usagef("--printer is a receipt printer: it wants --paper 80mm")
	case !slices.Contains(locales.Covers(f.personLang), locales.Paper):
		return usagef("there are no papers in --person-lang %s", f.personLang)
	case f.valid < 0:
		return usagef("--valid wants how long the voucher is good: 24h")
	}
	doc, err := e.issueDocument(ctx, f)
	if err != nil {
		return err
	}
	defer doc.Wipe()
	began := time.Now()
	var out issueOut
	err = e.withStation(ctx, func(s *station.Station) error {
		order := station.Order{Document: doc, Purpose: f.purpose, Recipient: f.recipient, Valid: f.valid, Paper: f.paper, Lang: f.personLang, SM: f.suite == "sm"}
		if f.mandate != "" {
			text, err := e.readInput(f.mandate, maxMandate)
			if err != nil {
				return err
			}
			order.Mandate = strings.TrimSpace(string(text))
		}
		var twin string
		if f.twin {
			order.Twin = &twin
		}
		return s.IssueTraining(ctx, order, func(paper *flow.Paper) error {
			out = issueOut{
				Serial: paper.Serial,
				PDF:    filepath.Join(f.out, paper.Serial+".pdf"),
				Text:   filepath.Join(f.out, paper.Serial+".txt"),
			}
			if f.twin {
				out.Twin = filepath.Join(f.out, paper.Serial+".html")
			}
			err := writePaper(f.out, out, paper.PDF, paper.Text, twin)
			if err == nil && f.printer != "" {
				err = s.PrintRoll(ctx, f.printer, paper)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	out.MS = time.Since(began).Milliseconds()
	return e.print(out, func(w io.Writer) { fmt.Fprintf(w, "%s\n%s\n%s\n", out.Serial, out.PDF, out.Text) })
}

// issueDocument reads the card or the file.
func (e *env) issueDocument(ctx context.Context, f issueFlags) (*cardreader.Document, error) {
	if f.card {
		r, err := e.readCard(ctx, f.cardFlags)
		if err != nil {
			return nil, err
		}
		return r.Document, nil
	}
	b, err := e.readInput(f.from, 1<<20)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	var in cardOut
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, &desk.Error{Op: "voucher.issue", Code: "file-not-card", Args: map[string]string{"File": filepath.Base(f.from)}, Err: err}
	}
	if in.Kind == "" || !usable(in.Subject) {
		return nil, &desk.Error{Op: "voucher.issue", Code: "file-not-card", Args: map[string]string{"File": filepath.Base(f.from)}}
	}
	for i, c := range in.Checks { // what nobody asked lowers nothing, there as here; the shape does not say so
		in.Checks[i].Optional = c.Verdict == check.Indeterminate && (c.Reason == check.NotChecked || c.Reason == check.NoList)
	}
	return &cardreader.Document{Kind: in.Kind, Subject: in.Subject, Checks: in.Checks, ReadAt: e.now()}, nil
}

// usable tells whether a subject that may have been typed can stand on a paper: a name, a number whose end can be
// printed, dates that are dates, and nothing that a screen would not show.
func usable(s cardreader.Subject) bool {
	for _, v := range []string{s.Surname, s.GivenNames, s.FullName, s.Sex, s.Nationality, s.Number, s.Address, s.Authority} {
		if len(v) > maxTyped || strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return false
		}
	}
	for _, v := range []string{s.BirthDate, s.Issued, s.Expires} {
		if !dateShape.MatchString(v) {
			return false
		}
	}
	return s.Name() != "" && (s.Number == "" || utf8.RuneCountInString(s.Number) >= 4)
}

// maxTyped bounds one field in bytes.
const maxTyped = 256

// dateShape is YYYY-MM-DD; a part that a document leaves open is zeros.
var dateShape = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`)

func writePaper(dir string, out issueOut, pdf []byte, text, twin string) error {
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(out.PDF, pdf, 0o600)
	}
	if err == nil {
		err = os.WriteFile(out.Text, []byte(text), 0o600)
	}
	if err == nil && out.Twin != "" {
		err = os.WriteFile(out.Twin, []byte(twin), 0o600)
	}
	if err != nil {
		return &desk.Error{Op: "voucher.issue", Code: "file-unwritable", Args: map[string]string{"File": filepath.Base(dir)}, Err: err}
	}
	return nil
}

func (e *env) voucherListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the vouchers in the ledger", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				rows, err := s.Ledger(cmd.Context())
				if err != nil {
					return err
				}
				for _, r := range rows {
					if err := e.print(r, func(w io.Writer) {
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\tcopies %d\n", r.Serial, r.State, r.Day, r.Purpose, r.Copies)
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (e *env) voucherOpenCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "open FILE|-", Short: "Judge a voucher of any counter; consumes nothing", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.format = "claim169"
			return e.verify(cmd.Context(), args[0], f)
		},
	}
	f.bind(cmd)
	return cmd
}
