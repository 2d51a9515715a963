package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	"bangban/app/queue"
	"bangban/app/voucher"
)

// fromInbox takes back what counters voided and the serials that were named. Where a voucher stands in its status list
// is only known to its own bytes, which lie sealed in the inbox: it takes a back-office key.
func (e *env) fromInbox(ctx context.Context, i *institution.Institution, dir, box string, serials []string, r *revoked) (err error) {
	if box == "" { // in training the inbox lies beside the institution
		box = filepath.Dir(filepath.Clean(dir))
	}
	store, err := openStore(ctx, box)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	holders, err := holderKeys(i)
	if err != nil {
		return &desk.Error{Op: "institution.status", Code: "inbox-sealed", Args: map[string]string{"Dir": dir}, Err: err}
	}
	parsed, err := voucher.ParseInstitution(i.PEM())
	if err != nil {
		return err
	}
	refs, err := allRefs(ctx, store)
	if err != nil {
		return err
	}
	now, err := e.clock()
	if err != nil {
		return err
	}
	void, found := map[string]bool{}, map[string]*voucher.Voucher{}
	// A day that was moved away held vouchers that have ended: what they took back is in the list since.
	_, err = inbox.RecordsHere(ctx, store, inbox.Known(i.PEM(), now), holders, refs, func(l inbox.Line) error {
		switch l.Kind {
		case queue.KindVoucher:
			v, err := voucher.Open(l.COSE, voucher.Keys{Institutions: []*voucher.Institution{parsed}})
			if err != nil || v.Status == nil || v.Serial() != l.Serial {
				return nil // not one of this institution's: it is in no list of ours
			}
			found[l.Serial] = v
		case queue.KindAfter, queue.KindVoid:
			void[l.Serial] = void[l.Serial] || l.After["state"] == string(desk.StateVoid)
		}
		return nil
	})
	if err != nil {
		return &desk.Error{Op: "institution.status", Code: "inbox-unreadable", Args: map[string]string{"Dir": box}, Err: err}
	}
	for _, s := range serials {
		if found[s] == nil {
			return unknownRevocation(s)
		}
	}
	for serial, v := range found {
		if void[serial] || slices.Contains(serials, serial) {
			r.voucher(v.Station(), v.Status.Index)
		}
	}
	return nil
}

// openInbox opens an inbox that must be there.
func openInbox(ctx context.Context, dir string) (*lite.Store, error) {
	path := filepath.Join(dir, "inbox.db")
	_, err := os.Lstat(path)
	if err == nil {
		var s *lite.Store
		if s, err = lite.Open(ctx, path); err == nil {
			return s, nil
		}
	}
	code := "inbox-unreadable"
	if errors.Is(err, fs.ErrNotExist) {
		code = "inbox-none"
	}
	return nil, &desk.Error{Op: "inbox", Code: code, Args: map[string]string{"Dir": dir}, Err: err}
}

// allRefs names every parcel that an inbox holds.
func allRefs(ctx context.Context, s inbox.Store) (refs []inbox.Ref, err error) {
	rows, err := s.Stations(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for seq := uint64(1); seq <= row.Highest; seq++ {
			ref := inbox.Ref{Station: row.Station, Epoch: row.Epoch, Seq: seq}
			if seq > row.Mark { // beyond the gapless part some are missing
				if _, err := s.Envelope(ctx, ref); errors.Is(err, inbox.ErrNotFound) {
					continue
				} else if err != nil {
					return nil, err
				}
			}
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
