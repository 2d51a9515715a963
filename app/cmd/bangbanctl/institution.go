package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"

	"github.com/spf13/cobra"
)

func (e *env) institutionCommand() *cobra.Command {
	group := &cobra.Command{Use: "institution", Short: "The office behind the counters: keys and delegations"}
	group.AddCommand(e.institutionInit(), e.institutionEnrol(), e.institutionDelegate(), e.institutionStatus(), e.institutionRotate(), e.institutionRelease())
	return group
}

// passphrase reads the passphrase of the institution's key files from standard input where the flag is "-".
func (e *env) passphrase(flag string) ([]byte, error) {
	switch flag {
	case "":
		return nil, nil
	case "-":
		line, err := readLine(e.in)
		return []byte(line), err
	}
	return nil, usagef("--passphrase takes only -: one line on standard input")
}

func (e *env) institutionInit() *cobra.Command {
	var name, iss, pass, out string
	var at tokenFlags
	cmd := &cobra.Command{
		Use: "init DIR", Short: "Make an institution with all its keys", Args: cobra.MaximumNArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if out != "" {
				args = append(args, out)
			}
			if len(args) != 1 {
				return usagef("institution init wants one DIR")
			}
			if name == "" || iss == "" {
				return usagef("institution init wants --name NAME and --iss URI")
			}
			if !e.training && pass == "" {
				return usagef("the keys of a real institution lie under a passphrase: --passphrase - (one line on standard input)")
			}
			if err := at.check(); err != nil {
				return err
			}
			secret, err := e.passphrase(pass)
			if err != nil {
				return err
			}
			defer clear(secret)
			pin, err := e.tokenPIN(at, secret)
			if err != nil {
				return err
			}
			defer clear(pin)
			now, err := e.clock()
			if err != nil {
				return err
			}
			i, err := institution.Create(args[0], institution.Options{
				Name: desk.Text{"zh-Hans": name, "en": name}, Issuer: iss, Training: e.training, Rand: rand.Reader, Now: now, Passphrase: secret,
				Root: at.root, Holders: at.holders, Suite: at.suite, TokenPIN: pin,
			})
			var place *keys.PlaceError
			if errors.As(err, &place) {
				return desk.Explain("institution.init", err)
			}
			if err != nil {
				return &desk.Error{Op: "institution.init", Code: "institution-not-made", Args: map[string]string{"Dir": args[0]}, Err: err}
			}
			out := map[string]string{"iss": i.Issuer(), "fingerprint": i.Fingerprint(), "institution": string(i.PEM())}
			return e.print(out, func(w io.Writer) {
				fmt.Fprintf(w, "%s\nfingerprint %s\n%s", out["iss"], out["fingerprint"], out["institution"])
			})
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&name, "name", "", "what people call it")
	fl.StringVar(&iss, "iss", "", "its name in vouchers, a URI")
	fl.StringVar(&out, "out", "", "the folder, as an option")
	at.add(fl)
	fl.StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

func (e *env) institutionDelegate() *cobra.Command {
	var st, key, csr, out, pass string
	var first, last, count uint64
	var valid, life time.Duration
	cmd := &cobra.Command{
		Use: "delegate DIR", Short: "Lend a counter's voucher key a block of serials", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if csr != "" {
				own := st != "" || key != "" || first != 0 || last != 0
				return e.institutionAnswer(args[0], csr, out, pass, own, institution.Grant{Count: count, Valid: valid, MaxLife: life})
			}
			if st == "" || key == "" || (count == 0) == (last == 0) {
				return usagef("institution delegate wants --station NAME, --key FILE, and --count N or --first N --last N")
			}
			secret, err := e.passphrase(pass)
			if err != nil {
				return err
			}
			defer clear(secret)
			now, err := e.clock()
			if err != nil {
				return err
			}
			file, err := e.readInput(key, 64<<10)
			if err != nil {
				return err
			}
			pub, err := institution.ParseKey(file)
			if err != nil {
				return &desk.Error{Op: "institution.delegate", Code: "file-not-key", Args: map[string]string{"File": key}, Err: err}
			}
			i, err := institution.Open(args[0], institution.Options{Rand: rand.Reader, Now: now, Passphrase: secret})
			if err != nil {
				return &desk.Error{Op: "institution.delegate", Code: "institution-not-opened", Args: map[string]string{"Dir": args[0]}, Err: err}
			}
			delegation, cert, err := i.Delegate(institution.DelegateRequest{Station: st, Key: pub, First: first, Last: last, Count: count,
				NotBefore: now(), Expires: now().Add(valid), MaxLife: life})
			if err != nil {
				return &desk.Error{Op: "institution.delegate", Code: "institution-not-delegated", Args: map[string]string{"Station": st}, Err: err}
			}
			pem := institution.EncodeDelegation(delegation, cert)
			if out != "" {
				return writeNew(out, pem, 0o644)
			}
			return e.print(map[string]string{"delegation": string(pem)}, func(w io.Writer) { fmt.Fprint(w, string(pem)) })
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&st, "station", "", "name of the counter, first part of its serials")
	fl.StringVar(&key, "key", "", "certificate request or public key of the voucher key (PEM), or -")
	fl.StringVar(&csr, "csr", "", "request of a counter (station init, station rotate), or -: its identity is certified, too")
	fl.StringVar(&out, "out", "", "file for the delegation; without it, standard output")
	fl.StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	fl.Uint64Var(&first, "first", 0, "first serial of the block")
	fl.Uint64Var(&last, "last", 0, "last serial of the block")
	fl.Uint64Var(&count, "count", 0, "length of the next free block")
	fl.DurationVar(&valid, "valid", institution.MaxDelegation, "how long the key may sign")
	fl.DurationVar(&life, "max-life", 24*time.Hour, "how long a voucher may live")
	return cmd
}
