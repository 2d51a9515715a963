package flow

import (
	"context"

	"bangban/app/desk"
)

// Word is what a supervisor says of a paper that is looked at once more.
type Word string

// The words. The zero value is that nobody has looked yet.
const (
	Unreviewed Word = ""
	Approved   Word = "approved"
	Rejected   Word = "rejected" // and taken back
	HeldOver   Word = "held"     // somebody else must look: a call-back, a question
)

// Why a paper is looked at once more.
const (
	WhyRisk   = "risk"
	WhySample = "sample" // one in ten of the others, drawn by lot
)

// FlagReprint marks a paper of which a copy was printed on a later visit.
const FlagReprint = "reprint"

// Risky tells whether a paper is always looked at: because of how it came about, or because it was spoiled.
func Risky(r desk.LedgerRow) bool {
	if r.State == desk.StateSpoiled || r.Copies > 1 {
		return true
	}
	for _, f := range r.Flags {
		if f != FlagSoftware {
			return true
		}
	}
	return false
}

// DayItem is one paper that is looked at once more.
type DayItem struct {
	desk.LedgerRow
	Why    string
	Word   Word
	Reason string // of a word that is no approval: a code
	By     string // whose word
}

// DayBlock is what one block of serials gave on a day. Issued = Printed + Spoiled + Void + Open; a serial between First
// and the highest one used that has no row is a gap.
type DayBlock struct {
	First, Last uint64 // of the block; zero: of a block that is not known any more
	From, To    uint64 // of the day
	Issued      int
	Printed     int
	Spoiled     int
	Void        int
	Open        int
	Gaps        int
}

// DayTotal is how many papers one purpose had.
type DayTotal struct {
	Purpose string
	N       int
}

// DayReport is one day of a counter in numbers.
type DayReport struct {
	Day      string
	Station  string
	Blocks   []DayBlock
	Totals   []DayTotal
	Copies   int // papers beyond the first of a serial
	Earlier  int // papers of earlier days that were taken back on this one
	Items    []DayItem
	Closed   string // id of who closed it; empty: it is open
	Training bool
}

// Sum adds the blocks up.
func (r *DayReport) Sum() (b DayBlock) {
	for _, one := range r.Blocks {
		b.Issued, b.Printed, b.Spoiled, b.Void = b.Issued+one.Issued, b.Printed+one.Printed, b.Spoiled+one.Spoiled, b.Void+one.Void
		b.Open, b.Gaps = b.Open+one.Open, b.Gaps+one.Gaps
	}
	return b
}

// Count counts the papers with that word.
func (r *DayReport) Count(w Word) (n int) {
	for _, it := range r.Items {
		if it.Word == w {
			n++
		}
	}
	return n
}

// Days is what the end of a day needs. Every method that changes something is one durable transaction.
type Days interface {
	// OpenDays lists days that have papers and are not closed, oldest first.
	OpenDays(ctx context.Context) ([]string, error)
	// Begin counts a day and draws the papers to look at; called again, it draws only what came since.
	Begin(ctx context.Context, day string) (*DayReport, error)
	// Judge keeps a supervisor's word on one paper. A rejected one is taken back: its void record is queued.
	Judge(ctx context.Context, item DayItem) error
	// CloseDay signs the report, erases what is kept for the day only, and prints the sheet. Called again for a closed day,
	// it prints the same report once more.
	CloseDay(ctx context.Context, day, supervisor, lang string) error
}
