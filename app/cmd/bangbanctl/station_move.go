package main

import (
	"fmt"
	"io"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) stationMove() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use: "move", Short: "Move this counter to another folder: a stick, a new computer. The old folder then never works again", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return usagef("station move wants --to DIR, a folder that does not exist yet")
			}
			o, err := e.working()
			if err != nil {
				return err
			}
			if err := station.Move(cmd.Context(), o, to); err != nil {
				return err
			}
			return e.print(ordered{{"moved", to}}, func(w io.Writer) {
				fmt.Fprintf(w, "moved to %s; %s will not open again\n", to, o.Dir)
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the folder to move to")
	return cmd
}
