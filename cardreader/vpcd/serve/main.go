// Command serve lays one specimen on a virtual reader of the PC/SC service of this computer (package vpcd), prints
// "ready" and answers for it until it is ended. Scripts use it:
//
//	go run ./cardreader/vpcd/serve --specimen emrtd [--port 35963] [--remove-on-stdin-close] [--timeout 20s]
//	go run ./cardreader/vpcd/serve --pcscd READERS.CONF --socket FILE
//	go run ./cardreader/vpcd/serve --print mrz|truth --specimen emrtd
//
// It ends, and takes the card away, on an interrupt or termination signal and, where asked, when its standard input is
// closed. Exit: 0 the card was taken away, 1 the service went, 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", vpcd.DefaultPort, "TCP `port` of the virtual reader")
	name := flags.String("specimen", "emrtd", "`name` of the specimen")
	onStdin := flags.Bool("remove-on-stdin-close", false, "take the card away when standard input is closed")
	pullAt := flags.Int("pull-at", 0, "take the card away in command `n`")
	conf := flags.String("pcscd", "", "run a PC/SC service with the readers of this `file` instead of a card")
	socket := flags.String("socket", "", "its `socket`")
	what := flags.String("print", "", "print `mrz` or truth of the specimen instead")
	timeout := flags.Duration("timeout", 20*time.Second, "wait so long for the virtual reader")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return 2
	}
	switch {
	case *conf != "":
		return service(*conf, *socket, stdout, stderr)
	case *what != "":
		return show(*what, *name, stdout, stderr)
	}
	card, err := sim.Open(*name, sim.PullAt(*pullAt))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wait, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	session, err := vpcd.Insert(wait, vpcd.Addr(*port), card)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprintln(stdout, "ready")
	if *onStdin {
		go func() {
			_, _ = io.Copy(io.Discard, stdin) // its end is all that counts
			stop()
		}()
	}
	select {
	case <-session.Done():
	case <-ctx.Done():
	}
	if err := session.Remove(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
