package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"

	"github.com/spf13/cobra"
)

func (e *env) institutionRotate() *cobra.Command {
	var pass string
	var due bool
	var at tokenFlags
	cmd := &cobra.Command{
		Use: "rotate DIR ROLE…", Short: "Make the next key of a role: issuing, bundle, receipt, intake, holder", Args: cobra.MinimumNArgs(1), Annotations: signs(),
		RunE: func(_ *cobra.Command, args []string) error {
			roles := args[1:]
			known := []string{institution.RoleIssuing, institution.RoleBundle, institution.RoleReceipt, institution.RoleIntake, institution.RoleHolder}
			for _, r := range roles {
				if !slices.Contains(known, r) {
					return usagef("institution rotate: a role is one of %s", strings.Join(known, ", "))
				}
			}
			if (len(roles) > 0) == due {
				return usagef("institution rotate wants ROLE…, or --due for every key past two thirds of its life")
			}
			if (at.suite != "" || at.holders != "") && !slices.Equal(roles, []string{institution.RoleHolder}) {
				return usagef("--suite and --holders are for rotate DIR holder")
			}
			if err := at.check(); err != nil {
				return err
			}
			return e.rotate(args[0], pass, roles, due, at)
		},
	}
	cmd.Flags().BoolVar(&due, "due", false, "every key past two thirds of its life")
	at.addHolders(cmd.Flags())
	cmd.Flags().StringVar(&pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

func (e *env) rotate(dir, pass string, roles []string, due bool, at tokenFlags) error {
	i, err := e.openInstitutionAt("institution.rotate", dir, pass, at)
	if err != nil {
		return err
	}
	if due {
		if roles, err = i.Due(); err != nil {
			return &desk.Error{Op: "institution.rotate", Code: "institution-not-opened", Args: map[string]string{"Dir": dir}, Err: err}
		}
	}
	if err := i.Rotate(roles...); err != nil {
		var place *keys.PlaceError
		if errors.As(err, &place) {
			return desk.Explain("institution.rotate", err)
		}
		return &desk.Error{Op: "institution.rotate", Code: "institution-not-rotated", Args: map[string]string{"Dir": dir}, Err: err}
	}
	left, err := i.Due()
	if err != nil {
		return err
	}
	out := ordered{{"rotated", append([]string{}, roles...)}, {"due", append([]string{}, left...)}, {"institution", string(i.PEM())}}
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "rotated: %s\nstill due: %s\ncounters learn of it by the next bundle\n", list(roles), list(left))
	})
}
