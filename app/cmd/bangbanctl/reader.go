package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/locales"

	"github.com/spf13/cobra"
)

func (e *env) readerCommand() *cobra.Command {
	group := &cobra.Command{Use: "reader", Short: "Card readers of this computer"}
	var name bool
	flag := func(cmd *cobra.Command) *cobra.Command {
		cmd.Flags().BoolVar(&name, "identify", false, "also say what kind of card lies there; nothing of a person is read")
		return e.samFlag(cmd)
	}
	group.AddCommand(flag(&cobra.Command{
		Use: "list", Short: "List the readers and what lies on them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cards, err := e.openCards(cmd.Context())
			if err != nil {
				return err
			}
			rows, err := cards.List(cmd.Context())
			if err != nil && len(rows) == 0 {
				return err
			}
			list := make([]readerRow, len(rows))
			for i, r := range rows {
				if name && r.State == cardreader.Present.String() {
					r.Card = identified(cmd.Context(), cards, r.Name)
				}
				list[i] = readerRow{r, e.specimen(r.Name)}
			}
			return e.print(list, func(w io.Writer) {
				for _, r := range list {
					fmt.Fprintln(w, strings.TrimRight(r.Name+"\t"+r.State+"\t"+r.Card+"\t"+r.Note, "\t"))
				}
			})
		},
	}))
	group.AddCommand(flag(&cobra.Command{
		Use: "watch", Short: "Report what happens at the readers until interrupted", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cards, err := e.openCards(cmd.Context())
			if err != nil {
				return err
			}
			events, err := cards.Watch(cmd.Context())
			if err != nil {
				return err
			}
			for ev := range events {
				row := readerEvent{At: ev.At.Format(time.RFC3339), Reader: ev.Reader, State: ev.Kind.String(), Count: ev.Count}
				row.Says, row.Fix = e.happened(ev)
				if name && ev.Kind == cardreader.Present {
					row.Card = identified(cmd.Context(), cards, ev.Reader)
				}
				if err := e.print(row, func(w io.Writer) {
					fmt.Fprintln(w, strings.TrimRight(row.At+"\t"+row.Reader+"\t"+row.State+"\t"+row.Card+"\t"+row.Says+"\t"+row.Fix, "\t"))
				}); err != nil {
					return err
				}
			}
			return nil
		},
	}))
	return group
}

// readerRow is a reader and, where a specimen lies there for practice, what is special about it.
type readerRow struct {
	station.ReaderRow
	Note string `json:"note,omitempty"`
}

// specimen says in words what lies on a simulated reader; empty for others.
func (e *env) specimen(reader string) string {
	name, simulated := strings.CutPrefix(reader, "sim:")
	c, err := locales.Open(e.lang)
	if !simulated || err != nil || !c.Has("specimen."+name) {
		return ""
	}
	return c.T("specimen."+name, nil)
}

// identified names the card on a reader; a card that does not answer is named by why.
func identified(ctx context.Context, cards *station.Cards, reader string) string {
	name, err := cards.NameOf(ctx, reader)
	if err != nil {
		return desk.Explain("reader.identify", err).Code
	}
	return name
}

type readerEvent struct {
	At     string `json:"at"`
	Reader string `json:"reader,omitempty"`
	State  string `json:"state"`
	Count  uint32 `json:"count"`
	Card   string `json:"card,omitempty"`
	Says   string `json:"says,omitempty"` // in words
	Fix    string `json:"fix,omitempty"`  // what to do
}
