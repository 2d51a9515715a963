package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

// bundleMake turns bundle.json into a draft, on any computer: no key is needed.
func (e *env) bundleMake() *cobra.Command {
	var from, out string
	cmd := &cobra.Command{
		Use: "make", Short: "Make a draft of bundle.json and the lists beside it", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(*cobra.Command, []string) error {
			if from == "" || out == "" {
				return usagef("bundle make wants --from DIR, where %s lies, and --out FILE", bundle.SourceName)
			}
			if filepath.Base(from) == bundle.SourceName {
				from = filepath.Dir(from)
			}
			now, err := e.clock()
			if err != nil {
				return err
			}
			b, err := bundle.Read(os.DirFS(from), now())
			if err != nil {
				return &desk.Error{Op: "bundle.make", Code: "bundle-source", Args: map[string]string{"Dir": from, "Why": err.Error()}, Err: err}
			}
			draft, err := bundle.EncodeDraft(b)
			if err != nil {
				return err
			}
			if err := writeNew(out, draft, 0o600); err != nil {
				return err
			}
			sum := ordered{{"draft", out}, {"purposes", len(b.Purposes)}, {"recipients", len(b.Recipients)}, {"roster", len(b.Roster)},
				{"lists", len(b.Lists)}, {"not_after", b.NotAfter.Format(time.RFC3339)}}
			return e.print(sum, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d purposes, %d recipients, %d of staff, %d lists, until %s; not signed yet\n", out,
					len(b.Purposes), len(b.Recipients), len(b.Roster), len(b.Lists), b.NotAfter.Format(time.RFC3339))
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "folder with "+bundle.SourceName)
	cmd.Flags().StringVar(&out, "out", "", "file for the draft")
	return cmd
}

// bundleSign signs a draft where the institution's keys are.
func (e *env) bundleSign() *cobra.Command {
	var key, out, pass string
	cmd := &cobra.Command{
		Use: "sign DRAFT", Short: "Sign a draft with the institution's bundle key", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if key == "" || out == "" {
				return usagef("bundle sign wants --key DIR, the institution's folder, and --out FILE")
			}
			file, err := e.readInput(args[0], bundle.MaxFile)
			if err != nil {
				return err
			}
			b, err := bundle.DecodeDraft(file)
			if err != nil {
				return &desk.Error{Op: "bundle.sign", Code: "bundle-not-draft", Args: map[string]string{"File": args[0]}, Err: err}
			}
			i, err := e.openInstitution("bundle.sign", key, pass)
			if err != nil {
				return err
			}
			signed, err := i.SignBundle(b)
			if err != nil {
				return &desk.Error{Op: "bundle.sign", Code: "bundle-not-signed", Args: map[string]string{"Why": err.Error()}, Err: err}
			}
			if err := writeNew(out, signed, 0o644); err != nil {
				return err
			}
			opened, err := bundle.Open(signed, bundle.Anchor{Root: i.Root().Raw})
			if err != nil {
				return err
			}
			print := i.Fingerprint()
			return e.print(ordered{{"bundle", out}, {"version", opened.Version}, {"fingerprint", print}}, func(w io.Writer) {
				fmt.Fprintf(w, "%s: version %d\nfingerprint %s\n", out, opened.Version, print)
			})
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the institution's folder")
	cmd.Flags().StringVar(&out, "out", "", "file for the bundle")
	cmd.Flags().StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

// withHalf opens a real counter, also one that awaits the institution's answer.
func (e *env) withHalf(ctx context.Context, f func(*station.Station) error) (err error) {
	o, err := e.working()
	if err != nil {
		return err
	}
	o.Awaiting = true
	s, err := station.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(s)
}

func (e *env) bundleImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Put a newer bundle of the same institution into force", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := e.readInput(args[0], bundle.MaxFile)
			if err != nil {
				return err
			}
			return e.withHalf(cmd.Context(), func(s *station.Station) error {
				b, err := s.AcceptBundle(cmd.Context(), file)
				if err != nil {
					return err
				}
				return e.inForce(b)
			})
		},
	}
}

