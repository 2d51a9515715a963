package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"bangban/app/desk"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) journalCommand() *cobra.Command {
	group := &cobra.Command{Use: "journal", Short: "The append-only record of acts"}
	group.AddCommand(e.journalVerify(), e.journalProof(), &cobra.Command{
		Use: "export", Short: "Write the journal to standard output, for an auditor", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error { return s.ExportJournal(cmd.Context(), e.out) })
		},
	})
	return group
}

// journalBounds are how much of a note, a certificate file and a proof is read.
const journalBounds = 64 << 10

func (e *env) journalVerify() *cobra.Command {
	var older, identity, proof string
	cmd := &cobra.Command{
		Use: "verify [EXPORT]", Short: "Prove that nothing was removed or changed: here, in an export, or of one act in a proof", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if identity != "" && len(args) == 0 && proof == "" {
				return usagef("--identity is for an EXPORT or a --proof; a data folder has its own")
			}
			var note []byte
			var err error
			if older != "" {
				if note, err = e.readInput(older, journalBounds); err != nil {
					return err
				}
			}
			if len(args) == 0 && proof == "" {
				return e.withView(cmd.Context(), func(s *station.Station) error {
					r, err := s.VerifyJournal(cmd.Context(), note)
					if err != nil {
						return err
					}
					return e.printJournal(r.Checkpoint.Size, r.Checkpoint.Root.String(), r.Checkpoint.Parcels, actNames(r.Acts))
				})
			}
			ids, err := e.identities(cmd, identity)
			if err != nil {
				return err
			}
			if proof != "" {
				return e.checkProof(proof, ids)
			}
			return e.verifyExport(args[0], note, ids)
		},
	}
	cmd.Flags().StringVar(&older, "checkpoint", "", "a checkpoint that was kept elsewhere: of a day-end sheet, a receipt, an older export")
	cmd.Flags().StringVar(&identity, "identity", "", "the station's identity certificates (PEM, station show), to verify without its data folder")
	cmd.Flags().StringVar(&proof, "proof", "", "a proof of one act, as journal proof writes it")
	return cmd
}

// identities are those of a file, or of the data folder.
func (e *env) identities(cmd *cobra.Command, file string) (pem []byte, err error) {
	if file != "" {
		return e.readInput(file, journalBounds)
	}
	err = e.withView(cmd.Context(), func(s *station.Station) error {
		pem = s.Identities()
		return nil
	})
	return pem, err
}

func (e *env) verifyExport(file string, older, ids []byte) error {
	known, err := station.Known(ids)
	if err != nil {
		return err
	}
	in := e.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return &desk.Error{Op: "read", Code: "file-unreadable", Args: map[string]string{"File": filepath.Base(file)}, Err: err}
		}
		defer f.Close()
		in = f
	}
	r, err := station.VerifyExport(in, older, known)
	if err != nil {
		return err
	}
	return e.printJournal(r.Checkpoint.Size, r.Checkpoint.Root.String(), r.Checkpoint.Parcels, actNames(r.Acts))
}

func (e *env) checkProof(file string, ids []byte) error {
	known, err := station.Known(ids)
	if err != nil {
		return err
	}
	b, err := e.readInput(file, journalBounds)
	if err != nil {
		return err
	}
	p, err := station.CheckProof(b, known)
	if err != nil {
		return err
	}
	out := ordered{{"act", p.Event.Kind.String()}, {"day", p.Event.Day}, {"parcel", p.Event.Parcel}, {"leaf", p.Number}, {"size", p.Checkpoint.Size}, {"origin", p.Checkpoint.Origin}}
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s on %s, parcel %d: act %d of %d in %s\n", p.Event.Kind, p.Event.Day, p.Event.Parcel, p.Number, p.Checkpoint.Size, p.Checkpoint.Origin)
	})
}

func (e *env) journalProof() *cobra.Command {
	return &cobra.Command{
		Use: "proof RECEIPT", Short: "Write the proof that the record with this receipt number is in the journal", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				p, err := s.ProveReceipt(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				_, err = e.out.Write(p)
				return err
			})
		},
	}
}

// actNames counts acts by their names.
func actNames[K interface {
	comparable
	String() string
}](acts map[K]int) map[string]int {
	out := map[string]int{}
	for k, n := range acts {
		out[k.String()] = n
	}
	return out
}

func (e *env) printJournal(size int64, root string, parcels uint64, acts map[string]int) error {
	out := journalOut{Size: size, Root: root, Parcels: parcels, Acts: acts}
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%d acts, root %s, %d parcels: whole\n", out.Size, out.Root, out.Parcels)
	})
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
