package flow

import (
	"fmt"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Step is where a visit stands. The zero value is Locked.
type Step uint8

// The steps of journey a. The rail has three words: identify (Ready … Choose), agree (Agree, Spoken), hand over.
const (
	Locked      Step = iota // nobody is logged in, or F12
	Ready                   // waiting for a card; an invitation
	Reading                 // a card is being read
	NeedSecret              // the card wants its MRZ, CAN or PIN
	Pulled                  // the card was taken too early; the same card goes on by itself
	Trouble                 // this card cannot be used; Problem says why, the keys say what to do
	Unproven                // read, but nobody can prove here that the state issued it; what that allows is said
	Compare                 // proof and portrait on the clerk's screen: is it the same person?
	Choose                  // purpose and recipient
	Second                  // the purpose takes an unproven document only with a second clerk's word
	Agree                   // the person is asked
	Spoken                  // F10 was pressed: what is being recorded is shown, F10 again records it
	Issuing                 // signing, composing, printing
	PrintFault              // signed, the paper did not come out; print again or spoil
	HandOver                // the paper is out: scan it or look at its number
	Farewell                // all done, shown until the next card or key
	NotToday                // the person said no, or stopped: neutral, nothing kept
	Reprint                 // the person holds a paper of an earlier visit: scan it
	Sanction                // a supervisor's word, by PIN, for the copy
	HelperCard              // a mandate: lay the helper's card
	HelperFace              // is it the helper?
	HelperTerms             // what the helper may do, how long, how often
	Aside                   // the helper is asked to step back before the person is asked
	GrantScan               // a helper comes alone: scan the mandate
	GrantCard               // it is good: lay the helper's own card
	Evidence                // no card: other papers, and what they say
)

var stepNames = [...]string{"locked", "ready", "reading", "need-secret", "pulled", "trouble", "unproven", "compare", "choose",
	"second",
	"agree", "spoken", "issuing", "print-fault", "hand-over", "farewell", "not-today", "reprint", "sanction", "helper-card", "helper-face", "helper-terms", "aside",
	"grant-scan", "grant-card", "evidence"}

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
	Places  []Place // the same readers with what lies on each
	Citizen string  // the reader that the clerk named as the person's; empty: any
	Tries   int     // how often this card was tried, of MaxTries

	Progress cardreader.Progress
	Subject  *cardreader.Subject // nil until known
	Proof    check.Verdict       // of the document; Indeterminate until proven
	Checks   []check.Check
	Photo    []byte
	DocKind  string
	ReadTime time.Duration
	ReadAt   time.Time // when the document was read
	OnReader bool      // the card still lies there
	Need     *cardreader.NeedError
	Needs    []cardreader.Secret // on NeedSecret: any one of these will do, the easiest first
	Refused  int                 // how often a secret was refused in this visit
	LastTry  bool                // the card blocks after one more wrong one; the same input once more tries it

	Signed cardreader.Proof   // of the document as a whole
	Proofs []cardreader.Proof // of each field
	Lower  bool               // the document is unproven: what can be chosen is what the bundle takes all the same
	Doubts []Doubt            // characters of the name that the clerk confirms before Same
	Second string             // id of the clerk who has looked at an unproven document as well

	Purposes   []desk.Purpose
	Recipients []desk.Recipient
	Purpose    *desk.Purpose
	Recipient  *desk.Recipient
	Expires    time.Time
	Remembered bool // purpose and recipient are the last used ones

	Lang      string // the person's language
	ReadAloud int
	Answer    desk.Answer
	Reason    string // why a copy is printed

	HelpOnly bool               // somebody helps with the device only; the person decides
	Helper   *Helper            // who is to get a mandate; nil: nobody
	Mandate  *desk.MandateTerms // what the person is asked to let the helper do; nil: a voucher
	Grant    *Grant             // the mandate that a helper acts on; nil: nobody does
	Evidence *EvidenceState     // of somebody without a card; nil: there is one

	Serial  string
	Parcel  string // receipt number of the sealed record
	Preview []byte // PNG
	Copies  int
	Printed bool
	Proved  bool

	Unfinished []desk.LedgerRow // signed but never handed over, found at start
	Fates      map[string]Fate  // of the papers of those, by serial, as far as the printer tells
	Problem    *desk.Error      // for the message slot; nil: nothing wrong
	Note       string           // key of a calm sentence for the message slot, with NoteArgs
	NoteArgs   map[string]string
}

// Place is one reader and what lies there.
type Place struct {
	Reader string
	Kind   cardreader.EventKind
	Card   string // kind of the card, once it is known: a kind that is read here, or the name of another card
	Mine   bool   // the visit's card lies or lay there
}

// Doubt is one character of the name that the clerk compares with the document in the hand.
type Doubt struct {
	At      int
	From    rune // as the chip holds it
	Read    rune // as it was read; From where no table knows better
	As      rune // as it will be printed, once Done
	Done    bool
	Entered bool // the clerk gave the code point
}

// String says that there is a doubt, never which character.
func (Doubt) String() string { return "doubt" }

// Format implements fmt.Formatter so that no verb prints a character of a name.
func (d Doubt) Format(f fmt.State, _ rune) { fmt.Fprint(f, d.String()) }

// Fate is what became of a paper that was handed to a printer before the counter was started again.
type Fate uint8

// The fates. The zero value is that nobody has asked yet.
const (
	FateUnknown  Fate = iota
	FateAsking        // the printer is being asked
	FateOut           // it came out: hand it over, or void it
	FateUnderWay      // it lies in the printer's queue and may still come out
	FateNone          // nothing of it reached a printer
	FateUnsure        // nobody can tell: look whether the paper is there
)

// MaxTries is how often a card is read before other ways are offered.
const MaxTries = 3
