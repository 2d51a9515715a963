package cardreader

import (
	"context"
	"time"
)

// System is one way to readers: PC/SC, SAM readers on serial ports, the simulator.
// Implementations are safe for concurrent use.
type System interface {
	Name() string
	// Readers lists what is attached now. An empty list is no error. A service that does not answer is an
	// *Error with code ServiceOff.
	Readers(ctx context.Context) ([]Reader, error)
	// Watch reports changes until ctx ends, then closes the channel. The first events describe the state at the
	// call: one for each reader, or one ServiceOff or NoReader. It never gives up: a service that comes back is
	// reported within 2 s. A slow receiver loses intermediate events, never the last one of a reader.
	Watch(ctx context.Context) (<-chan Event, error)
}

// Reader is one place where a card can lie.
type Reader interface {
	Name() string
	// Watch reports what happens at this reader only; the same duties as System.Watch.
	Watch(ctx context.Context) (<-chan Event, error)
	// Connect opens the card that lies there. Errors are *Error: NoCard, CardFaulty (mute), ReaderBusy,
	// ServiceOff, NoReader. It returns within its own deadline (3 s) even where ctx has none.
	Connect(ctx context.Context) (Conn, error)
}

// Conn is an open card. One goroutine uses it at a time. Close may be called twice.
type Conn interface {
	ATR() []byte // answer to reset, ISO/IEC 7816-3 §8; nil where the reader has none
	Close() error
}

// APDUer is a Conn to a chip.
type APDUer interface {
	// Transmit sends one command APDU (ISO/IEC 7816-4 §5.1) and returns the response with SW1 SW2 at its end, so
	// always at least 2 bytes where err is nil. A card that is gone is an *Error with code PulledEarly.
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// ExtendedLengther is an APDUer whose reader tells how long an APDU it carries.
type ExtendedLengther interface {
	// MaxAPDU is the longest command or response in bytes that the reader carries; 0 is unknown.
	MaxAPDU() int
}

// RecordReader is a Conn to a reader that has read the card itself and hands over named records.
type RecordReader interface {
	ReadRecord(ctx context.Context) (map[string][]byte, error)
}

// EventKind says what is so at a reader now.
type EventKind uint8

// What can be so. The zero value says nothing.
const (
	Unknown    EventKind = iota
	ServiceOff           // the card service of this computer does not answer
	NoReader             // the service answers, no reader is attached
	Empty                // a reader, no card on it
	Present              // a card lies on the reader
	Mute                 // a card lies there and does not answer: upside down, dirty, broken
	Removed              // the reader itself has gone
)

var eventNames = [...]string{"unknown", "service-off", "no-reader", "empty", "present", "mute", "removed"}

// String gives the code used on the command line.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "unknown"
}

// Event is a change at a reader, or the absence of all readers (Reader is then empty).
type Event struct {
	Reader string
	Kind   EventKind
	ATR    []byte // with Present
	Count  uint32 // grows with each insertion and removal, so that a swap between two looks is seen
	At     time.Time
	Err    error // the cause of ServiceOff, for the log
}
