package flow

import (
	"context"
	"time"

	"bangban/app/desk"
	"bangban/app/voucher"
	"bangban/cardreader"
	"bangban/print"
)

// Cards is the way to the readers. station implements it over every cardreader.System and kind.
type Cards interface {
	// Watch reports readers and cards until ctx ends (see cardreader.System).
	Watch(ctx context.Context) (<-chan cardreader.Event, error)
	// Read reads the card at the reader and proves it. Errors are cardreader's: *Error, *NeedError. A document whose
	// checks failed comes back without error. allowed tells whether this station may use the document in a visit (a
	// training station takes specimens only); where it may not, the document is wiped and nil and the error's code is
	// "card-not-training".
	// Where the card needs a secret and none was given the error is a *NeedError whose Any lists what would do.
	Read(ctx context.Context, reader string, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error)
	// Vet says what is wrong with a secret as it was typed: its length, a check digit. It asks no card.
	Vet(s cardreader.Secret, value string) error
}

// Rules is what the bundle in force allows. Its answers change only when a bundle is imported.
type Rules interface {
	Purposes() []desk.Purpose
	Recipients() []desk.Recipient
	Policy() desk.Policy
	// Station says who this counter is; voucher life and serials left come with it.
	Station() Station
}

// Station is what a counter says of itself.
type Station struct {
	Name     string // "T01": first part of each serial
	Issuer   string // iss of its vouchers
	App      string // program and version
	Training bool
	Software bool          // the voucher key lies in a file
	MaxLife  time.Duration // of a voucher, from the delegation
	Serials  uint64        // how many are left in the block
	KeyEnds  time.Time     // end of the delegation
	Stop     string        // desk code of what stops issuing whatever the key says: the bundle, a limit; empty: nothing
}

// Signer signs vouchers with the key that the clerk's login has unlocked.
type Signer interface {
	// Sign gives the COSE bytes and the text of the QR code. Errors: desk.Error with code "key-locked", "key-ended",
	// "serials-used-up", "clock-unsure".
	Sign(ctx context.Context, v *voucher.Voucher) (cose []byte, text string, err error)
}

// Press turns a signed voucher into paper.
type Press interface {
	// Compose draws the sheet, refuses a name that the fonts cannot print (desk code "glyph-missing", Args CodePoint), reads
	// the code back from the drawing list at 300 dpi and compares it with the text ("read-back").
	Compose(ctx context.Context, j Job) (*Paper, error)
	// Print hands the paper to the printer and follows it to its end. Errors: desk codes printer-…
	Print(ctx context.Context, p *Paper, copyNo int) error
	// Find says how far a paper came that was handed to a printer before this program was started. found is false where
	// nothing of it reached one; an error says that nobody can tell.
	Find(ctx context.Context, serial string) (state print.JobState, found bool, err error)
}

// Job is what is to be printed.
type Job struct {
	Voucher   *voucher.Voucher
	Text      string // of the QR code
	Serial    string
	Person    desk.Person
	Kind      string // of the document that the paper is bound to
	Purpose   desk.Purpose
	Recipient desk.Recipient
	Lang      string // the person's
	Second    string // second language below; empty: none
	Answer    desk.Answer
	Paper     string // "a5", "a4"; empty: the station's default
	Unproven  bool   // nobody could prove here that the state issued the document
	Seconded  bool   // a second clerk has looked at it
	Mandate   *MandateJob
	Copy      int // 2 and more are printed on the paper; 0 and 1: the first
}

// Paper is one composed sheet. It lives in memory and is wiped with the visit.
type Paper struct {
	Serial  string
	PDF     []byte
	Preview []byte // PNG of the page for the clerk's screen, from the same drawing list
	Sheet   *print.Sheet
	Text    string // of the QR code
}

// Wipe overwrites what the paper holds.
func (p *Paper) Wipe() {
	if p == nil {
		return
	}
	clear(p.PDF)
	clear(p.Preview)
	*p = Paper{}
}

// Slot is what the store reserves for one voucher inside the writing transaction.
type Slot struct {
	Serial    uint64 // next of the block
	StatusURI string // of the status list, empty where there is none
	Index     uint64 // random within the block
	Now       time.Time
}

// Signed is what a draft hands back to the store, all of it written in the same transaction (T1).
type Signed struct {
	Row     desk.LedgerRow // State signed
	CTI     [16]byte
	Before  []byte // encoded desk.Before
	COSE    []byte
	Mandate bool // a mandate, no voucher
}

// Commit is the one way into the store. Each method is one durable transaction: row, sealed parcel and journal leaf, or none.
type Commit interface {
	// Issue is T1. It reserves a slot, calls draft with it, and commits what draft returns together with the sealed
	// parcel and the leaf, before a byte goes to a printer. An error of draft rolls everything back: the serial is not used.
	Issue(ctx context.Context, draft func(Slot) (Signed, error)) (parcel string, err error)
	// Mark moves the ledger row (printing, printed, proved) and notes a leaf.
	Mark(ctx context.Context, serial string, s desk.State, copies int) error
	// Finish is T2: the row's end, the parcel after and the leaf. Calling it again with the same end is harmless.
	Finish(ctx context.Context, a desk.After) error
	// Unfinished lists vouchers that were signed but never ended: a power cut, a crash.
	Unfinished(ctx context.Context) ([]desk.LedgerRow, error)
}

// Voice reads a sentence to the person. It may be nil.
type Voice interface {
	Say(ctx context.Context, lang, text string) error
}

// Ports is every effect that a visit has.
type Ports struct {
	Cards    Cards
	Rules    Rules
	Signer   Signer
	Press    Press
	Commit   Commit
	Mandates Mandates                                  // nil: no mandates are given here
	Grants   Grants                                    // nil: nobody acts on one here
	Papers   Papers                                    // nil: nothing is done about papers of earlier visits
	Now      func() (station, os time.Time, sure bool) // station time (design §3); sure is false where issuing must stop
	Rand     interface{ Read([]byte) (int, error) }
}
