package station

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/queue"
	"bangban/app/sheets"
	"bangban/app/store"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
	"bangban/print"
)

// Papers is what this counter knows of, and does about, papers of earlier visits.
func (s *Station) Papers() flow.Papers { return papers{s} }

type papers struct{ s *Station }

func paperError(code, serial string, err error) error {
	return &desk.Error{Op: "paper.find", Code: code, Args: map[string]string{"Serial": serial}, Err: err}
}

// Find implements flow.Papers. What is short and holds a hyphen is a serial; anything else is the text of a code.
func (p papers) Find(ctx context.Context, what string) (flow.Lookup, error) {
	what = strings.TrimSpace(what)
	if station, _, err := voucher.ParseSerial(strings.ToUpper(what)); err == nil {
		if station != p.s.store.Station() {
			return flow.Lookup{}, paperError(flow.CodePaperOther, what, nil)
		}
		row, err := p.row(ctx, strings.ToUpper(what))
		return flow.Lookup{Row: row}, err
	}
	cose, err := voucher.Decode(strings.TrimPrefix(what, voucher.RevocationPrefix))
	if err != nil {
		return flow.Lookup{}, paperError(flow.CodePaperUnknown, "", err)
	}
	inst, err := voucher.ParseInstitution(p.s.bundle.Institution)
	if err != nil {
		return flow.Lookup{}, &desk.Error{Op: "paper.find", Code: "bundle-content", Err: err}
	}
	if slip := strings.HasPrefix(what, voucher.RevocationPrefix); slip || voucher.IsMandate(cose) {
		return p.mandate(ctx, what, slip, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	}
	v, err := voucher.OpenText(what, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil || v.Station() != p.s.store.Station() {
		return flow.Lookup{}, paperError(flow.CodePaperOther, "", err)
	}
	row, err := p.row(ctx, v.Serial())
	if err != nil {
		return flow.Lookup{}, err
	}
	sum := sha256.Sum256(cose)
	if subtle.ConstantTimeCompare(sum[:], row.Hash[:]) != 1 {
		return flow.Lookup{}, paperError(flow.CodePaperChanged, row.Serial, nil)
	}
	return flow.Lookup{Row: row, Voucher: v}, nil
}

func (p papers) row(ctx context.Context, serial string) (desk.LedgerRow, error) {
	row, err := p.s.store.Voucher(ctx, serial)
	if errors.Is(err, store.ErrNotFound) {
		return row, paperError(flow.CodePaperUnknown, serial, err)
	}
	return row, err
}

// TakeBack implements flow.Papers.
func (p papers) TakeBack(ctx context.Context, a desk.After) (parcel string, err error) {
	if err := p.s.store.Finish(ctx, a); err != nil {
		return "", err
	}
	rows, err := p.s.store.Parcels(ctx, store.Filter{Kind: queue.KindVoid}, store.Page{Limit: 1, Newest: true})
	if err != nil || len(rows) == 0 { // it is void all the same
		return "", nil
	}
	return rows[0].ID, nil
}

// Reprinted implements flow.Papers.
func (p papers) Reprinted(ctx context.Context, a desk.After) error {
	return p.s.store.Reprinted(ctx, a)
}

// Slip implements flow.Papers.
func (p papers) Slip(ctx context.Context, a desk.After, parcel, lang string) error {
	return p.s.printKind(ctx, PrintsSlip, "void-"+a.Serial, lang, func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error) {
		return sheets.Void(fonts, sheets.VoidData{Paper: paper, Serial: a.Serial, Reason: a.Reason, Number: parcel, Hall: p.s.bundle.Policy.Hall,
			Hotline: p.s.bundle.Policy.Hotline, At: local(a.At), Training: p.s.o.Training}, first, second)
	})
}

// Approve proves that a supervisor stands at the counter. Nobody is logged in or out by it, and no key stays open.
func (s *Station) Approve(ctx context.Context, id string, proof Proof) (desk.Clerk, error) {
	return s.prove(func() (desk.Clerk, locker, error) {
		c, key, err := s.door.Supervisor(ctx, id, proof.way(ctx, s))
		return c, key, err
	})
}

// Audit proves that somebody stands at the counter who may read its journal: an auditor, or a supervisor.
func (s *Station) Audit(ctx context.Context, id string, proof Proof) (desk.Clerk, error) {
	return s.prove(func() (desk.Clerk, locker, error) {
		c, key, err := s.door.Auditor(ctx, id, proof.way(ctx, s))
		return c, key, err
	})
}

type locker interface{ Lock() }

func (s *Station) prove(open func() (desk.Clerk, locker, error)) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	c, key, err := open()
	if err != nil {
		return desk.Clerk{}, err
	}
	key.Lock()
	return c, nil
}

// WhoMay lists who on the roster has a role.
func (s *Station) WhoMay(roles ...desk.Role) []desk.Clerk { return s.door.With(roles...) }

// takenBack has a paper fail that this counter, or a neighbour's note, knows to be taken back, whatever list is held.
func (s *Station) takenBack(ctx context.Context, res *verify.Result) (*verify.Result, error) {
	if res.Seen == nil || s.store == nil || s.bundle == nil {
		return res, nil
	}
	own := res.Seen.Issuer == s.bundle.Issuer && res.Seen.Station == s.store.Station()
	back, err := s.store.TakenBack(ctx, res.Seen.Series(), res.Seen.Serial, own)
	if err != nil || !back {
		return res, err
	}
	detail := "ledger of " + s.store.Station()
	if !own {
		detail = "note of " + res.Seen.Station
	}
	return overruled(res, check.Fail(voucher.CheckStatus, check.Revoked, detail)), nil
}
