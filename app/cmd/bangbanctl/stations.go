package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"bangban/app/inbox"

	"github.com/spf13/cobra"
)

// silentAfter is how long a counter may send nothing before it is called silent: a long weekend.
const silentAfter = 72 * time.Hour

// What may be said of a station in the inbox.
const (
	stationCurrent = "current"
	stationCloned  = "cloned"  // its journal did not continue the one that is held: a copy of its disk is at work
	stationForked  = "forked"  // sent two parcels under one number
	stationMissing = "missing" // a number below the highest one is not here
	stationBehind  = "behind"  // a checkpoint counts more parcels than came
	stationSilent  = "silent"  // the newest parcel is old
)

// stationRow is one line of inbox stations --json.
type stationRow struct {
	inbox.Row
	States []string `json:"states"`
}

func (e *env) inboxStations() *cobra.Command {
	var dir string
	var silent time.Duration
	cmd := &cobra.Command{
		Use: "stations", Short: "Say of every counter whether its parcels are all here", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				if !e.training {
					return usagef("inbox stations wants --to DIR, where the inbox lies")
				}
				var err error
				if dir, err = e.dir(); err != nil {
					return err
				}
			}
			if silent <= 0 {
				return usagef("--silent wants how long a counter may send nothing: 72h")
			}
			return e.stations(cmd.Context(), dir, silent)
		},
	}
	cmd.Flags().StringVar(&dir, "to", "", "folder of the inbox, lite:FILE or a PostgreSQL URL; in training the data folder")
	cmd.Flags().DurationVar(&silent, "silent", silentAfter, "how old the newest parcel may be")
	return cmd
}

func (e *env) stations(ctx context.Context, dir string, silent time.Duration) (err error) {
	now, err := e.clock()
	if err != nil {
		return err
	}
	store, err := openStore(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	rows, err := store.Stations(ctx)
	if err != nil {
		return err
	}
	for i, r := range rows {
		row := stationRow{Row: r}
		// A counter that was set up again goes on in its newest epoch; an older one is never heard of again.
		last := i+1 == len(rows) || rows[i+1].Station != r.Station
		row.States = statesOf(row, last, now(), silent)
		if err := e.print(row, func(w io.Writer) { stationWords(w, row) }); err != nil {
			return err
		}
	}
	return nil
}

func stationWords(w io.Writer, r stationRow) {
	fmt.Fprintf(w, "%s/%d\t%s\t%d parcels\tto %d\tnewest %s", r.Station, r.Epoch, strings.Join(r.States, ","), r.Parcels, r.Highest, or(r.Newest, "none"))
	if len(r.Missing) > 0 {
		fmt.Fprintf(w, "\tnot here: %s", strings.Trim(fmt.Sprint(r.Missing), "[]"))
		if len(r.Missing) == inbox.MaxMissing {
			fmt.Fprint(w, " …")
		}
	}
	fmt.Fprintln(w)
}

func statesOf(r stationRow, last bool, now time.Time, silent time.Duration) (states []string) {
	if r.Unproven > 0 {
		states = append(states, stationCloned)
	}
	if r.Forks > 0 {
		states = append(states, stationForked)
	}
	if len(r.Missing) > 0 && r.Missing[0] < r.Highest {
		states = append(states, stationMissing)
	}
	if r.Counted > r.Highest {
		states = append(states, stationBehind)
	}
	day, err := time.ParseInLocation(time.DateOnly, r.Newest, now.Location())
	if last && (err != nil || now.Sub(day.Add(24*time.Hour)) > silent) { // the day has no hour: it counts from its end
		states = append(states, stationSilent)
	}
	if len(states) == 0 {
		states = []string{stationCurrent}
	}
	return states
}
