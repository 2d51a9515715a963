package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/inbox/pg"
	"bangban/app/institution"
	"bangban/app/queue"

	"github.com/spf13/cobra"
)

// anyInbox is an open inbox of either kind.
type anyInbox interface {
	inbox.Store
	Close() error
}

// openStore opens an inbox by its name: lite:FILE, a PostgreSQL URL, or the folder of a lite one.
func openStore(ctx context.Context, name string) (s anyInbox, err error) {
	switch {
	case strings.HasPrefix(name, "postgres://"), strings.HasPrefix(name, "postgresql://"):
		s, err = pg.Open(ctx, name)
		name, _, _ = strings.Cut(name, "?")
		if at := strings.LastIndexByte(name, '@'); at >= 0 { // no password in a sentence
			name = "postgres://" + name[at+1:]
		}
	case strings.HasPrefix(name, "lite:"):
		s, err = lite.Open(ctx, strings.TrimPrefix(name, "lite:"))
	default:
		return openInbox(ctx, name)
	}
	if err != nil {
		return nil, &desk.Error{Op: "inbox", Code: "inbox-unreadable", Args: map[string]string{"Dir": name}, Err: err}
	}
	return s, nil
}

// serveFlags are what inbox serve takes.
type serveFlags struct {
	listen, operations, store, keys, institution, wellKnown, rights, pass string
	nats, stream                                                          string
	enrol                                                                 bool
	perMinute                                                             int
	grant                                                                 institution.Grant
}

