package main

import (
	"context"
	"fmt"
	"io"

	"bangban/app/queue"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

// subjectFlags are what subject ask takes.
type subjectFlags struct {
	issueFlags // how the card is read, --card and --from alone
	ask, text  string
	clerk      string
	clerkPIN   string
	clerkCard  bool
}

func (e *env) subjectCommand() *cobra.Command {
	group := &cobra.Command{Use: "subject", Short: "What people ask about their own data: what is held, correct it, erase it"}
	group.AddCommand(e.subjectAsk(), &cobra.Command{
		Use: "list", Short: "List the requests made here: numbers and days, no names", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				rows, err := s.Subjects(cmd.Context())
				if err != nil {
					return err
				}
				for _, r := range rows {
					if err := e.print(r, func(w io.Writer) {
						state := "not answered yet"
						switch {
						case r.Given:
							state = "answered " + r.Answered + ", handed over"
						case r.Answered != "":
							state = "answered " + r.Answered
						}
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Day, r.State, state)
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}, e.subjectShow())
	return group
}

func (e *env) subjectAsk() *cobra.Command {
	var f subjectFlags
	cmd := &cobra.Command{
		Use: "ask", Short: "Queue a person's request; prints the number and the code for their slip", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.ask(cmd.Context(), f) },
	}
	f.bind(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.ask, "ask", queue.AskHold, "hold, correct or erase")
	fl.StringVar(&f.text, "text", "", "what is wrong, or what it is about; - reads one line of standard input")
	fl.BoolVar(&f.card, "card", false, "read the person's card")
	fl.StringVar(&f.from, "from", "", "what card read --json printed, or -; in training")
	fl.StringVar(&f.clerk, "clerk", "", "id of the clerk; in training 01")
	fl.StringVar(&f.clerkPIN, "clerk-pin", "", "the clerk's PIN, or the PIN of their card: - reads one line of standard input")
	fl.BoolVar(&f.clerkCard, "clerk-card", false, "the clerk's card lies on a reader; --clerk-pin is its own")
	return cmd
}

func (e *env) ask(ctx context.Context, f subjectFlags) (err error) {
	switch {
	case f.ask != queue.AskHold && f.ask != queue.AskCorrect && f.ask != queue.AskErase:
		return usagef("--ask is hold, correct or erase")
	case f.ask == queue.AskCorrect && f.text == "":
		return usagef("--ask correct wants --text: what is wrong")
	case f.card == (f.from != ""):
		return usagef("subject ask wants --card or --from FILE: who asks is identified as for a voucher")
	case f.from != "" && !e.training:
		return usagef("--from is for training; a real counter reads the card")
	case !e.training && (f.clerk == "" || f.clerkPIN != "-"):
		return usagef("subject ask wants --clerk ID and --clerk-pin -")
	}
	pin := []byte{}
	if f.clerkPIN == "-" {
		line, err := readLine(e.in)
		if err != nil {
			return err
		}
		pin = []byte(line)
	}
	defer clear(pin)
	if f.text == "-" {
		if f.text, err = readLine(e.in); err != nil {
			return err
		}
	}
	doc, err := e.issueDocument(ctx, f.issueFlags)
	if err != nil {
		return err
	}
	defer doc.Wipe()
	var slip station.SubjectSlip
	err = e.withStation(ctx, func(s *station.Station) error {
		if f.clerk != "" {
			var proof station.Proof = station.PIN(pin)
			if f.clerkCard {
				proof = station.Card{PIN: pin}
			}
			if _, err := s.Login(ctx, f.clerk, proof); err != nil {
				return err
			}
		}
		slip, err = s.Ask(ctx, station.SubjectRequest{Ask: f.ask, Document: doc, Text: f.text})
		return err
	})
	if err != nil {
		return err
	}
	return e.print(ordered{{"number", slip.Number}, {"code", slip.Code}}, func(w io.Writer) {
		fmt.Fprintf(w, "number\t%s\ncode\t%s\n", slip.Number, slip.Code)
	})
}

func (e *env) subjectShow() *cobra.Command {
	var code string
	var given bool
	cmd := &cobra.Command{
		Use: "show NUMBER", Short: "Open the answer with the code on the person's slip", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if code == "" {
				return usagef("subject show wants --code -, the code on the person's slip")
			}
			typed := code
			if code == "-" {
				var err error
				if typed, err = readLine(e.in); err != nil {
					return err
				}
			}
			var a queue.AnswerText
			err := e.withStation(cmd.Context(), func(s *station.Station) (err error) {
				if a, err = s.SubjectAnswer(cmd.Context(), args[0], typed); err != nil || !given {
					return err
				}
				return s.SubjectGiven(cmd.Context(), args[0])
			})
			if err != nil {
				return err
			}
			return e.print(ordered{{"number", args[0]}, {"result", a.Result}, {"text", a.Text}}, func(w io.Writer) { fmt.Fprintf(w, "%s\n%s\n", a.Result, a.Text) })
		},
	}
	cmd.Flags().StringVar(&code, "code", "", "the code; - reads one line of standard input")
	cmd.Flags().BoolVar(&given, "given", false, "the person has it: the counter forgets the answer")
	return cmd
}
