package main

import (
	"fmt"
	"io"
	"time"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) readerCommand() *cobra.Command {
	group := &cobra.Command{Use: "reader", Short: "Card readers of this computer"}
	group.AddCommand(e.samFlag(&cobra.Command{
		Use: "list", Short: "List the readers and what lies on them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := e.looking()
			if err != nil {
				return err
			}
			cards, err := station.OpenCards(cmd.Context(), o)
			if err != nil {
				return err
			}
			rows, err := cards.List(cmd.Context())
			if err != nil && len(rows) == 0 {
				return err
			}
			return e.print(rows, func(w io.Writer) {
				for _, r := range rows {
					fmt.Fprintf(w, "%s\t%s\n", r.Name, r.State)
				}
			})
		},
	}))
	group.AddCommand(e.samFlag(&cobra.Command{
		Use: "watch", Short: "Report what happens at the readers until interrupted", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := e.looking()
			if err != nil {
				return err
			}
			cards, err := station.OpenCards(cmd.Context(), o)
			if err != nil {
				return err
			}
			events, err := cards.Watch(cmd.Context())
			if err != nil {
				return err
			}
			for ev := range events {
				row := readerEvent{At: ev.At.Format(time.RFC3339), Reader: ev.Reader, State: ev.Kind.String(), Count: ev.Count}
				if err := e.print(row, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\t%s\n", row.At, row.Reader, row.State) }); err != nil {
					return err
				}
			}
			return nil
		},
	}))
	return group
}

type readerEvent struct {
	At     string `json:"at"`
	Reader string `json:"reader,omitempty"`
	State  string `json:"state"`
	Count  uint32 `json:"count"`
}