func (e *env) inboxServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use: "serve", Short: "Take batches in over HTTPS and sign receipts", Args: cobra.NoArgs, Annotations: signs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.store == "" || f.keys == "" {
				return usagef("inbox serve wants --store lite:FILE or postgres://…, and --keys DIR (see inbox keys)")
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return e.serve(ctx, f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.listen, "listen", ":8443", "address for counters")
	fl.StringVar(&f.operations, "operations", "127.0.0.1:9464", "address for /metrics, /healthz and /readyz; - for none")
	fl.StringVar(&f.store, "store", "", "lite:FILE or a PostgreSQL URL")
	fl.StringVar(&f.keys, "keys", "", "the gateway's folder, as inbox keys makes it")
	fl.StringVar(&f.institution, "institution", "", "institution.pem; the one in --keys where left out")
	fl.StringVar(&f.wellKnown, "well-known", "", "folder that institution status writes, for /.well-known/")
	fl.StringVar(&f.rights, "rights", "", "file of what stations may do; rights.json in --keys where left out")
	fl.StringVar(&f.nats, "nats", "", "NATS server: what is accepted is published there after the commit")
	fl.StringVar(&f.stream, "stream", "BANGBAN", "JetStream stream")
	fl.Uint64Var(&f.grant.Count, "count", 1000, "serials that an enrolment lends")
	fl.DurationVar(&f.grant.Valid, "valid", institution.MaxDelegation, "how long a voucher key that enrolled may sign")
	fl.DurationVar(&f.grant.MaxLife, "max-life", 24*time.Hour, "how long its vouchers may live")
	fl.BoolVar(&f.enrol, "enrol", false, "answer enrolments: --keys is then the institution's own folder, after inbox keys DIR --to DIR")
	fl.IntVar(&f.perMinute, "per-minute", 0, "batches a minute that one station may send; 0: 120")
	fl.StringVar(&f.pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

func (e *env) serve(ctx context.Context, f serveFlags) (err error) {
	inst, err := e.openInstitution("inbox.serve", f.keys, f.pass)
	if err != nil {
		return err
	}
	cert, err := inst.GatewayTLS()
	if err != nil {
		return cmp.Or[error](wantsPassphrase("inbox.serve", f.keys, err), &desk.Error{Op: "inbox.serve", Code: "inbox-no-gateway-key", Args: map[string]string{"Dir": f.keys}, Err: err})
	}
	store, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	c, err := e.gatewayConfig(inst, f)
	if err != nil {
		return err
	}
	c.Store = store
	g, err := inbox.NewGateway(c)
	if err != nil {
		return err
	}
	wait, err := e.fanOut(ctx, g, store, f)
	if err != nil {
		return err
	}
	defer wait()
	return e.listen(ctx, g, f, func(public, operations net.Listener) error { return g.Serve(ctx, public, operations, cert) })
}

// gatewayConfig reads what the gateway's folder holds.
func (e *env) gatewayConfig(inst *institution.Institution, f serveFlags) (c inbox.GatewayConfig, err error) {
	signer, err := inst.ReceiptSigner()
	if err != nil {
		return c, cmp.Or[error](wantsPassphrase("inbox.serve", f.keys, err), &desk.Error{Op: "inbox.serve", Code: "inbox-no-receipt-key", Args: map[string]string{"Dir": f.keys}, Err: err})
	}
	pem := inst.PEM()
	if f.institution != "" {
		if pem, err = os.ReadFile(f.institution); err != nil {
			return c, &desk.Error{Op: "inbox.serve", Code: "file-unreadable", Args: map[string]string{"File": f.institution}, Err: err}
		}
	}
	rights, err := inbox.OpenRights(or(f.rights, filepath.Join(f.keys, "rights.json")))
	if err != nil {
		return c, &desk.Error{Op: "inbox.serve", Code: "file-unreadable", Args: map[string]string{"File": "rights.json"}, Err: err}
	}
	now, err := e.clock()
	if err != nil {
		return c, err
	}
	const remembered = 100_000
	c = inbox.GatewayConfig{Deps: inbox.Deps{Identify: inbox.Remember(inbox.Known(pem, now), remembered), Receipts: signer, Now: now},
		Institution: pem, Rights: rights, WellKnown: f.wellKnown, Limits: inbox.Limits{PerMinute: f.perMinute},
		Log: slog.New(slog.NewTextHandler(e.err, nil))}
	if c.Intake, err = intakeKeys(inst); err != nil {
		return c, desk.Explain("inbox.serve", err)
	}
	holders, err := inst.Holders()
	if err != nil {
		return c, &desk.Error{Op: "inbox.serve", Code: "institution-not-opened", Args: map[string]string{"Dir": f.keys}, Err: err}
	}
	for _, public := range holders {
		one, err := queue.NewHolder(public)
		if err != nil {
			return c, &desk.Error{Op: "inbox.serve", Code: "institution-not-opened", Args: map[string]string{"Dir": f.keys}, Err: err}
		}
		c.Holders = append(c.Holders, one)
	}
	if f.enrol {
		if !inst.CanIssue() {
			return c, &desk.Error{Op: "inbox.serve", Code: "inbox-no-issuing-key", Args: map[string]string{"Dir": f.keys}}
		}
		c.Enrol, c.Grant = inst, f.grant
	}
	return c, nil
}

// fanOut begins to publish where a bus is named. wait returns when the last publication has ended.
func (e *env) fanOut(ctx context.Context, g *inbox.Gateway, store inbox.Store, f serveFlags) (wait func(), err error) {
	box, ok := store.(inbox.Outbox)
	if f.nats == "" || !ok {
		return func() {}, nil
	}
	fail := func(err error) error {
		return &desk.Error{Op: "inbox.serve", Code: "inbox-no-bus", Args: map[string]string{"URL": f.nats}, Err: err}
	}
	bus, err := inbox.OpenBus(ctx, inbox.BusConfig{URL: f.nats, Stream: f.stream})
	if err != nil {
		return nil, fail(err)
	}
	if err := box.Subscribe(ctx, f.stream); err != nil {
		bus.Close()
		return nil, fail(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.FanOut(ctx, box, bus.Publish)
	}()
	return func() {
		<-done
		bus.Close()
	}, nil
}

// listen opens the addresses, says which they are, and serves.
func (e *env) listen(ctx context.Context, g *inbox.Gateway, f serveFlags, serve func(public, operations net.Listener) error) error {
	var lc net.ListenConfig
	fail := func(address string, err error) error {
		return &desk.Error{Op: "inbox.serve", Code: "inbox-not-listening", Args: map[string]string{"Address": address}, Err: err}
	}
	public, err := lc.Listen(ctx, "tcp", f.listen)
	if err != nil {
		return fail(f.listen, err)
	}
	defer public.Close()
	var operations net.Listener
	out := ordered{{"listening", public.Addr().String()}}
	if f.operations != "-" {
		if operations, err = lc.Listen(ctx, "tcp", f.operations); err != nil {
			return fail(f.operations, err)
		}
		defer operations.Close()
		out = append(out, field{"operations", operations.Addr().String()})
	}
	if err := e.print(out, func(w io.Writer) {
		for _, one := range out {
			fmt.Fprintf(w, "%s\t%s\n", one.key, one.value)
		}
	}); err != nil {
		return err
	}
	return serve(public, operations)
}

// inboxKeys makes the folder of a gateway, or renews the certificate in it.
func (e *env) inboxKeys() *cobra.Command {
	var to, pass string
	var names []string
	cmd := &cobra.Command{
		Use: "keys DIR", Short: "Make or renew a gateway's folder from the institution's: certificate, receipt key", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if to == "" || len(names) == 0 {
				return usagef("inbox keys wants --to DIR and --host NAME, by which counters reach the gateway")
			}
			i, err := e.openInstitution("inbox.keys", args[0], pass)
			if err != nil {
				return err
			}
			cert, err := i.MakeGateway(to, names)
			if err != nil {
				return &desk.Error{Op: "inbox.keys", Code: "institution-not-published", Args: map[string]string{"Dir": to}, Err: err}
			}
			return e.print(map[string]string{"to": to, "until": cert.NotAfter.UTC().Format(time.RFC3339)}, func(w io.Writer) {
				fmt.Fprintf(w, "%s: good until %s\n", to, cert.NotAfter.UTC().Format(time.DateOnly))
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the gateway's folder")
	cmd.Flags().StringArrayVar(&names, "host", nil, "name or address of the gateway; may be repeated")
	cmd.Flags().StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}
