package voucher

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/cardreader/check"
)

// Voucher is one signed permission. Those that come from Open are proven up to their context; those that a station
// fills in are drafts for Sign. No verb and no logger prints what is in it.
type Voucher struct {
	Issuer    string   // iss: name of the institution, a URI
	Subject   [16]byte // sub: random, never derived from a number
	Audience  string   // aud: id of the recipient
	Expires   time.Time
	NotBefore time.Time
	IssuedAt  time.Time
	ID        [16]byte   // cti: random
	Nonce     []byte     // what the recipient gave, 8 to 64 bytes; nil: nothing
	Status    *StatusRef // place in a status list; nil: none
	Terms     Terms
	Holder    Holder

	proof *proof // set by Open only
}

// StatusRef is a place in a status list (Token Status List, draft-ietf-oauth-status-list-21 §6).
type StatusRef struct {
	Index uint64 `cbor:"idx"`
	URI   string `cbor:"uri"`
}

// Terms is the private claim -70001: what the paper allows.
type Terms struct {
	PurposeCode   string
	PurposeText   string   // one sentence in the person's language
	MaxUses       uint64   // 0 reads as 1
	Before        [32]byte // SHA-256 of the assistance record up to the person's Yes
	Operations    []string // codes of what the holder may have done
	RepresentedBy string   // who acts for the holder; empty: nobody
	Serial        uint64
	Binding       []byte // see BindDocument; nil: not bound to a document
}

// Uses is how often the paper may be used: MaxUses, where 0 reads as 1.
func (t Terms) Uses() uint64 { return max(t.MaxUses, 1) }

// proof is what Open found out.
type proof struct {
	station string
	keyID   []byte
	hash    [32]byte
	checks  []check.Check
}

// Station names the counter that signed, from its delegation. Empty for a draft.
func (v *Voucher) Station() string {
	if v.proof == nil {
		return ""
	}
	return v.proof.station
}

// Serial is the serial as people read it, "T01-000123". Empty for a draft.
func (v *Voucher) Serial() string {
	if v.proof == nil {
		return ""
	}
	return FormatSerial(v.proof.station, v.Terms.Serial)
}

// Hash is the SHA-256 of the COSE bytes. Zero for a draft.
func (v *Voucher) Hash() (h [32]byte) {
	if v.proof != nil {
		h = v.proof.hash
	}
	return h
}

// Checks gives the checks that Open took, in order. None for a draft.
func (v *Voucher) Checks() []check.Check {
	if v.proof == nil {
		return nil
	}
	return slices.Clone(v.proof.checks)
}

// SubjectText is sub as it is written in the claim.
func (v *Voucher) SubjectText() string { return base64.RawURLEncoding.EncodeToString(v.Subject[:]) }

// Wipe drops what the voucher holds and overwrites its bytes. It is empty afterwards.
func (v *Voucher) Wipe() {
	if v == nil {
		return
	}
	clear(v.Nonce)
	clear(v.Terms.Binding)
	clear(v.Holder.Face)
	*v = Voucher{}
}

// String gives the serial and counts, never content.
func (v *Voucher) String() string {
	if v == nil {
		return "voucher(none)"
	}
	return fmt.Sprintf("voucher(serial %d, %d holder fields)", v.Terms.Serial, v.Holder.fields())
}

// Format implements fmt.Formatter so that no verb prints content, of the value or of a pointer to it.
func (v Voucher) Format(f fmt.State, _ rune) { fmt.Fprint(f, v.String()) }

// LogValue implements slog.LogValuer.
func (v Voucher) LogValue() slog.Value { return slog.StringValue(v.String()) }

// Format implements fmt.Formatter: terms may name a representative.
func (t Terms) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "terms(serial %d)", t.Serial) }

// LogValue implements slog.LogValuer.
func (t Terms) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// IsTraining tells whether an issuer is a training institution: nothing it signs is worth anything.
func IsTraining(iss string) bool { return strings.HasPrefix(iss, "urn:bangban:training:") }

// Bounds of single fields, in bytes of UTF-8.
const (
	maxField      = 512
	maxOperations = 16
	minNonce      = 8
	maxNonce      = 64
)

// validate holds for every voucher: those that are signed and those that are opened.
func (v *Voucher) validate() error {
	var zero [16]byte
	t := &v.Terms
	for _, f := range []struct {
		what string
		ok   bool
	}{
		{"iss", text(v.Issuer, 1)},
		{"sub", v.Subject != zero},
		{"aud", text(v.Audience, 1)},
		{"exp, nbf, iat", v.IssuedAt.Unix() > 0 && !v.NotBefore.Before(v.IssuedAt) && v.Expires.After(v.NotBefore)},
		{"cti", v.ID != zero},
		{"nonce", v.Nonce == nil || len(v.Nonce) >= minNonce && len(v.Nonce) <= maxNonce},
		{"status", v.Status == nil || text(v.Status.URI, 1)},
		{"purpose", text(t.PurposeCode, 1) && text(t.PurposeText, 0)},
		{"before", t.Before != [32]byte{}},
		{"operations", len(t.Operations) <= maxOperations && !slices.ContainsFunc(t.Operations, notText)},
		{"represented by", text(t.RepresentedBy, 0)},
		{"serial", t.Serial > 0},
		{"binding", t.Binding == nil || len(t.Binding) == BindingSize},
		{"holder", v.Holder.valid()},
	} {
		if !f.ok {
			return fmt.Errorf("%w: %s", ErrIncomplete, f.what)
		}
	}
	return nil
}

// text tells whether s is at least n bytes of printable UTF-8 and not too long.
func text(s string, n int) bool {
	return len(s) >= n && len(s) <= maxField && utf8.ValidString(s) && !strings.ContainsFunc(s, control)
}

func notText(s string) bool { return !text(s, 1) }

// control finds what could make a screen or a sheet say something else: control characters and the bidirectional
// overrides (Unicode UAX #9 §2). Line ends separate the lines of an address.
func control(r rune) bool {
	return r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