func (e *env) bundleReturn() *cobra.Command {
	var by string
	var f proofFlags
	cmd := &cobra.Command{
		Use: "return", Short: "Go back to the bundle before, as a supervisor", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if by == "" || f.pin == "" {
				return usagef("bundle return wants --clerk SUPERVISOR and --pin - (one line on standard input)")
			}
			proof, wipe, err := e.proof(f)
			if err != nil {
				return err
			}
			defer wipe()
			return e.withStation(cmd.Context(), func(s *station.Station) error {
				b, err := s.ReturnBundle(cmd.Context(), by, proof)
				if err != nil {
					return err
				}
				return e.inForce(b)
			})
		},
	}
	cmd.Flags().StringVar(&by, "clerk", "", "id of the supervisor")
	f.bind(cmd)
	return cmd
}

func (e *env) inForce(b *bundle.Opened) error {
	until := b.NotAfter.Format(time.RFC3339)
	return e.print(ordered{{"version", b.Version}, {"not_after", until}}, func(w io.Writer) {
		fmt.Fprintf(w, "bundle %d is in force, until %s\n", b.Version, until)
	})
}

// institutionEnrol writes enrolment letters.
func (e *env) institutionEnrol() *cobra.Command {
	var st, clerk, out string
	cmd := &cobra.Command{
		Use: "enrol DIR", Short: "Write the enrolment letter of a counter or of a clerk", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if (st == "") == (clerk == "") {
				return usagef("institution enrol wants --station NAME or --clerk ID")
			}
			i, err := e.openInstitution("institution.enrol", args[0], "")
			if err != nil {
				return err
			}
			var l *institution.Letter
			if st != "" {
				l, err = i.Enrol(st)
			} else {
				l, err = i.EnrolClerk(clerk)
			}
			if err != nil {
				return &desk.Error{Op: "institution.enrol", Code: "institution-not-enrolled", Args: map[string]string{"Name": st + clerk}, Err: err}
			}
			if out != "" {
				text := new(letterText)
				if err := e.letter(text, l); err != nil {
					return err
				}
				return writeNew(out, text.b, 0o600)
			}
			if e.json {
				return e.print(l, nil)
			}
			return e.letter(e.out, l)
		},
	}
	cmd.Flags().StringVar(&st, "station", "", "name of the counter, first part of its serials")
	cmd.Flags().StringVar(&clerk, "clerk", "", "id of the member of staff, as on the roster")
	cmd.Flags().StringVar(&out, "out", "", "file for the letter; without it, standard output")
	return cmd
}

// institutionAnswer answers the request of a counter. own tells that station, key or serials were named beside it.
func (e *env) institutionAnswer(dir, file, out, pass string, own bool, g institution.Grant) error {
	if own || g.Count == 0 {
		return usagef("institution delegate --csr FILE wants --count N; the request names the station and its key")
	}
	req, err := e.readInput(file, 64<<10)
	if err != nil {
		return err
	}
	r, err := institution.OpenRequest(req)
	if err != nil {
		return &desk.Error{Op: "institution.delegate", Code: "file-not-request", Args: map[string]string{"File": file}, Err: err}
	}
	i, err := e.openInstitution("institution.delegate", dir, pass)
	if err != nil {
		return err
	}
	a, err := i.Answer(r, g)
	if err != nil {
		return &desk.Error{Op: "institution.delegate", Code: answerCode(err), Args: map[string]string{"Station": r.Station}, Err: err}
	}
	if out != "" {
		return writeNew(out, a.Encode(), 0o644)
	}
	return e.print(map[string]string{"answer": string(a.Encode())}, func(w io.Writer) { fmt.Fprint(w, string(a.Encode())) })
}

// answerCode names why a request is not answered.
func answerCode(err error) string {
	for _, c := range []struct {
		err  error
		code string
	}{
		{institution.ErrNotEnrolled, "enrol-none"}, {institution.ErrEnrolled, "enrol-other"},
		{institution.ErrLetterEnded, "enrol-late"}, {institution.ErrCode, "enrol-code"},
	} {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return "institution-not-delegated"
}
