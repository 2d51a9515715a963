package main

import (
	"fmt"
	"io"
	"time"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/locales"

	"github.com/spf13/cobra"
)

// finding is one part as doctor prints it.
type finding struct {
	desk.Probe
	Level string `json:"level"` // "good", "warn", "stop"; "unknown": nobody asked
	Says  string `json:"says,omitempty"`
	Fix   string `json:"fix,omitempty"`
}

// doctorOut is the shape of doctor --json.
type doctorOut struct {
	At     string    `json:"at"`
	Good   bool      `json:"good"` // nothing stops
	Probes []finding `json:"probes"`
}

var levelNames = [...]string{desk.LevelUnknown: "unknown", desk.LevelGood: "good", desk.LevelWarn: "warn", desk.LevelStop: "stop"}

func (e *env) doctorCommand() *cobra.Command {
	return e.samFlag(&cobra.Command{
		Use: "doctor", Short: "Say how every part of this counter feels, and what to do", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := e.looking()
			if err != nil {
				return err
			}
			if !o.At.IsZero() { // the moment that is asked about is the computer's
				at := o.At
				o.Now = func() time.Time { return at }
			}
			h, err := station.Examine(cmd.Context(), o)
			if err != nil {
				return err
			}
			words, err := locales.Open(or(e.lang, sentences))
			if err != nil {
				return err
			}
			out := doctorOut{At: h.At.UTC().Format(time.RFC3339), Good: true}
			for _, p := range h.Probes {
				out.Good = out.Good && p.Level != desk.LevelStop
				out.Probes = append(out.Probes, find(words, p))
			}
			if err := e.print(out, func(w io.Writer) { doctorWords(w, out) }); err != nil {
				return err
			}
			if !out.Good {
				return exit(exitFailure)
			}
			return nil
		},
	})
}

// find puts a probe into words. Where the part said itself what ails it, its own words are the better ones.
func find(c *locales.Catalog, p desk.Probe) finding {
	f := finding{Probe: p, Level: levelNames[p.Level]}
	switch {
	case p.Level == desk.LevelUnknown:
		return f
	case p.Code == "":
		f.Says = c.T("health.ok")
		return f
	}
	f.Says = c.T("health."+p.Code, p.Args)
	if c.Has("hint." + p.Code) {
		f.Fix = c.T("hint."+p.Code, p.Args)
	}
	if cause := p.Args["Cause"]; cause != "" && cause != desk.CodeInternal && c.Has("error."+cause) {
		f.Says += ": " + c.T("error."+cause, p.Args)
		f.Fix = c.T("hint."+cause, p.Args)
	}
	return f
}

func doctorWords(w io.Writer, out doctorOut) {
	for _, f := range out.Probes {
		if f.Level == levelNames[desk.LevelUnknown] {
			continue
		}
		fmt.Fprintf(w, "%-5s %-8s %s\n", f.Level, f.Name, f.Says)
		if f.Fix != "" {
			fmt.Fprintf(w, "      %-8s → %s\n", "", f.Fix)
		}
	}
}
