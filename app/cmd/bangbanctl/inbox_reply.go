package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/queue"

	"github.com/spf13/cobra"
)

// replyFlags are what inbox reply takes.
type replyFlags struct {
	store, keys, pass, result, text, to string
}

func (e *env) inboxReply() *cobra.Command {
	var f replyFlags
	cmd := &cobra.Command{
		Use: "reply STATION/EPOCH/SEQ", Short: "Answer what a person asked: signed, sealed to the code on their slip, kept for the counter",
		Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, ok := parseRef(args[0])
			if !ok || f.store == "" || f.keys == "" || f.text == "" {
				return usagef("inbox reply wants STATION/EPOCH/SEQ, --store, --keys DIR with a back-office key, and --text FILE or -")
			}
			return e.reply(cmd.Context(), ref, f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.store, "store", "", "inbox: lite:FILE, a PostgreSQL URL, or its folder")
	fl.StringVar(&f.keys, "keys", "", "the institution's folder")
	fl.StringVar(&f.result, "result", queue.SubjectDone, "done, partly or refused")
	fl.StringVar(&f.text, "text", "", "file with what the person is told, in their words; - reads standard input")
	fl.StringVar(&f.to, "stick", "", "also write the answer to this folder, for a counter without a network")
	fl.StringVar(&f.pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

// parseRef reads STATION/EPOCH/SEQ.
func parseRef(s string) (r inbox.Ref, ok bool) {
	part := strings.Split(s, "/")
	if len(part) != 3 || part[0] == "" {
		return r, false
	}
	var errs [2]error
	r.Station = part[0]
	r.Epoch, errs[0] = strconv.ParseUint(part[1], 10, 53)
	r.Seq, errs[1] = strconv.ParseUint(part[2], 10, 53)
	return r, errors.Join(errs[:]...) == nil
}

func (e *env) reply(ctx context.Context, ref inbox.Ref, f replyFlags) (err error) {
	fail := func(code string, err error) error {
		return cmp.Or[error](wantsPassphrase("inbox.reply", f.keys, err), &desk.Error{Op: "inbox.reply", Code: code, Args: map[string]string{"Name": fmt.Sprintf("%s/%d/%d", ref.Station, ref.Epoch, ref.Seq), "Dir": f.keys}, Err: err})
	}
	if f.result != queue.SubjectDone && f.result != queue.SubjectPartly && f.result != queue.SubjectRefused {
		return usagef("--result is done, partly or refused")
	}
	inst, err := e.openInstitution("inbox.reply", f.keys, f.pass)
	if err != nil {
		return err
	}
	text, err := e.readInput(f.text, queue.MaxAnswerText)
	if err != nil {
		return err
	}
	defer clear(text)
	holders, err := holderKeys(inst)
	if err != nil {
		return fail("inbox-sealed", err)
	}
	signer, err := inst.ReceiptSigner()
	if err != nil {
		return fail("inbox-no-receipt-key", err)
	}
	now, err := e.clock()
	if err != nil {
		return err
	}
	store, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	d := inbox.Deps{Store: store, Identify: inbox.Known(inst.PEM(), now), Receipts: signer, Now: now}
	n, err := inbox.Reply(ctx, store, d, holders, ref, queue.AnswerText{Result: f.result, Text: string(text)})
	switch {
	case errors.Is(err, inbox.ErrNotFound), errors.Is(err, inbox.ErrNoRequest):
		return fail("inbox-no-request", err)
	case err != nil:
		return fail("inbox-not-answered", err)
	}
	if f.to != "" {
		if err := inbox.CarryAnswers(ctx, store, f.to, ref.Station); err != nil {
			return &desk.Error{Op: "inbox.reply", Code: "file-unwritable", Args: map[string]string{"File": f.to}, Err: err}
		}
	}
	return e.print(ordered{{"answer", n}}, func(w io.Writer) { fmt.Fprintf(w, "answer %d for %s\n", n, ref.Station) })
}
