package main

import (
	"errors"
	"fmt"
	"io"

	"bangban/app/bundle"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) stationCommand() *cobra.Command {
	group := &cobra.Command{Use: "station", Short: "This counter"}
	group.AddCommand(e.stationInit(), e.stationImport(), e.stationEnrol(), e.stationRotate(), e.stationShow(), e.stationMove())
	return group
}

func (e *env) stationShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show names, ends and certificates", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				out, err := s.Show(cmd.Context())
				if err != nil {
					return err
				}
				return e.print(out, func(w io.Writer) { stationLines(w, out) })
			})
		},
	}
}

func stationLines(w io.Writer, out station.Show) {
	fmt.Fprintf(w, "station %s of %s\n", out.Station, out.Issuer)
	if out.KeyEnds == "" {
		fmt.Fprintf(w, "%s, set up; the institution's answer is awaited\n", out.Key)
	} else {
		fmt.Fprintf(w, "%s, %d serials left, until %s (%s left)\n", out.Key, out.Serials, out.KeyEnds, or(out.KeyLeft, "nothing"))
	}
	fmt.Fprintf(w, "station identity: %s\n", out.IdentityKey)
	if out.Renew && out.KeyEnds != "" {
		fmt.Fprintln(w, "hand in a request: bangbanctl station rotate --out FILE")
	}
	fmt.Fprintf(w, "bundle %d, until %s: %s\n", out.Bundle, out.BundleEnds, out.Standing)
	fmt.Fprint(w, out.Certificate, out.Identity, out.Institution)
}

func (e *env) stationInit() *cobra.Command {
	var file, print, name, code, out string
	var at keyFlags
	cmd := &cobra.Command{
		Use: "init", Short: "Set a real counter up with the institution's bundle and the enrolment letter", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.training {
				return usagef("station init makes a real counter; a training one makes itself at its first start")
			}
			if e.data == "" || file == "" || print == "" || name == "" || code == "" || out == "" {
				return usagef("station init wants --data DIR, --bundle FILE, --fingerprint \"12 GROUPS\", --station NAME, --code - and --out FILE for the request")
			}
			if code != "-" {
				return usagef("the code of the letter comes by --code - (one line on standard input)")
			}
			secret, err := readLine(e.in)
			if err != nil {
				return err
			}
			b, err := e.readInput(file, bundle.MaxFile)
			if err != nil {
				return err
			}
			o, err := e.working()
			if err != nil {
				return err
			}
			u := station.Setup{Bundle: b, Fingerprint: print, Station: name, Code: secret}
			if u.Key, u.Identity, u.PIN, err = e.keyPlaces(at); err != nil {
				return err
			}
			defer clear(u.PIN)
			request, err := station.SetUp(cmd.Context(), o, u)
			if err != nil {
				return err
			}
			return e.handIn(name, out, request)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&file, "bundle", "", "the institution's bundle")
	fl.StringVar(&print, "fingerprint", "", "the 12 groups of the enrolment letter")
	fl.StringVar(&name, "station", "", "name of the counter in the letter")
	fl.StringVar(&code, "code", "", "one-time code of the letter: - reads one line of standard input")
	fl.StringVar(&out, "out", "", "file for the request to the institution")
	at.add(fl)
	return cmd
}

// handIn writes a request and says what to do with it.
func (e *env) handIn(name, out string, request []byte) error {
	if err := writeNew(out, request, 0o644); err != nil {
		return err
	}
	return e.print(ordered{{"station", name}, {"request", out}}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: hand %s in to the institution; then bangbanctl station import ANSWER\n", name, out)
	})
}

func (e *env) stationImport() *cobra.Command {
	return &cobra.Command{
		Use: "import ANSWER", Short: "Take the institution's answer in: delegation and certificates", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := e.readInput(args[0], 64<<10)
			if err != nil {
				return err
			}
			return e.withHalf(cmd.Context(), func(s *station.Station) error {
				if err := s.Import(cmd.Context(), file); err != nil {
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
}

func (e *env) stationRotate() *cobra.Command {
	var by, out string
	var f proofFlags
	cmd := &cobra.Command{
		Use: "rotate", Short: "Ask the institution for the next delegation; as a supervisor also for a new voucher key", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" || (by == "") != (f.pin == "") {
				return usagef("station rotate wants --out FILE for the request, and for a new voucher key --clerk SUPERVISOR and --pin -")
			}
			proof, wipe, err := e.proof(f)
			if err != nil {
				return err
			}
			defer wipe()
			return e.withHalf(cmd.Context(), func(s *station.Station) (err error) {
				var request []byte
				if by != "" {
					request, err = s.Rotate(cmd.Context(), by, proof)
				} else {
					request, err = s.Request()
				}
				show, serr := s.Show(cmd.Context())
				if err := errors.Join(err, serr); err != nil {
					return err
				}
				return e.handIn(show.Station, out, request)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file for the request to the institution")
	cmd.Flags().StringVar(&by, "clerk", "", "id of the supervisor")
	f.bind(cmd)
	return cmd
}
