package main

import (
	"fmt"
	"io"
	"strings"

	"bangban/app/bundle"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) bundleCommand() *cobra.Command {
	group := &cobra.Command{Use: "bundle", Short: "The signed file that makes a counter what it is"}
	group.AddCommand(e.bundleMake(), e.bundleSign(), e.bundleShow(), e.bundleImport(), e.bundleReturn())
	return group
}

func (e *env) bundleShow() *cobra.Command {
	var fingerprint string
	cmd := &cobra.Command{
		Use: "show FILE|current", Short: "Show what a bundle says, without its keys", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := e.looking()
			if err != nil {
				return err
			}
			var file []byte
			if args[0] != "current" {
				if file, err = e.readInput(args[0], bundle.MaxFile); err != nil {
					return err
				}
			}
			b, err := station.ShowBundle(o, file, fingerprint)
			if err != nil {
				return err
			}
			return e.print(b, func(w io.Writer) { bundleWords(w, b, or(e.lang, sentences)) })
		},
	}
	cmd.Flags().StringVar(&fingerprint, "fingerprint", "", "the 12 groups of the enrolment letter; without it, the institution of --data")
	return cmd
}

func bundleWords(w io.Writer, b *station.BundleShow, lang string) {
	fmt.Fprintf(w, "bundle %d of %s (%s)\nmade %s, until %s: %s\nfingerprint %s\n", b.Version, b.Name.In(lang), b.Issuer,
		b.MadeAt, b.NotAfter, b.Standing, b.Fingerprint)
	if b.Anchor == station.AnchorNone {
		fmt.Fprintln(w, "NOT COMPARED with anything: compare the fingerprint with the enrolment letter")
	}
	for _, p := range b.Purposes {
		fmt.Fprintf(w, "purpose\t%s\t%s\t%s\t%s\t%d uses\n", p.Code, p.Title.In(lang), p.Binding, p.Life, p.MaxUses)
	}
	for _, r := range b.Recipients {
		fmt.Fprintf(w, "recipient\t%s\t%s\n", r.ID, r.Name.In(lang))
	}
	for _, m := range b.Roster {
		roles := make([]string, len(m.Roles))
		for i, r := range m.Roles {
			roles[i] = string(r)
		}
		fmt.Fprintf(w, "clerk\t%s\t%s\n", m.ID, strings.Join(roles, ","))
		for _, key := range m.Cards {
			fmt.Fprintf(w, "card\t%s\t%s\n", m.ID, key)
		}
	}
	for _, l := range b.Lists {
		fmt.Fprintf(w, "list\t%s\t%s\t%d days old\n", l.Kind, l.Name, l.AgeDays)
	}
	for _, s := range b.Sinks {
		fmt.Fprintf(w, "sink\t%s\t%s\n", s.Kind, s.Address)
	}
	for _, d := range b.Differs {
		fmt.Fprintf(w, "differs\t%s\t%s\t%s\n", d.Part, d.Name, d.How)
	}
}
