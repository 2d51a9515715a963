package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	"bangban/app/queue"

	"github.com/spf13/cobra"
)

func (e *env) inboxCommand() *cobra.Command {
	group := &cobra.Command{Use: "inbox", Short: "The receiving side"}
	var keyDir, storeDir, pass string
	var hand handFlags
	open := &cobra.Command{
		Use: "open [DIR]", Short: "Take an export in, sign receipts, and show the records to whoever has a back-office key; with --store, hand on what a gateway took",
		Args: cobra.MaximumNArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (hand.store == "") {
				return usagef("inbox open wants DIR, an export, or --store lite:FILE or postgres://…, what a gateway took")
			}
			if hand.store != "" {
				hand.keys, hand.pass = keyDir, pass
				return e.handOn(cmd.Context(), hand)
			}
			secret, err := e.passphrase(pass)
			if err != nil {
				return err
			}
			defer clear(secret)
			if keyDir == "" || storeDir == "" {
				if !e.training {
					return usagef("inbox open wants --keys DIR, the institution's folder, and --to DIR, where the inbox lies")
				}
				dir, err := e.dir()
				if err != nil {
					return err
				}
				keyDir, storeDir = or(keyDir, filepath.Join(dir, "institution")), or(storeDir, dir)
			}
			return e.inboxOpen(cmd.Context(), args[0], keyDir, storeDir, secret)
		},
	}
	open.Flags().StringVar(&keyDir, "keys", "", "folder of the institution's keys; in training the data folder's own")
	open.Flags().StringVar(&storeDir, "to", "", "folder of the inbox; in training the data folder")
	open.Flags().StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	hand.add(open)
	group.AddCommand(open, e.inboxStations(), e.inboxServe(), e.inboxKeys(), e.inboxReply())
	return group
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// inboxOpen takes the export in as the gateway would, then prints each record as one line.
func (e *env) inboxOpen(ctx context.Context, dir, keyDir, storeDir string, secret []byte) (err error) {
	now, err := e.clock()
	if err != nil {
		return err
	}
	inst, err := institution.Open(keyDir, institution.Options{Rand: rand.Reader, Now: now, Passphrase: secret})
	if err != nil {
		return &desk.Error{Op: "inbox.open", Code: "institution-not-opened", Args: map[string]string{"Dir": keyDir}, Err: err}
	}
	signer, err := inst.ReceiptSigner()
	if err != nil {
		return cmp.Or[error](wantsPassphrase("inbox.open", keyDir, err), &desk.Error{Op: "inbox.open", Code: "inbox-no-receipt-key", Args: map[string]string{"Dir": keyDir}, Err: err})
	}
	if err := os.MkdirAll(storeDir, 0o700); err != nil {
		return &desk.Error{Op: "inbox.open", Code: "file-unwritable", Args: map[string]string{"File": storeDir}, Err: err}
	}
	store, err := lite.Open(ctx, filepath.Join(storeDir, "inbox.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	intake, err := intakeKeys(inst)
	if err != nil {
		return desk.Explain("inbox.open", err)
	}
	who := inbox.Known(inst.PEM(), now)
	report, err := inbox.TakeExport(ctx, dir, inbox.Deps{Store: store, Identify: who, Receipts: signer, Now: now, Intake: intake})
	if err != nil {
		return &desk.Error{Op: "inbox.open", Code: "inbox-not-taken", Args: map[string]string{"Dir": dir}, Err: err}
	}
	fmt.Fprintf(e.err, "%d files: %d accepted, %d known, %d refused, %d forks\n",
		report.Files, report.Accepted, report.Duplicate, len(report.Refused), len(report.Forks))
	if err := e.inboxRecords(ctx, store, inst, who, report); err != nil {
		return err
	}
	if report.Files == 0 || len(report.Refused)+len(report.Forks)+len(report.Damaged)+len(report.Sealed)+len(report.Unproven) > 0 {
		b, err := json.Marshal(report)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.err, "%s\n", b)
		return &desk.Error{Op: "inbox.open", Code: "inbox-partly", Args: map[string]string{"Dir": dir}}
	}
	return nil
}

// inboxRecords opens what was taken. Without a back-office key there is nothing more to do.
func (e *env) inboxRecords(ctx context.Context, store inbox.Store, inst *institution.Institution, who queue.Identify, report *inbox.Report) error {
	holders, err := holderKeys(inst)
	if errors.Is(err, institution.ErrNoKey) {
		fmt.Fprintln(e.err, "no back-office key here: receipts are written, records stay sealed")
		return nil
	}
	if err != nil {
		return desk.Explain("inbox.open", err)
	}
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	return inbox.Records(ctx, store, who, holders, report.Refs, func(l inbox.Line) error { return enc.Encode(l) })
}
