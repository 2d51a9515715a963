package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"bangban/app/station"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/spf13/cobra"
)

// maxPresented bounds what is read of something that was shown: a scan of a page is some megabytes.
const maxPresented = 32 << 20

// verifyFlags are what verify and voucher open take.
type verifyFlags struct {
	aud, nonce, transcript string
	trust                  []string
	format                 string
}

func (f *verifyFlags) bind(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.aud, "aud", "", "id of the office that judges; without it the audience is shown, not judged")
	fl.StringVar(&f.nonce, "nonce", "", "the nonce that was asked for")
	fl.StringVar(&f.transcript, "transcript", "", "file with the CBOR SessionTranscript (ISO/IEC 18013-5 §9.1.5.1)")
	fl.StringArrayVar(&f.trust, "trust", nil, "file with anchors for this call: institution.pem, certificates")
}

func (e *env) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify FILE|-", Short: "Verify a credential from text, bytes or a picture of its code", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return e.verify(cmd.Context(), args[0], f) },
	}
	f.bind(cmd)
	return cmd
}

func (e *env) verify(ctx context.Context, name string, f verifyFlags) error {
	input, err := e.readInput(name, maxPresented)
	if err != nil {
		return err
	}
	req := station.Presented{Input: input, Audience: f.aud, Nonce: f.nonce, Format: f.format}
	if f.transcript != "" {
		if req.Transcript, err = e.readInput(f.transcript, 1<<20); err != nil {
			return err
		}
	}
	for _, t := range f.trust {
		b, err := e.readInput(t, 8<<20)
		if err != nil {
			return err
		}
		req.Trust = append(req.Trust, b)
	}
	o, err := e.looking()
	if err != nil {
		return err
	}
	res, err := station.Verify(ctx, o, req)
	if err != nil {
		return err
	}
	if err := e.print(res, func(w io.Writer) { verifyWords(w, res) }); err != nil {
		return err
	}
	switch res.Verdict {
	case check.Passed:
		return nil
	case check.Failed:
		return exit(exitFailed)
	}
	return exit(exitIndeterminate)
}

func verifyWords(w io.Writer, res *verify.Result) {
	fmt.Fprintf(w, "%s: %s\n", res.Format, res.Verdict)
	checkWords(w, res.Checks)
	for _, k := range slices.Sorted(maps.Keys(res.Claims)) {
		fmt.Fprintf(w, "  %s: %s\n", k, res.Claims[k])
	}
	for _, t := range res.Trust {
		fmt.Fprintf(w, "  list %s %s, %d days old\n", t.Kind, t.Snapshot, t.AgeDays)
	}
}
