package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bangban/app/desk"
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
	readerKey              string
	trust                  []string
	format                 string
	handover               verify.Handover
	bearer                 verify.Bearer
}

func (f *verifyFlags) bind(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.aud, "aud", "", "id of the office that judges; without it the audience is shown, not judged")
	fl.StringVar(&f.nonce, "nonce", "", "the nonce that was asked for")
	fl.StringVar(&f.transcript, "transcript", "", "file with the CBOR SessionTranscript (ISO/IEC 18013-5 §9.1.5.1)")
	fl.StringVar(&f.readerKey, "reader-key", "", "file with the reader's ephemeral key of that session (PKCS #8): checks a device MAC")
	fl.StringVar(&f.handover.ClientID, "client-id", "", "with --response-uri and --nonce: what a wallet was asked over OpenID4VP, in place of --transcript")
	fl.StringVar(&f.handover.ResponseURI, "response-uri", "", "where that answer was to go")
	fl.StringVar(&f.handover.WalletNonce, "wallet-nonce", "", "the wallet's own nonce (apu), which the older handovers have")
	fl.StringVar(&f.handover.Origin, "origin", "", "in place of those: the page whose browser handed the question on")
	fl.StringVar(&f.bearer.Name, "presenter", "", "full name on the own document of whoever shows it: it must name them, or who they act for names them")
	fl.BoolVar(&f.bearer.Fresh, "fresh", false, "the holder's own key must have answered here and now: a picture of a code cannot tell")
	fl.StringArrayVar(&f.trust, "trust", nil, "file with anchors for this call: institution.pem, certificates")
}

func (e *env) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify FILE|DIR|-", Short: "Verify a credential from text, bytes, a picture or PDF of its code, or every file of a folder",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return e.verify(cmd.Context(), args[0], f) },
	}
	f.bind(cmd)
	return cmd
}

func (e *env) verify(ctx context.Context, name string, f verifyFlags) error {
	o, err := e.looking()
	if err != nil {
		return err
	}
	req, err := e.judging(f)
	if err != nil {
		return err
	}
	if info, err := os.Stat(name); name != "-" && err == nil && info.IsDir() {
		return e.verifyFolder(ctx, name, o, req)
	}
	res, err := e.verifyFile(ctx, name, o, req)
	if err != nil {
		return err
	}
	if err := e.print(res, func(w io.Writer) { verifyWords(w, res) }); err != nil {
		return err
	}
	return verdictExit(res.Verdict)
}

// judging is what the flags say of how to judge.
func (e *env) judging(f verifyFlags) (req station.Presented, err error) {
	req = station.Presented{Audience: f.aud, Nonce: f.nonce, Format: f.format, Bearer: f.bearer}
	if f.transcript != "" {
		if req.Transcript, err = e.readInput(f.transcript, 1<<20); err != nil {
			return req, err
		}
	}
	if h := f.handover; h.ClientID != "" || h.ResponseURI != "" || h.Origin != "" || h.WalletNonce != "" {
		h.Nonce = f.nonce
		if _, err := h.Transcripts(); err != nil || f.transcript != "" {
			return req, usagef("verify wants --nonce with --client-id and --response-uri, or with --origin, and no --transcript beside them")
		}
		req.Handover = &h
	}
	if f.readerKey != "" {
		if req.ReaderKey, err = e.readInput(f.readerKey, 1<<16); err != nil {
			return req, err
		}
	}
	for _, t := range f.trust {
		b, err := e.readInput(t, 8<<20)
		if err != nil {
			return req, err
		}
		req.Trust = append(req.Trust, b)
	}
	return req, nil
}

func (e *env) verifyFile(ctx context.Context, name string, o station.Options, req station.Presented) (*verify.Result, error) {
	input, err := e.readInput(name, maxPresented)
	if err != nil {
		return nil, err
	}
	req.Input = input
	return station.Verify(ctx, o, req)
}

// fileResult is one line of a folder's answer.
type fileResult struct {
	File   string         `json:"file"`
	Result *verify.Result `json:"result,omitempty"`
	Error  string         `json:"error,omitempty"` // a desk code
}

// verifyFolder judges every file of a folder, by name, one line each. The exit code is that of the worst: not read,
// failed, indeterminate, passed.
func (e *env) verifyFolder(ctx context.Context, dir string, o station.Options, req station.Presented) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &desk.Error{Op: "read", Code: "file-unreadable", Args: map[string]string{"File": filepath.Base(dir)}, Err: err}
	}
	var worst error
	rank := 0
	for _, entry := range entries {
		if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		line, now := fileResult{File: entry.Name()}, 0
		var end error
		if line.Result, err = e.verifyFile(ctx, filepath.Join(dir, entry.Name()), o, req); err != nil {
			if ctx.Err() != nil {
				return err
			}
			line.Error, end, now = desk.Explain("verify", err).Code, exit(1), 3
		} else if end = verdictExit(line.Result.Verdict); end != nil {
			now = map[check.Verdict]int{check.Failed: 2, check.Indeterminate: 1}[line.Result.Verdict]
		}
		if now > rank {
			rank, worst = now, end
		}
		if err := e.print(line, func(w io.Writer) {
			if line.Result == nil {
				fmt.Fprintf(w, "%s: %s\n", line.File, line.Error)
				return
			}
			fmt.Fprintf(w, "%s: ", line.File)
			verifyWords(w, line.Result)
		}); err != nil {
			return err
		}
	}
	return worst
}

func verdictExit(v check.Verdict) error {
	switch v {
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
