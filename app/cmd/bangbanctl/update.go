package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/station"

	"github.com/spf13/cobra"
)

func (e *env) updateCommand() *cobra.Command {
	group := &cobra.Command{Use: "update", Short: "Newer versions of this program, as the institution names them"}
	group.AddCommand(e.updateCheck())
	return group
}

// updateCheck asks, says, and remembers for the window. It installs nothing.
func (e *env) updateCheck() *cobra.Command {
	var packages []string
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Ask the institution which version its counters are to run; FILE is its signed word, from a stick. Installs nothing",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withView(cmd.Context(), func(s *station.Station) error {
				var st station.ReleaseState
				var err error
				if len(args) == 0 {
					st, err = s.FetchRelease(cmd.Context())
				} else {
					var file []byte
					if file, err = e.readInput(args[0], bundle.MaxRelease); err == nil {
						st, err = s.TakeRelease(file)
					}
				}
				if err != nil {
					return err
				}
				for _, p := range packages {
					if err := checkPackage(s, p); err != nil {
						return err
					}
				}
				return e.print(st, func(w io.Writer) { updateWords(w, st, packages) })
			})
		},
	}
	cmd.Flags().StringArrayVar(&packages, "package", nil, "a package that was fetched: is it the one that the institution signed for? May be repeated")
	return cmd
}

func checkPackage(s *station.Station, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return &desk.Error{Op: "update.check", Code: "file-unreadable", Args: map[string]string{"File": file}, Err: err}
	}
	defer f.Close()
	err = s.CheckPackage(filepath.Base(file), f)
	if errors.Is(err, station.ErrPackage) {
		return &desk.Error{Op: "update.check", Code: "package-differs", Args: map[string]string{"File": file}, Err: err}
	}
	return err
}

func updateWords(w io.Writer, st station.ReleaseState, packages []string) {
	switch {
	case st.TooOld:
		fmt.Fprintf(w, "%s is out, and %s is too old: the institution wants at least %s\n", st.Newest, st.Installed, st.Least)
	case st.Newer:
		fmt.Fprintf(w, "%s is out; this is %s\n", st.Newest, st.Installed)
	default:
		fmt.Fprintf(w, "%s is the newest; this is %s\n", st.Newest, st.Installed)
	}
	for _, f := range st.Files {
		fmt.Fprintf(w, "%s  %s\n", f.Sum, f.Name)
	}
	for _, p := range packages {
		fmt.Fprintf(w, "%s is the package that the institution signed for\n", p)
	}
}

// releaseFlags are what institution release takes.
type releaseFlags struct {
	program, least, to, pass string
	valid                    time.Duration
}

// institutionRelease signs which version the counters are to run, and its packages.
func (e *env) institutionRelease() *cobra.Command {
	var f releaseFlags
	cmd := &cobra.Command{
		Use: "release DIR [PACKAGE…]", Short: "Sign which version of the program the counters are to run, and its packages", Args: cobra.MinimumNArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.program == "" || f.to == "" {
				return usagef("institution release wants --program VERSION and --to DIR, where institution status writes")
			}
			return e.release(args[0], args[1:], f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.program, "program", "", "the newest version, 1.2.3")
	fl.StringVar(&f.least, "least", "", "the oldest version that may still be used")
	fl.DurationVar(&f.valid, "valid", 90*24*time.Hour, "for how long this word is good")
	fl.StringVar(&f.to, "to", "", "folder for the file "+station.ReleaseName+": the gateway's --well-known, a stick")
	fl.StringVar(&f.pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

func (e *env) release(dir string, packages []string, f releaseFlags) error {
	now, err := e.clock()
	if err != nil {
		return err
	}
	r := &bundle.Release{Version: f.program, Least: f.least, NotAfter: now().Add(f.valid)}
	for _, p := range packages {
		one, err := summed(p)
		if err != nil {
			return &desk.Error{Op: "institution.release", Code: "file-unreadable", Args: map[string]string{"File": p}, Err: err}
		}
		r.Files = append(r.Files, one)
	}
	slices.SortFunc(r.Files, func(a, b bundle.ReleaseFile) int { return strings.Compare(a.Name, b.Name) })
	i, err := e.openInstitution("institution.release", dir, f.pass)
	if err != nil {
		return err
	}
	signed, err := i.SignRelease(r)
	if err != nil {
		return &desk.Error{Op: "institution.release", Code: "release-not-signed", Args: map[string]string{"Why": err.Error()}, Err: err}
	}
	to := filepath.Join(f.to, station.ReleaseName)
	if err = os.MkdirAll(f.to, 0o755); err == nil {
		err = keys.WriteFile(to, signed, 0o644)
	}
	if err != nil {
		return &desk.Error{Op: "institution.release", Code: "file-unwritable", Args: map[string]string{"File": to}, Err: err}
	}
	return e.print(ordered{{"release", to}, {"program", f.program}, {"packages", len(r.Files)}}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: counters are to run %s; %d packages\n", to, f.program, len(r.Files))
	})
}

// summed measures a package.
func summed(file string) (bundle.ReleaseFile, error) {
	f, err := os.Open(file)
	if err != nil {
		return bundle.ReleaseFile{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return bundle.ReleaseFile{Name: filepath.Base(file), Size: uint64(n), Sum: [32]byte(h.Sum(nil))}, err
}
