package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/store"
)

// Confirm proves that a second clerk stands at the counter. Nobody is logged in or out by it, and no key stays open.
func (s *Station) Confirm(ctx context.Context, id string, proof Proof) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	c, key, err := s.door.Login(ctx, id, proof.way(ctx, s))
	if err != nil {
		return desk.Clerk{}, err
	}
	key.Lock()
	return c, nil
}
