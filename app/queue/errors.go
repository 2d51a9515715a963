package queue

import "errors"

// The reasons why bytes are not accepted.
var (
	ErrEnvelope  = errors.New("queue: malformed envelope")
	ErrRecord    = errors.New("queue: malformed record")
	ErrIdentity  = errors.New("queue: station identity is not known")
	ErrSignature = errors.New("queue: signature does not verify")
	ErrSuite     = errors.New("queue: unknown sealing suite")
	ErrRecipient = errors.New("queue: not sealed to this key")
	ErrUnseal    = errors.New("queue: sealed bytes do not open")
	ErrMoved     = errors.New("queue: record is of another place than its envelope")
	ErrTooLarge  = errors.New("queue: too large")
	ErrReceipt   = errors.New("queue: receipt does not verify")
	ErrBatch     = errors.New("queue: malformed batch")
	ErrAnswer    = errors.New("queue: malformed answer")
	ErrName      = errors.New("queue: station name cannot be part of a file name")
	ErrHolder    = errors.New("queue: not a usable back-office key")
	ErrReply     = errors.New("queue: answer does not verify")
	ErrCode      = errors.New("queue: not the code of this request")
	// ErrOffline is what a sink returns where there is no way out at the moment. It counts as no attempt.
	ErrOffline = errors.New("queue: no way out at the moment")
	// ErrNoAnswer is what a sink adds to ErrOffline where the batch may have arrived all the same.
	ErrNoAnswer = errors.New("queue: sent, and no answer came")
)
