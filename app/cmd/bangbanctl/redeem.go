package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"bangban/app/station"
	"bangban/cardreader/check"

	"github.com/spf13/cobra"
)

func (e *env) voucherRedeemCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "redeem FILE|-", Short: "Judge a voucher and use it up once in this counter's ledger", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.format = "claim169"
			return e.redeem(cmd.Context(), args[0], f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.aud, "aud", "", "id of the office that redeems")
	fl.StringVar(&f.nonce, "nonce", "", "the nonce that was asked for")
	fl.StringArrayVar(&f.trust, "trust", nil, "file with anchors for this call: institution.pem, certificates")
	return cmd
}

func (e *env) redeem(ctx context.Context, name string, f verifyFlags) error {
	if f.aud == "" {
		return usagef("voucher redeem wants --aud ID: whose ledger the use is counted in")
	}
	req, err := e.presented(name, f)
	if err != nil {
		return err
	}
	var done station.Redemption
	err = e.withStation(ctx, func(s *station.Station) error {
		done, err = s.Redeem(ctx, req)
		return err
	})
	if err != nil {
		return err
	}
	out, err := redeemJSON(done)
	if err != nil {
		return err
	}
	if err := e.print(out, func(w io.Writer) {
		verifyWords(w, done.Result)
		if done.Uses > 0 {
			fmt.Fprintf(w, "redeemed: use %d\n", done.Uses)
		}
	}); err != nil {
		return err
	}
	switch done.Verdict {
	case check.Passed:
		return nil
	case check.Failed:
		return exit(exitFailed)
	}
	return exit(exitIndeterminate)
}

// redeemJSON is what verify prints, and "uses" behind it where a use was consumed.
func redeemJSON(r station.Redemption) (json.RawMessage, error) {
	b, err := json.Marshal(r.Result)
	if err != nil || r.Uses == 0 {
		return b, err
	}
	return fmt.Appendf(b[:len(b)-1], `,"uses":%d}`, r.Uses), nil
}

// presented reads what was shown and the anchors for this call.
func (e *env) presented(name string, f verifyFlags) (req station.Presented, err error) {
	req = station.Presented{Audience: f.aud, Nonce: f.nonce, Format: f.format}
	if req.Input, err = e.readInput(name, maxPresented); err != nil {
		return req, err
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
