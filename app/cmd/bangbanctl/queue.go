package main

import (
	"context"
	"fmt"
	"io"

	"bangban/app/queue"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) queueCommand() *cobra.Command {
	group := &cobra.Command{Use: "queue", Short: "Sealed parcels that wait for the back office"}
	group.AddCommand(&cobra.Command{
		Use: "list", Short: "List the parcels", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				rows, err := s.Parcels(cmd.Context())
				if err != nil {
					return err
				}
				for _, r := range rows {
					if err := e.print(r, func(w io.Writer) {
						fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%d B\t%d tries %s\n", r.Seq, r.ID, r.Kind, r.Day, r.State, r.Size, r.Attempts, r.Reason)
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}, &cobra.Command{
		Use: "stats", Short: "Count the parcels", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error { return e.queueStats(cmd.Context(), s) })
		},
	}, &cobra.Command{
		Use: "deliver", Short: "Send what waits through the sinks of the bundle", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				sent, err := s.SendNow(cmd.Context())
				if err != nil {
					return err
				}
				return e.print(map[string]int{"parcels": sent}, func(w io.Writer) { fmt.Fprintf(w, "%d parcels\n", sent) })
			})
		},
	}, &cobra.Command{
		Use: "export DIR", Short: "Write what waits to a folder, to be carried", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				carried, err := s.Export(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return e.print(map[string]int{"parcels": carried}, func(w io.Writer) { fmt.Fprintf(w, "%d parcels to %s\n", carried, args[0]) })
			})
		},
	}, &cobra.Command{
		Use: "carry DIR", Short: "Bring another counter's stick to the gateway; its receipts are written beside it", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withStation(cmd.Context(), func(s *station.Station) error { return e.queueCarry(cmd.Context(), s, args[0]) })
		},
	}, &cobra.Command{
		Use: "receipts DIR", Short: "Take in receipts; parcels whose receipt verifies are purged", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withStation(cmd.Context(), func(s *station.Station) error { return e.queueReceipts(cmd.Context(), s, args[0]) })
		},
	})
	return group
}

// queueStats prints the total, a count a state (also those that are none) and the kinds.
func (e *env) queueStats(ctx context.Context, s *station.Station) error {
	st, err := s.QueueStats(ctx)
	if err != nil {
		return err
	}
	out := ordered{{"total", st.Total}}
	for _, state := range queue.States() {
		out = append(out, field{state.String(), st.States[state]})
	}
	out = append(out, field{"kinds", st.Kinds})
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "total\t%d\n", st.Total)
		for _, state := range queue.States() {
			fmt.Fprintf(w, "%s\t%d\n", state, st.States[state])
		}
	})
}

// queueCarry says what became of each file; one that the gateway could not open makes the exit 1.
func (e *env) queueCarry(ctx context.Context, s *station.Station, dir string) error {
	sum, err := s.CarryStick(ctx, dir)
	if err != nil {
		return err
	}
	if err := e.print(sum, func(w io.Writer) {
		fmt.Fprintf(w, "%d files: %d parcels taken, %d refused, %d files that the gateway cannot open\n", sum.Files, sum.Taken, sum.Refused, len(sum.Unsealed))
	}); err != nil {
		return err
	}
	if sum.Refused > 0 || len(sum.Unsealed) > 0 {
		return exit(exitFailure)
	}
	return nil
}

// queueReceipts takes receipts in. One that names another hash is a fork: nothing is purged by it and the exit is 1.
func (e *env) queueReceipts(ctx context.Context, s *station.Station, dir string) error {
	sum, err := s.Receipts(ctx, dir)
	if err != nil {
		return err
	}
	if err := e.print(sum, func(w io.Writer) {
		fmt.Fprintf(w, "%d receipts: %d purged, %d known before, %d refused, %d forks\n", sum.Total, sum.Purged, sum.Known, sum.Refused, sum.Forks)
		if sum.Answers > 0 {
			fmt.Fprintf(w, "%d answers to what people asked\n", sum.Answers)
		}
	}); err != nil {
		return err
	}
	if sum.Refused > 0 || sum.Forks > 0 {
		return exit(exitFailure)
	}
	return nil
}
