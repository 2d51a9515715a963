package main

import (
	"fmt"
	"io"

	"bangban/app/station"
	"bangban/cardreader"

	"github.com/spf13/cobra"
)

// proofFlags are how somebody proves who they are: a PIN, or a card on a reader and its PIN.
type proofFlags struct {
	pin  string
	card bool
}

func (f *proofFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.pin, "pin", "", "the PIN, of this counter or with --card of the card: - reads one line of standard input")
	cmd.Flags().BoolVar(&f.card, "card", false, "prove it by the card on a reader instead")
}

// read takes the PIN from where it is said to be. wipe overwrites it.
func (e *env) proof(f proofFlags) (p station.Proof, wipe func(), err error) {
	secret, err := e.secret(cardreader.PIN, f.pin)
	if err != nil {
		return nil, func() {}, err
	}
	raw := []byte(secret)
	wipe = func() { clear(raw) }
	if f.card {
		return station.Card{PIN: raw}, wipe, nil
	}
	return station.PIN(raw), wipe, nil
}

// cardStaff writes the certificate of a staff card to a file, for the institution's roster. It takes no PIN.
func (e *env) cardStaff() *cobra.Command {
	var reader, out string
	cmd := &cobra.Command{
		Use: "staff", Short: "Write the certificate of a member of staff's card to a file, for the roster", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usagef("card staff wants --out FILE")
			}
			cards, err := e.openCards(cmd.Context())
			if err != nil {
				return err
			}
			found, err := cards.StaffCertificate(cmd.Context(), reader)
			if err != nil {
				return err
			}
			if err := writeNew(out, found.PEM, 0o644); err != nil {
				return err
			}
			return e.print(ordered{{"certificate", out}, {"reader", found.Reader}, {"key", found.Key}}, func(w io.Writer) {
				fmt.Fprintf(w, "%s: the card on %s, key %s\n", out, found.Reader, found.Key)
			})
		},
	}
	cmd.Flags().StringVar(&reader, "reader", "", "name of the reader; without it the only one that holds such a card")
	cmd.Flags().StringVar(&out, "out", "", "file for the certificate (PEM)")
	return cmd
}

// clerkForget takes a clerk's cards away from this counter.
func (e *env) clerkForget() *cobra.Command {
	var by string
	var f proofFlags
	cmd := &cobra.Command{
		Use: "forget-card ID", Short: "Take the lost card of a clerk away from this counter, as a supervisor", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if by == "" || f.pin == "" {
				return usagef("clerk forget-card wants --by SUPERVISOR and --pin - (one line on standard input)")
			}
			proof, wipe, err := e.proof(f)
			if err != nil {
				return err
			}
			defer wipe()
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				who, err := s.RemoveCards(cmd.Context(), by, proof, args[0])
				if err != nil {
					return err
				}
				return e.print(ordered{{"id", args[0]}, {"by", who.ID}}, func(w io.Writer) {
					fmt.Fprintf(w, "no card of %s opens this counter any more, by %s; everywhere, the next bundle does it\n", args[0], who.ID)
				})
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "id of the supervisor")
	f.bind(cmd)
	return cmd
}

// clerkAdd lets a clerk's card open this counter, beside the PIN that the clerk has.
func (e *env) clerkAdd() *cobra.Command {
	var pin, cardPIN string
	cmd := &cobra.Command{
		Use: "add-card ID", Short: "Let a clerk's card on a reader open this counter, beside their PIN", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if pin == "" || cardPIN == "" {
				return usagef("clerk add-card wants --pin - and --card-pin -: two lines on standard input, the PIN of this counter and the card's")
			}
			var both [2][]byte
			for i, value := range []string{pin, cardPIN} {
				secret, err := e.secret(cardreader.PIN, value)
				if err != nil {
					return err
				}
				both[i] = []byte(secret)
				defer clear(both[i])
			}
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				c, err := s.Login(cmd.Context(), args[0], station.AddCard{PIN: both[0], Card: station.Card{PIN: both[1]}})
				if err != nil {
					return err
				}
				s.Lock()
				return e.print(ordered{{"id", c.ID}}, func(w io.Writer) { fmt.Fprintf(w, "the card of %s opens this counter now\n", c.ID) })
			})
		},
	}
	cmd.Flags().StringVar(&pin, "pin", "", "the PIN of this counter: - reads one line of standard input")
	cmd.Flags().StringVar(&cardPIN, "card-pin", "", "the card's PIN: - reads the next line of standard input")
	return cmd
}
