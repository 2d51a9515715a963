package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"bangban/app/station"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand writes the manual page bangbanctl(1), made from the commands themselves; packages carry it. It is hidden:
// people read the page.
func (e *env) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Write the manual page", Args: cobra.NoArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return manPage(e.out, cmd.Root()) },
	}
}

// exitWords are the codes of design §9, for the page.
var exitWords = [...]struct{ code, says string }{
	{"0", "done; verify and voucher open: passed"},
	{"1", "anything else that failed; card read: not read; doctor: something stops the counter"},
	{"2", "wrong usage"},
	{"3", "verify and voucher open: failed; card read: read, and a check failed"},
	{"4", "verify and voucher open: indeterminate"},
}

// manPage writes man(7) source.
func manPage(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH BANGBANCTL 1 \"\" \"bangban %s\" \"Bangban\"\n", station.Version)
	b.WriteString(".SH NAME\nbangbanctl \\- the counter at a terminal\n")
	b.WriteString(".SH SYNOPSIS\n.B bangbanctl\n.RI [ flags ]\n.I command\n.RI [ operands ]\n")
	b.WriteString(".SH DESCRIPTION\nThe same flows as the window of\n.BR bangban (1),\nfor scripts, tests and administrators. " +
		"Flags stand anywhere, before the command or after its operands.\n")
	b.WriteString(".SH GLOBAL FLAGS\n")
	manFlags(&b, root.PersistentFlags())
	b.WriteString(".SH COMMANDS\n")
	for _, c := range leaves(root) {
		fmt.Fprintf(&b, ".SS \"%s\"\n%s.\n", roff(strings.TrimPrefix(c.UseLine(), root.Name()+" ")), roff(cmp.Or(c.Long, c.Short)))
		manFlags(&b, c.LocalNonPersistentFlags())
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, x := range exitWords {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", x.code, roff(x.says))
	}
	b.WriteString(".SH SEE ALSO\n.BR bangban (1)\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// leaves are the commands that do something, in the order of their names.
func leaves(c *cobra.Command) (all []*cobra.Command) {
	for _, sub := range c.Commands() {
		switch {
		case sub.Hidden || sub.Name() == "help" || sub.Name() == "completion":
		case sub.HasSubCommands():
			all = append(all, leaves(sub)...)
		default:
			all = append(all, sub)
		}
	}
	slices.SortFunc(all, func(a, b *cobra.Command) int { return cmp.Compare(a.CommandPath(), b.CommandPath()) })
	return all
}

func manFlags(b *strings.Builder, f *pflag.FlagSet) {
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || f.Name == "version" {
			return
		}
		value, says := pflag.UnquoteUsage(f)
		fmt.Fprintf(b, ".TP\n.B \\-\\-%s", roff(f.Name))
		if value != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(value))
		}
		fmt.Fprintf(b, "\n%s\n", roff(says))
	})
}

// roff keeps a text from being read as a request: backslashes, hyphens, and dots and quotes at the start of a line.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
