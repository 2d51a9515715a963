package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"bangban/app/flow"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

// voidOut is the shape of voucher void --json.
type voidOut struct {
	Serial string `json:"serial"`
	State  string `json:"state"`
	Parcel string `json:"parcel,omitempty"`
}

func (e *env) voucherVoidCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "void SERIAL|FILE|-", Short: "Take a voucher back that was handed over (training only)", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error { return e.voucherVoid(cmd.Context(), args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why: "+strings.Join(flow.TakeReasons(), ", "))
	return cmd
}

func (e *env) voucherVoid(ctx context.Context, name, reason string) error {
	switch {
	case !e.training:
		return usagef("a real counter takes papers back only in the window (F8): it takes a supervisor's own PIN")
	case !slices.Contains(flow.TakeReasons(), reason):
		return usagef("voucher void wants --reason, one of %s", strings.Join(flow.TakeReasons(), ", "))
	}
	what := name
	if name == "-" || !station.IsSerial(name) {
		b, err := e.readInput(name, maxPresented)
		if err != nil {
			return err
		}
		what = string(bytes.TrimSpace(b))
	}
	var out voidOut
	if err := e.withStation(ctx, func(s *station.Station) error {
		serial, parcel, err := s.VoidTraining(ctx, what, reason)
		out = voidOut{Serial: serial, State: "void", Parcel: parcel}
		return err
	}); err != nil {
		return err
	}
	return e.print(out, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\treceipt %s\n", out.Serial, out.State, out.Parcel) })
}

// notesOut is the shape of voucher notes --json.
type notesOut struct {
	Written int `json:"written"` // papers that this counter's note names
	New     int `json:"new"`     // papers of neighbours that were not known before
	Refused int `json:"refused"` // notes that cannot be relied on
}

func (e *env) voucherNotesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "notes DIR", Short: "Tell neighbours, by a stick, which papers were taken back, and take their notes in", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out notesOut
			if err := e.withStation(cmd.Context(), func(s *station.Station) (err error) {
				if out.New, out.Refused, err = s.TakeVoids(cmd.Context(), args[0]); err == nil {
					out.Written, err = s.WriteVoids(cmd.Context(), args[0])
				}
				return err
			}); err != nil {
				return err
			}
			return e.print(out, func(w io.Writer) {
				fmt.Fprintf(w, "%d papers written, %d of neighbours are new, %d notes refused\n", out.Written, out.New, out.Refused)
			})
		},
	}
}
