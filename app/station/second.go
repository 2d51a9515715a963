package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/store"
)

// Confirm proves by PIN that a second clerk stands at the counter. Nobody is logged in or out by it, and no key stays open.
// The caller wipes the PIN.
func (s *Station) Confirm(ctx context.Context, id string, pin []byte) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	c, key, err := s.door.Login(ctx, id, pin)
	if err != nil {
		return desk.Clerk{}, err
	}
	key.Lock()
	return c, nil
}
