package main

import (
	"fmt"
	"io"
	"strings"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) clerkCommand() *cobra.Command {
	group := &cobra.Command{Use: "clerk", Short: "Who may log in at this counter"}
	group.AddCommand(e.clerkList(), e.clerkEnrol(), e.clerkUnlock(), e.clerkAdd(), e.clerkForget(), e.clerkCard())
	return group
}

func (e *env) clerkList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the roster and who is locked out", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				rows, err := s.Clerks(cmd.Context())
				if err != nil {
					return err
				}
				for _, r := range rows {
					if err := e.print(r, func(w io.Writer) { clerkWords(w, r) }); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func clerkWords(w io.Writer, r station.ClerkRow) {
	roles := make([]string, len(r.Roles))
	for i, role := range r.Roles {
		roles[i] = string(role)
	}
	fmt.Fprintf(w, "%s\t%s\t%s", r.ID, r.Name, strings.Join(roles, ","))
	if !r.Enrolled {
		fmt.Fprint(w, "\tno PIN here")
	}
	if r.Cards > 0 {
		fmt.Fprintf(w, "\tby card (%d)", r.Cards)
	}
	if r.Until != "" {
		fmt.Fprintf(w, "\tuntil %s", r.Until)
	}
	if r.Locked != "" {
		fmt.Fprintf(w, "\tlocked until %s", r.Locked)
	}
	fmt.Fprintln(w)
}

func (e *env) clerkUnlock() *cobra.Command {
	var by string
	var f proofFlags
	cmd := &cobra.Command{
		Use: "unlock ID", Short: "Lift a clerk's lockout, as a supervisor", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if by == "" || f.pin == "" {
				return usagef("clerk unlock wants --by SUPERVISOR and --pin - (one line on standard input)")
			}
			proof, wipe, err := e.proof(f)
			if err != nil {
				return err
			}
			defer wipe()
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				who, err := s.Lift(cmd.Context(), by, proof, args[0])
				if err != nil {
					return err
				}
				return e.print(ordered{{"id", args[0]}, {"by", who.ID}}, func(w io.Writer) {
					fmt.Fprintf(w, "%s may try again, lifted by %s\n", args[0], who.ID)
				})
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "id of the supervisor")
	f.bind(cmd)
	return cmd
}

func (e *env) clerkEnrol() *cobra.Command {
	var code string
	var f proofFlags
	cmd := &cobra.Command{
		Use: "enrol ID", Short: "Set a clerk's PIN, or with --card their card, with the code of their letter, once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if code != "-" || f.pin != "-" {
				return usagef("clerk enrol wants --code - and --pin -: two lines on standard input, the code of the letter and the new PIN (with --card the card's)")
			}
			letter, err := readLine(e.in)
			if err != nil {
				return err
			}
			proof, wipe, err := e.proof(f)
			if err != nil {
				return err
			}
			defer wipe()
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				c, err := s.Enrol(cmd.Context(), args[0], letter, proof)
				if err != nil {
					return err
				}
				return e.print(ordered{{"id", c.ID}}, func(w io.Writer) {
					way := "PIN"
					if f.card {
						way = "card"
					}
					fmt.Fprintf(w, "%s has a %s here now\n", c.ID, way)
				})
			})
		},
	}
	cmd.Flags().StringVar(&code, "code", "", "code of the letter: - reads the first line of standard input")
	cmd.Flags().StringVar(&f.pin, "pin", "", "the new PIN, at least six characters, or the card's: - reads the next line of standard input")
	cmd.Flags().BoolVar(&f.card, "card", false, "the card on a reader opens this counter from then on; no PIN is set")
	return cmd
}
