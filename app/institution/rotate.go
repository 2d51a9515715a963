package institution

import (
	"fmt"
	"slices"
	"time"

	"bangban/app/bundle"
)

// Roles that Rotate renews.
const (
	RoleIssuing = "issuing"
	RoleBundle  = bundle.RoleBundle
	RoleReceipt = bundle.RoleReceipt
	RoleIntake  = bundle.RoleIntake
	RoleHolder  = roleHolder
)

var rotated = [...]string{RoleIssuing, RoleBundle, RoleReceipt, RoleIntake, RoleHolder}

// Due lists the roles whose newest key is past two thirds of its life.
func (i *Institution) Due() ([]string, error) {
	now := i.o.Now()
	var due []string
	for _, role := range rotated {
		if role == RoleIntake && i.last(role, ".statement") == 0 { // a folder of before there was one
			due = append(due, role)
			continue
		}
		from, to, err := i.life(role)
		if err != nil {
			return nil, err
		}
		if now.After(from.Add(to.Sub(from) * 2 / 3)) {
			due = append(due, role)
		}
	}
	return due, nil
}

// life is the life of the newest key of a role.
func (i *Institution) life(role string) (from, to time.Time, err error) {
	if role == RoleIssuing {
		c := i.Issuing()
		return c.NotBefore, c.NotAfter, nil
	}
	st, _, err := i.statement(role, i.last(role, ".statement"))
	if err != nil {
		return from, to, err
	}
	return st.NotBefore, st.NotAfter, nil
}

// Rotate makes the next key of each role, certified by the root. Old certificates, statements and keys stay: papers,
// receipts and parcels made with them must stay readable. Counters learn of it by the next bundle.
func (i *Institution) Rotate(roles ...string) error {
	for _, r := range roles {
		if !slices.Contains(rotated[:], r) {
			return fmt.Errorf("%w: %q", ErrReserved, r)
		}
	}
	if len(roles) == 0 {
		return nil
	}
	root, err := i.openKey("root")
	if err != nil {
		return err
	}
	defer root.Close()
	release, err := i.guard()
	if err != nil {
		return err
	}
	defer release()
	if err := i.reload(); err != nil { // another process may have rotated
		return err
	}
	for _, r := range roles {
		switch r {
		case RoleIssuing:
			err = i.addIssuing(root)
		case RoleHolder: // two at any time, either opens
			if err = i.addKey(root, r); err == nil {
				err = i.addKey(root, r)
			}
		default:
			err = i.addKey(root, r)
		}
		if err != nil {
			return fmt.Errorf("institution: rotate %s: %w", r, err)
		}
	}
	return nil
}
