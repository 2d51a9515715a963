package station

import (
	"context"
	"strings"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/voucher"
)

// IsSerial tells whether a text is the number of a voucher.
func IsSerial(s string) bool {
	_, _, err := voucher.ParseSerial(strings.ToUpper(s))
	return err == nil
}

// VoidTraining takes a paper back without the window, on a training station: as clerk 01, with supervisor 02's word. what
// is its serial, or the text of its code.
func (s *Station) VoidTraining(ctx context.Context, what, reason string) (serial, parcel string, err error) {
	if !s.o.Training {
		return "", "", &desk.Error{Op: "voucher.void", Code: "login-role"}
	}
	found, err := s.Papers().Find(ctx, what)
	if err != nil {
		return "", "", err
	}
	row := found.Row
	switch {
	case row.State == desk.StateVoid || row.State == desk.StateSpoiled:
		return "", "", paperError(flow.CodePaperVoid, row.Serial, nil)
	case !row.State.Ended():
		return "", "", paperError(flow.CodePaperOpen, row.Serial, nil)
	}
	a := desk.After{Serial: row.Serial, State: desk.StateVoid, Printed: true, Copies: row.Copies, Reason: reason,
		Clerk: institution.TrainingClerk, Approver: institution.TrainingSupervisor, At: s.clock.Time()}
	if found.Voucher != nil {
		a.Hash = found.Voucher.Terms.Before
	}
	parcel, err = s.Papers().TakeBack(ctx, a)
	return row.Serial, parcel, err
}
