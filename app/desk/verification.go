package desk

import (
	"log/slog"
	"time"
)

// Verification is the record of a credential that was shown: the result only. It never holds what the credential says.
type Verification struct {
	At        time.Time
	Clerk     string
	Want      string // what was asked for: valid, who, all
	Bearer    string // who held it: paper, phone, helper
	Answer    Answer
	ReadAloud int
	Lang      string
	Outcome   string
	Days      int // age of the oldest list
	Format    string
	Checks    []string // "name=verdict[:reason]" in the order taken
	Lists     []string // "kind snapshot days"
	Hash      []byte   // SHA-256 of what was presented
}

// String gives outcome and format.
func (v Verification) String() string { return "verification(" + v.Outcome + " " + v.Format + ")" }

// LogValue implements slog.LogValuer.
func (v Verification) LogValue() slog.Value { return slog.StringValue(v.String()) }
