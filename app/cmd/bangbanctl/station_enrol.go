package main

import (
	"fmt"
	"io"

	"bangban/app/station"

	"github.com/spf13/cobra"
)

// stationEnrol hands the counter's request in at a gateway and takes the answer in: the first time after station init,
// later to renew.
func (e *env) stationEnrol() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use: "enrol", Short: "Hand the request in over the network and take the answer in", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withHalf(cmd.Context(), func(s *station.Station) error {
				if err := s.EnrolOnline(cmd.Context(), url); err != nil {
					return err
				}
				out, err := s.Show(cmd.Context())
				if err != nil {
					return err
				}
				return e.print(ordered{{"station", out.Station}, {"serials_left", out.Serials}, {"key_ends", out.KeyEnds}}, func(w io.Writer) {
					fmt.Fprintf(w, "%s may sign %d vouchers until %s\n", out.Station, out.Serials, out.KeyEnds)
				})
			})
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "gateway, https://HOST[:PORT]; the bundle's where left out")
	return cmd
}
