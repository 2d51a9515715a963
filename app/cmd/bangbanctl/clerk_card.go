package main

import (
	"fmt"
	"io"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

// clerkCard prints the clerk's page, or writes it as PDF.
func (e *env) clerkCard() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "card", Short: "Print the clerk's page in the language of --lang: one visit, the keys, what to do", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return e.withStation(cmd.Context(), func(s *station.Station) error { return s.PrintClerkCard(cmd.Context(), e.lang) })
			}
			return e.withView(cmd.Context(), func(s *station.Station) error {
				pdf, err := s.ClerkCard(e.lang)
				if err != nil {
					return err
				}
				if err := writeNew(out, pdf, 0o644); err != nil {
					return err
				}
				return e.print(ordered{{"pdf", out}}, func(w io.Writer) { fmt.Fprintln(w, out) })
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write a PDF file and print nothing")
	return cmd
}
