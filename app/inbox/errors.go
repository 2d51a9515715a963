package inbox

import "errors"

// The reasons why the inbox does not take a thing.
var (
	ErrNotFound   = errors.New("inbox: no such parcel")
	ErrPlace      = errors.New("inbox: envelope lies under another number")
	ErrRecord     = errors.New("inbox: malformed record")
	ErrDay        = errors.New("inbox: day lies in the future")
	ErrUnproven   = errors.New("inbox: checkpoint does not continue the one that is held")
	ErrCode       = errors.New("inbox: no such enrolment code, or it has been used or has ended")
	ErrForm       = errors.New("inbox: kind or day of a parcel is not a plain word")
	ErrNoReceipts = errors.New("inbox: no key to sign receipts with")
)
