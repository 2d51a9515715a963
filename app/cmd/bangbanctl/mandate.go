package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

// maxMandate bounds the text of a mandate: twice the longest code.
const maxMandate = 8 << 10

// mandateCommand gives mandates in training. They are judged with verify, acted on with voucher issue --mandate, and taken
// back with voucher void.
func (e *env) mandateCommand() *cobra.Command {
	group := &cobra.Command{Use: "mandate", Short: "Mandates: who may come for whom"}
	var f mandateFlags
	give := &cobra.Command{
		Use: "give", Short: "Give a mandate (training only)", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.mandateGive(cmd.Context(), f) },
	}
	fl := give.Flags()
	fl.StringVar(&f.principal, "reader", "", "reader with the card of the person who gives it")
	fl.StringVar(&f.helper, "helper", "", "reader with the helper's card")
	fl.StringArrayVar(&f.scopes, "scope", nil, "code of a purpose that the helper may ask for; may be repeated")
	fl.IntVar(&f.days, "days", 31, "how long: 1, 31, 182 or 365")
	fl.Uint64Var(&f.uses, "uses", 1, "how often")
	fl.StringVar(&f.relation, "relation", "child", strings.Join(desk.Relations(), ", "))
	fl.StringVar(&f.out, "out", "", "folder for the PDF and the text of the code")
	fl.StringVar(&f.lang, "person-lang", "zh-Hans", "language of the paper")
	fl.DurationVar(&f.timeout, "timeout", 20*time.Second, "how long to wait for each card")
	group.AddCommand(give)
	return group
}

type mandateFlags struct {
	principal, helper, relation, out, lang string
	scopes                                 []string
	days                                   int
	uses                                   uint64
	timeout                                time.Duration
}

func (e *env) mandateGive(ctx context.Context, f mandateFlags) error {
	switch {
	case !e.training:
		return usagef("a real counter gives mandates only in the window: it takes both people and the person's own Yes, the helper aside")
	case f.principal == "" || f.helper == "" || len(f.scopes) == 0 || f.out == "":
		return usagef("mandate give wants --reader, --helper, --scope and --out DIR")
	}
	principal, err := e.readCard(ctx, cardFlags{reader: f.principal, timeout: f.timeout})
	if err != nil {
		return err
	}
	defer principal.Document.Wipe()
	helper, err := e.readCard(ctx, cardFlags{reader: f.helper, timeout: f.timeout})
	if err != nil {
		return err
	}
	defer helper.Document.Wipe()
	began := time.Now()
	var out issueOut
	err = e.withStation(ctx, func(s *station.Station) error {
		g := station.Giving{Principal: principal.Document, Helper: helper.Document, Lang: f.lang,
			Terms: desk.MandateTerms{Scopes: f.scopes, Days: f.days, Uses: f.uses, Relation: f.relation}}
		return s.GiveTraining(ctx, g, func(paper *flow.Paper) error {
			out = issueOut{Serial: paper.Serial, PDF: filepath.Join(f.out, paper.Serial+".pdf"), Text: filepath.Join(f.out, paper.Serial+".txt")}
			return writePaper(f.out, out, paper.PDF, paper.Text, "")
		})
	})
	if err != nil {
		return err
	}
	out.MS = time.Since(began).Milliseconds()
	return e.print(out, func(w io.Writer) { fmt.Fprintf(w, "%s\n%s\n%s\n", out.Serial, out.PDF, out.Text) })
}
