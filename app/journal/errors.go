package journal

import "errors"

// The reasons why a journal is not accepted.
var (
	ErrEvent      = errors.New("journal: leaf is not an event")
	ErrCheckpoint = errors.New("journal: malformed checkpoint")
	ErrSignature  = errors.New("journal: checkpoint is not signed by a known station identity")
	ErrExport     = errors.New("journal: malformed export")
	ErrRoot       = errors.New("journal: leaves do not give the root of the checkpoint")
	ErrSize       = errors.New("journal: checkpoint counts other leaves than there are")
	ErrOrigin     = errors.New("journal: checkpoint is of another journal")
	ErrProof      = errors.New("journal: proof does not hold")
	ErrKey        = errors.New("journal: key is not ECDSA P-256")
)
