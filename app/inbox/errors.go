package inbox

import "errors"

// The reasons why the inbox does not take a thing.
var (
	ErrNotFound   = errors.New("inbox: no such parcel")
	ErrPlace      = errors.New("inbox: envelope lies under another number")
	ErrRecord     = errors.New("inbox: malformed record")
	ErrDay        = errors.New("inbox: day lies in the future")
	ErrUnproven   = errors.New("inbox: checkpoint does not continue the one that is held")
	ErrNotAllowed = errors.New("inbox: the station may not send this")
	ErrHolder     = errors.New("inbox: sealed to nobody of this institution")
	ErrRights     = errors.New("inbox: malformed file of rights")
	ErrNoRequest  = errors.New("inbox: no request of a person")
	ErrNoReceipts = errors.New("inbox: no key to sign receipts with")
)
