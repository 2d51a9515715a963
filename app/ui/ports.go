package ui

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/cardreader"
)

// Watching is how the screens learn what is so.
type Watching interface {
	State() flow.State
	Subscribe(fn func(flow.State)) (cancel func())
}

// Identifying are the clerk's inputs while a person is identified.
type Identifying interface {
	Reread() error
	GiveSecret(kind cardreader.SecretKind, value string) error
	Same() error
	NotSame() error
}

// Settling are the clerk's inputs about a document that is not plain: one that nobody can prove, a name with characters to
// compare, more readers than one.
type Settling interface {
	Accept() error
	ConfirmName(i int) error
	CorrectName(i int, as rune) error
	PickReader(name string) error
}

// Asking are the inputs around the question.
type Asking interface {
	Choose(purpose, recipient string) error
	Spoken() error
	ConfirmSpoken() error
	CancelSpoken() error
}

// Answering are the person's own inputs. Nothing of the clerk's reaches them.
type Answering interface {
	SayYes() error
	SayNo() error
}

// Delivering are the inputs once there is a paper.
type Delivering interface {
	PrintAgain() error
	Spoil(reason string) error
	Scanned(text string) error
	HandedOver() error
}

// Moving are the inputs that every step has.
type Moving interface {
	Next() error
	Back() error
	NotToday() error
	ResolveUnfinished(serial string, printed bool) error
}

// Copying are the inputs around a copy of a paper that the person holds already.
type Copying interface {
	Again() error
	Reprint(reason string) error
	Sanctioned(c desk.Clerk) error
}

// Mandating are the inputs around a helper who gets a mandate.
type Mandating interface {
	Helper() error
	HelperRead(kind cardreader.SecretKind, value string) error
	HelperSame() error
	Mandate(t desk.MandateTerms) error
}

// Assisting are the words about somebody beside the person, or in the person's place.
type Assisting interface {
	Grant() error
	SteppedAside() error
	HelpOnly() error
}

// Papering are the inputs about somebody without a card.
type Papering interface {
	NoCard() error
	Piece(code string) error
	Papers(t flow.Typed) error
}

// Speaking are the inputs about the person's language.
type Speaking interface {
	SetLang(tag string) error
	Aloud() error
}

// Visit is the machine of app/flow as the screens use it; it is the sum of its parts.
type Visit interface {
	Watching
	Identifying
	Settling
	Asking
	Answering
	Delivering
	Moving
	Copying
	Mandating
	Assisting
	Papering
	Speaking
}

// Staff opens and locks the counter.
type Staff interface {
	Clerks() []desk.Clerk
	// Login checks the proof, opens the voucher key and lets the machine go on. It may take a second and is called
	// beside the screens. Errors: desk codes login-…
	Login(ctx context.Context, id string, p Proof) error
	Lock() error
	// Second checks the proof of another clerk and gives the machine that clerk's word. It opens no key. Errors: desk codes
	// login-…, second-self.
	Second(ctx context.Context, id string, p Proof) error
}

// Enrolling is the first login of a clerk: the one-time code of a letter, and the PIN or the card from then on. A Staff that can do it
// implements it.
type Enrolling interface {
	// Awaits tells whether this clerk comes with a letter. It must be cheap.
	Awaits(id string) bool
	// Enrol sets the PIN, or the card. Nobody is logged in by it.
	Enrol(ctx context.Context, id, code string, p Proof) error
}

// Health tells how the parts of the counter feel.
type Health interface {
	Health() desk.Health
	// Subscribe has fn called, on any goroutine, after each change.
	Subscribe(fn func(desk.Health)) (cancel func())
}

// Queue is what waits to be uploaded.
type Queue interface {
	// Unsent is how many parcels have no receipt and how long the oldest has waited. It must be cheap.
	Unsent(ctx context.Context) (n int, oldest time.Duration, err error)
	// Parcels lists rows, newest first, from the offset.
	Parcels(ctx context.Context, offset, limit int) ([]desk.ParcelRow, error)
}

