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
	"bangban/app/voucher"
)

// fromInbox takes back what counters voided since the last time and the serials that were named. Where a voucher stands in
// its status list is only known to its own bytes, which lie sealed in the inbox: it takes a back-office key.
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
	now, err := e.clock()
	if err != nil {
		return err
	}
	who := inbox.Remember(inbox.Known(i.PEM(), now), 10_000)
	l := &look{store: store, void: map[string]bool{}, found: map[string]listed{}}
	l.records = func(refs []inbox.Ref, take func(inbox.Line) error) error {
		// A day that was moved away held vouchers that have ended: what they took back is in the list since.
		_, err := inbox.RecordsHere(ctx, store, who, holders, refs, take)
		return err
	}
	l.open = func(line inbox.Line) (listed, bool) {
		v, err := voucher.Open(line.COSE, voucher.Keys{Institutions: []*voucher.Institution{parsed}})
		if err != nil || v.Status == nil || v.Serial() != line.Serial {
			return listed{}, false
		}
		return listed{v.Station(), v.Status.Index}, true
	}
	if err := l.run(ctx, r, box, serials, now()); err != nil {
		return &desk.Error{Op: "institution.status", Code: "inbox-unreadable", Args: map[string]string{"Dir": box}, Err: err}
	}
	for _, s := range serials {
		if !l.has(s) {
			return unknownRevocation(s)
		}
	}
	r.read = l.read
	for serial, at := range l.found {
		if l.void[serial] || slices.Contains(serials, serial) {
			r.voucher(at.station, at.index)
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
