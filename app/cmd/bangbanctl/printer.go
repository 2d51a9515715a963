package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) printerCommand() *cobra.Command {
	group := &cobra.Command{Use: "printer", Short: "Printers of this counter"}
	group.AddCommand(e.printerListCommand(), e.printerUseCommand())
	return group
}

// printerOut is the shape of printer list --json, one line a printer.
type printerOut struct {
	Name   string   `json:"name"`
	Chosen bool     `json:"chosen"`          // for everything that has no printer of its own
	For    []string `json:"for,omitempty"`   // kinds of sheets that it was chosen for
	Code   string   `json:"code,omitempty"`  // why it cannot print now
	Media  []string `json:"media,omitempty"` // sizes of paper, PWG 5101.1
	Copies int      `json:"max_copies,omitempty"`
	Keeps  bool     `json:"keeps_files,omitempty"` // documents lie on the disk after they were printed
}

func (e *env) printerListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the printers, what each can do, and what each is for", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				rows, err := s.Printers(cmd.Context())
				if err != nil {
					return err
				}
				for _, r := range rows {
					out := printerOut{r.Name, r.Chosen, r.For, r.Code, r.Media, r.Copies, r.Keeps}
					if err := e.print(out, func(w io.Writer) { printerWords(w, out) }); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func printerWords(w io.Writer, p printerOut) {
	said := []string{"ready"}
	if p.Code != "" {
		said = []string{p.Code}
	}
	if p.Chosen {
		said = append(said, "prints everything")
	}
	if len(p.For) > 0 {
		said = append(said, "prints each "+strings.Join(p.For, " and "))
	}
	if len(p.Media) > 0 {
		said = append(said, "paper "+strings.Join(p.Media[:min(len(p.Media), 4)], " "))
	}
	if p.Keeps {
		said = append(said, "keeps files on the disk")
	}
	fmt.Fprintf(w, "%s\t%s\n", p.Name, strings.Join(said, ", "))
}

func (e *env) printerUseCommand() *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use: "use NAME|-", Short: "Choose the printer, for everything or for one kind of sheet; - takes the choice back", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if kind != "" && !slices.Contains(station.PrinterKinds(), kind) {
				return usagef("--for is one of %s", strings.Join(station.PrinterKinds(), ", "))
			}
			name := args[0]
			if name == "-" {
				name = ""
			}
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				if kind == "" {
					return s.ChoosePrinter(cmd.Context(), name)
				}
				return s.ChoosePrinterFor(cmd.Context(), kind, name)
			})
		},
	}
	cmd.Flags().StringVar(&kind, "for", "", strings.Join(station.PrinterKinds(), ", ")+"; without it, everything that has no printer of its own")
	return cmd
}
