package station

import (
	"context"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/queue"
	"bangban/app/store"
)

// Acts lists a part of the journal, the newest first.
func (s *Station) Acts(ctx context.Context, offset, limit int) ([]flow.Act, int, error) {
	return s.store.Acts(ctx, offset, limit)
}

// Prove computes the journal again from its leaves and compares it with the newest checkpoint.
func (s *Station) Prove(ctx context.Context) (flow.Proof, error) {
	r, err := s.VerifyJournal(ctx, nil)
	if err != nil {
		return flow.Proof{}, err
	}
	return flow.Proof{Acts: int(r.Checkpoint.Size), Parcels: int(r.Checkpoint.Parcels)}, nil
}

// Carry writes what has no receipt, and the note of what was taken back, to a folder.
func (s *Station) Carry(ctx context.Context, dir string) (int, error) {
	n, err := s.Export(ctx, dir)
	if err != nil {
		return n, err
	}
	_, err = s.WriteVoids(ctx, dir)
	return n, err
}

// TakeIn takes receipts and the notes of neighbours in from a folder.
func (s *Station) TakeIn(ctx context.Context, dir string) (in flow.TakenIn, err error) {
	fresh, refused, err := s.TakeVoids(ctx, dir)
	if err != nil {
		return in, err
	}
	in.Void, in.Refused = fresh, refused
	sum, err := s.Receipts(ctx, dir)
	in.Receipts, in.Refused = sum.Purged+sum.Known, in.Refused+sum.Refused
	return in, err
}

// ParcelsIn lists parcels in one state, the newest first; an empty state is every one.
func (s *Station) ParcelsIn(ctx context.Context, state string, offset, limit int) ([]desk.ParcelRow, error) {
	f := store.Filter{}
	for _, st := range queue.States() {
		if st.String() == state {
			f.States = []queue.State{st}
		}
	}
	return s.store.Parcels(ctx, f, store.Page{Offset: offset, Limit: limit, Newest: true})
}