// Status is what the counter says of itself and does not change while it runs.
type Status struct {
	Hotline     string    // printed and shown to the person; empty: none
	Hall        desk.Text // who asks, where a credential is shown; empty: the station's name
	TrainingPIN string    // shown on the login screen of a training counter, and only there
	Version     string
}

// CitizenMode is where the person looks.
type CitizenMode uint8

// The ways. The zero value is a window of its own.
const (
	CitizenWindow     CitizenMode = iota
	CitizenFullScreen             // on the monitor at X, Y
	CitizenFlip                   // no second screen: the clerk's window is turned round with F6
	CitizenAuto                   // on the only other monitor, where there is one; else a window
)

// CitizenScreen is how the citizen's screen is opened.
type CitizenScreen struct {
	Mode CitizenMode
	X, Y int // position of the monitor, as the administrator set it
	// Yes and No are the keys of a two-key pad; empty: none. See PadKey.
	Yes, No fyne.KeyName
}

// Deps is everything that the screens need. Visit, Staff and Fonts must be there; the rest may be nil.
type Deps struct {
	Visit    Visit
	Staff    Staff
	Health   Health
	Queue    Queue
	Voice    flow.Voice
	Approver Approver              // nil: nobody can give a second word
	Take     *flow.Takeback        // papers of earlier visits; nil: F8 does not open that step
	Day      *flow.DayEnd          // the end of the day; nil: F10 does not open it
	Journal  Journal               // nil: nobody can read it here
	Carry    Carrying              // nil: the queue is only shown
	Slips    Slips                 // nil: no slips are printed
	Support  Support               // nil: no support file is made here
	SetUp    *flow.SetUp           // of the counter itself; nil: nothing can be set up here
	Purposes func() []desk.Purpose // of the bundle in force; nil: those offered in the visit
	Show     *flow.Showing         // of people who show credentials; nil: F5 does not open that step
	Tray     Tray                  // of a training counter; nil: none
	// Monitors lists what is plugged in now; empty: it cannot be told. nil: the person's screen stays where it was put.
	Monitors func(ctx context.Context) []flow.Monitor
	// Scanner reads a scanner that has a line of its own until ctx ends and hands on what it scans; nil: none.
	Scanner func(ctx context.Context, emit func(text string))
	// Folder watches a folder until ctx ends and hands on files that appear there; nil: none.
	Folder func(ctx context.Context, emit func(file []byte))
	Status Status

	Lang         string   // of the clerk at the start
	CitizenLangs []string // offered to the person; empty: all that cover it
	Scale        float32  // text size of the clerk, 14/18 to 2; 0 is 1
	Palette      string   // light, dark, contrast
	Citizen      CitizenScreen

	SetUpFirst bool                // the set-up comes up by itself
	SetUpLangs []string            // that a set-up may offer people
	Settled    func(flow.SetState) // told of each step of it that was done, so that it takes effect at once; may be nil

	// BlankAfter and LockAfter are how long nobody must touch anything before the screens go blank, and lock; 0: never.
	BlankAfter, LockAfter time.Duration

	// StartService asks the system to start its card service, where the installer granted that; nil: it cannot.
	StartService func() error
	// Note is told what the clerk changed, so that it can be kept: language, text size, palette. May be nil.
	Note func(lang string, scale float32, palette string)
	// OnReady is called once after the first frame.
	OnReady func()
	// Closed is called when the clerk's window is on its way out; nil: nobody asks.
	Closed func()
	// OnStep is called after each State has been put on the screens. May be nil.
	OnStep func(flow.Step)
	// Now is the clock of keys, bursts and the strip; nil: the computer's.
	Now func() time.Time
	Log *slog.Logger
}

// PadKey tells whether a key may be bound to the person's pad: nothing that the clerk or a scanner types.
func PadKey(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyInsert, fyne.KeyHome, fyne.KeyEnd, fyne.KeyLeft, fyne.KeyRight:
		return true
	}
	return false
}
