package print

import "context"

// Codes of what a printer may have. Each has error.<code> and hint.<code> in the locale files; Args: Printer.
const (
	CodePaperOut    = "printer-paper-out"   // no paper in the tray, or not the one that is needed
	CodeJam         = "printer-jam"         // paper is stuck
	CodeCoverOpen   = "printer-cover-open"  // a cover or a door is open
	CodeInkOut      = "printer-ink-out"     // toner, ink or ribbon is used up
	CodePaused      = "printer-paused"      // somebody stopped the queue
	CodeRejected    = "printer-rejected"    // the queue takes no jobs
	CodeUnreachable = "printer-unreachable" // the printer has not answered for as long as we wait
	CodeBusy        = "printer-busy"        // it is at somebody else's job for as long as we wait
	CodeAborted     = "printer-aborted"     // it gave the job up
	CodeFault       = "printer-fault"       // it stopped and does not say why
	CodeMissing     = "printer-missing"     // there is no printer of this name any more
	CodeForbidden   = "printer-forbidden"   // this user may not print there
	CodeServiceOff  = "printer-service-off" // the computer's print service does not run
	CodeUnsure      = "printer-unsure"      // after a crash nobody can tell whether the paper came out
	CodeKeepsFiles  = "printer-keeps-files" // the print service keeps what it printed on the disk
)

// Capabilities are what a device says that it can do. An empty list says nothing.
type Capabilities struct {
	Formats   []string // media types of documents
	Media     []string // PWG 5101.1 names, iso_a4_210x297mm
	Sides     []string
	MaxCopies int // 0: unknown
	Unscaled  bool
}

// Capable is a device that can say what it can do.
type Capable interface {
	Capabilities(ctx context.Context) (Capabilities, error)
}

// Finder is a device that can be asked, after a crash, how far a document came that was handed to it before.
type Finder interface {
	// Find gives the state of the newest job of a title and SHA-256 of its bytes. found is false where nothing of it ever
	// reached the device. An ended job that left no paper is not found; one nobody can tell about fails with CodeUnsure.
	Find(ctx context.Context, title string, hash [32]byte) (state JobState, found bool, err error)
}

// Keeper is a device that may keep a document after it was printed.
type Keeper interface {
	// Keeps fails with CodeKeepsFiles where documents lie on the disk after they were printed.
	Keeps(ctx context.Context) error
}

// Roll is a device whose paper comes from a roll.
type Roll interface {
	// Roll is Roll80 or Roll58. Sheets of other sizes are refused with CodeRefused.
	Roll() Size
}

// SheetDevice is a device that draws pages itself instead of taking a PDF, like a Windows printer by its driver.
type SheetDevice interface {
	// PrintSheet is Print for the drawing list that the job's PDF was made of.
	PrintSheet(ctx context.Context, j Job, s *Sheet) error
}
