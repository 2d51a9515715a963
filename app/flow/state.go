package flow

import (
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Step is where a visit stands. The zero value is Locked.
type Step uint8

// The steps of journey a. The rail has three words: identify (Ready … Choose), agree (Agree, Spoken), hand over.
const (
	Locked     Step = iota // nobody is logged in, or F12
	Ready                  // waiting for a card; an invitation
	Reading                // a card is being read
	NeedSecret             // the card wants its MRZ, CAN or PIN
	Pulled                 // the card was taken too early; the same card goes on by itself
	Trouble                // this card cannot be used; Problem says why, the keys say what to do
	Compare                // proof and portrait on the clerk's screen: is it the same person?
	Choose                 // purpose and recipient
	Agree                  // the person is asked
	Spoken                 // F10 was pressed: what is being recorded is shown, F10 again records it
	Issuing                // signing, composing, printing
	PrintFault             // signed, the paper did not come out; print again or spoil
	HandOver               // the paper is out: scan it or look at its number
	Farewell               // all done, shown until the next card or key
	NotToday               // the person said no, or stopped: neutral, nothing kept
)

var stepNames = [...]string{"locked", "ready", "reading", "need-secret", "pulled", "trouble", "compare", "choose",
	"agree", "spoken", "issuing", "print-fault", "hand-over", "farewell", "not-today"}

// String gives the name used in locale keys and tests.
func (s Step) String() string {
	if int(s) < len(stepNames) {
		return stepNames[s]
	}
	return "unknown"
}

// Rail is the number of the word on the rail: 1 identify, 2 agree, 3 hand over; 0 where no visit is open.
func (s Step) Rail() int {
	switch s {
	case Locked, Ready, NotToday:
		return 0
	case Agree, Spoken:
		return 2
	case Issuing, PrintFault, HandOver, Farewell:
		return 3
	}
	return 1
}

// State is everything that the two screens show. It is a snapshot: the machine hands out a new one on each change and
// never touches an old one again. Photo and Preview alias the visit's memory and are wiped when it ends.
type State struct {
	Step     Step
	Clerk    desk.Clerk
	Training bool
	Station  Station

	Cause   cardreader.EventKind // what is so at the readers: ServiceOff, NoReader, Empty, Present, Mute
	Readers []string
	Tries   int // how often this card was tried, of MaxTries

	Progress cardreader.Progress
	Subject  *cardreader.Subject // nil until known
	Proof    check.Verdict       // of the document; Indeterminate until proven
	Checks   []check.Check
	Photo    []byte
	DocKind  string
	ReadTime time.Duration
	OnReader bool // the card still lies there
	Need     *cardreader.NeedError

	Purposes   []desk.Purpose
	Recipients []desk.Recipient
	Purpose    *desk.Purpose
	Recipient  *desk.Recipient
	Expires    time.Time
	Remembered bool // purpose and recipient are the last used ones

	Lang      string // the person's language
	ReadAloud int
	Answer    desk.Answer

	Serial  string
	Parcel  string // receipt number of the sealed record
	Preview []byte // PNG
	Copies  int
	Printed bool
	Proved  bool

	Unfinished []desk.LedgerRow // signed but never handed over, found at start
	Problem    *desk.Error      // for the message slot; nil: nothing wrong
	Note       string           // key of a calm sentence for the message slot, with NoteArgs
	NoteArgs   map[string]string
}

// MaxTries is how often a card is read before other ways are offered.
const MaxTries = 3
