package main

import (
	"fmt"
	"io"
	"os"

	"bangban/app/desk"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) journalCommand() *cobra.Command {
	group := &cobra.Command{Use: "journal", Short: "The append-only record of acts"}
	var older string
	verify := &cobra.Command{
		Use: "verify", Short: "Prove that nothing was removed or changed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var note []byte
			if older != "" {
				var err error
				if note, err = e.readInput(older, 64<<10); err != nil {
					return err
				}
			}
			return e.withView(cmd.Context(), func(s *station.Station) error {
				r, err := s.VerifyJournal(cmd.Context(), note)
				if err != nil {
					return err
				}
				acts := map[string]int{}
				for k, n := range r.Acts {
					acts[k.String()] = n
				}
				out := journalOut{Size: r.Checkpoint.Size, Root: r.Checkpoint.Root.String(), Parcels: r.Checkpoint.Parcels, Acts: acts}
				return e.print(out, func(w io.Writer) {
					fmt.Fprintf(w, "%d acts, root %s, %d parcels: whole\n", out.Size, out.Root, out.Parcels)
				})
			})
		},
	}
	verify.Flags().StringVar(&older, "checkpoint", "", "a checkpoint that was kept elsewhere")
	group.AddCommand(verify, &cobra.Command{
		Use: "export", Short: "Write the journal to standard output, for an auditor", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error { return s.ExportJournal(cmd.Context(), e.out) })
		},
	})
	return group
}

type journalOut struct {
	Size    int64          `json:"size"`
	Root    string         `json:"root"`
	Parcels uint64         `json:"parcels"`
	Acts    map[string]int `json:"acts"`
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return &desk.Error{Op: "write", Code: "file-unwritable", Args: map[string]string{"File": path}, Err: err}
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return &desk.Error{Op: "write", Code: "file-unwritable", Args: map[string]string{"File": path}, Err: err}
	}
	return nil
}
