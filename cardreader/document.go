package cardreader

import (
	"fmt"
	"log/slog"
	"time"

	"bangban/cardreader/check"
)

// Subject is the person that a card names, as the card says it. Empty fields were not on the card or not read.
// Dates are "YYYY-MM-DD", with "00" for a part that the card leaves open.
type Subject struct {
	Surname     string `json:"surname,omitempty"`
	GivenNames  string `json:"given_names,omitempty"`
	FullName    string `json:"full_name,omitempty"` // as written in the person's own script, where the card has it
	Sex         string `json:"sex,omitempty"`       // M, F or X
	BirthDate   string `json:"birth_date,omitempty"`
	Nationality string `json:"nationality,omitempty"` // ISO 3166-1 alpha-3 or an ICAO Doc 9303-3 §5 code
	Number      string `json:"number,omitempty"`      // of the document, or of the person where that is what the card is for
	Address     string `json:"address,omitempty"`
	Authority   string `json:"authority,omitempty"`
	Issued      string `json:"issued,omitempty"`
	Expires     string `json:"expires,omitempty"` // empty: not known; "9999-12-31": does not expire
}

// Name is the name to show and to print: in the person's own script, else surname and given names.
func (s Subject) Name() string {
	switch {
	case s.FullName != "":
		return s.FullName
	case s.GivenNames == "":
		return s.Surname
	case s.Surname == "":
		return s.GivenNames
	}
	return s.Surname + " " + s.GivenNames
}

func (s Subject) fields() (n int) {
	for _, f := range []string{s.Surname, s.GivenNames, s.FullName, s.Sex, s.BirthDate, s.Nationality, s.Number,
		s.Address, s.Authority, s.Issued, s.Expires} {
		if f != "" {
			n++
		}
	}
	return n
}

// String gives the number of fields, never their content.
func (s Subject) String() string { return fmt.Sprintf("subject(%d fields)", s.fields()) }

// Format implements fmt.Formatter so that no verb prints a field.
func (s Subject) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue implements slog.LogValuer.
func (s Subject) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Document is what was read from one card.
type Document struct {
	Kind    string
	Subject Subject
	Photo   []byte            // as it lay on the card: JPEG, or JPEG 2000 below the station; nil: none
	Raw     map[string][]byte // file name → bytes, as read
	Checks  []check.Check     // in the order taken
	Doubts  []Doubt           // characters of the name that somebody must compare with the card
	ReadAt  time.Time
}

// Doubt is one character of Subject.Name that the card holds in a way that is not its own code point. To is what it was
// read as, which is what the name has; 0 where no table knows it and the name has From.
type Doubt struct {
	At       int // in characters of the name
	From, To rune
}

// String says that there is a doubt, never which character.
func (Doubt) String() string { return "doubt" }

// Format implements fmt.Formatter so that no verb prints a character of a name.
func (d Doubt) Format(f fmt.State, _ rune) { fmt.Fprint(f, d.String()) }

// Verdict is the whole of the checks.
func (d *Document) Verdict() check.Verdict { return check.Overall(d.Checks) }

// String gives the kind and counts, never content.
func (d *Document) String() string {
	if d == nil {
		return "document(none)"
	}
	return fmt.Sprintf("document(%s, %d fields, %d files, photo %d B)", d.Kind, d.Subject.fields(), len(d.Raw), len(d.Photo))
}

// Format implements fmt.Formatter so that no verb prints content, of a Document as little as of a pointer to one.
func (d Document) Format(f fmt.State, _ rune) { fmt.Fprint(f, d.String()) }

// LogValue implements slog.LogValuer, for both likewise.
func (d Document) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Wipe overwrites the bytes that the document owns and drops the rest. The document is empty afterwards.
func (d *Document) Wipe() {
	if d == nil {
		return
	}
	clear(d.Photo)
	clear(d.Doubts)
	for _, b := range d.Raw {
		clear(b)
	}
	*d = Document{}
}
