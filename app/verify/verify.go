// Package verify decides whether a credential that somebody presents may be relied on. It holds what all formats share;
// each format lives in a folder of its own below and is listed in package formats.
//
// # Verdicts
//
// A Result is the checks in the order taken, each three-valued with a reason and the key or list that it rests on, and the
// whole of them: Failed if any failed, Passed only if all that counts passed, else Indeterminate. An unknown key or issuer,
// a list that is too old and a container that cannot be read are Indeterminate; a wrong signature, a broken structure
// inside a readable container, an ended life, another audience, a revoked or used credential are Failed.
//
// Claims are given only where a signature over them has been verified with a key that is trusted here. They are personal
// data: a Result prints and logs as format, verdict and counts.
//
// No network is called on the way to a verdict. The time is the Request's.
package verify

import (
	"context"
	"crypto/ecdh"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/cardreader/check"
)

// MaxInput bounds what is looked at: a signed PDF or OFD with its pictures.
const MaxInput = 16 << 20

// CheckFormat is the name of the check that nothing here reads the bytes.
const CheckFormat = "format"

// Freshness names a snapshot that a verdict rests on and its age.
type Freshness = trust.Freshness

// Format is one format of credentials. Implementations are stateless and safe for concurrent use.
type Format interface {
	ID() string // "claim169", "mdoc" …: stable, lower case, part of the command line's contract
	// Sniff tells cheaply whether the bytes may be of this format. It may be wrong; Verify then says unreadable.
	Sniff(b []byte) bool
	// Verify judges the bytes. Whatever is wrong with them is in the Result; the error is for what has nothing to do
	// with them, an ended ctx for one. It keeps nothing of b and changes nothing in it.
	Verify(ctx context.Context, b []byte, req Request) (*Result, error)
}

// Request is the moment, the place and the trust by which a credential is judged.
type Request struct {
	At          time.Time
	ClockUnsure bool             // the clock runs behind signed times: dates cannot be told
	Audience    string           // who asks; empty: the audience is shown, not judged
	Nonce       string           // what was asked for; empty: nothing
	Anchors     *trust.Store     // nil: nobody is trusted
	Ledger      Ledger           // nil: there is none
	Training    bool             // this is a training station
	Own         string           // name of this station's own institution: its lists are demanded
	Transcript  []byte           // CBOR SessionTranscript that an mdoc answers
	Handover    *Handover        // what an mdoc was asked for over OpenID4VP, where the transcript is not given
	ReaderKey   *ecdh.PrivateKey // the reader's ephemeral key of that session; nil: device MACs cannot be checked
}

// Ledger is the recipient's own record of what was presented here before.
type Ledger interface {
	// Uses looks a serial up, by its Series. It changes nothing.
	Uses(ctx context.Context, series string, serial uint64) (Use, error)
}

// Use is what a ledger knows about a serial.
type Use struct {
	Seen  bool
	ID    [16]byte // the id it was seen with
	Count uint64   // how often it was redeemed
}

// Seen is what the caller notes in its ledger after a Passed judgement with an audience; noting consumes nothing.
type Seen struct {
	Issuer  string
	Station string // counter of that issuer; each numbers its serials from 1
	Serial  uint64
	ID      [16]byte
	MaxUses uint64
	Expires time.Time
}

// Series names the row of serials that Serial is one of, for a ledger: two counters of one institution both have a first.
func (s *Seen) Series() string { return Series(s.Issuer, s.Station) }

// Series names the row of serials of one counter.
func Series(issuer, station string) string { return issuer + "#" + station }

// Result is a judgement.
type Result struct {
	Format  string        `json:"format"` // the format's ID, or the name of a profile of it
	Verdict check.Verdict `json:"verdict"`
	Checks  []check.Check `json:"checks"`
	Claims  Claims        `json:"claims"`
	Trust   []Freshness   `json:"trust"`
	At      time.Time     `json:"at"`
	Seen    *Seen         `json:"-"` // set where the credential can be used up and its signature is proven
	Signer  *trust.Signer `json:"-"` // set where a format that reads this one's envelope needs to know who signed
}

// Claims is what a proven credential says, by name. It prints as a count.
type Claims map[string]string

// Format implements fmt.Formatter so that no verb prints a claim.
func (c Claims) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d claims", len(c)) }

// LogValue implements slog.LogValuer.
func (c Claims) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// NewResult sums checks up.
func NewResult(format string, at time.Time, checks []check.Check) *Result {
	return &Result{Format: format, Verdict: check.Overall(checks), Checks: checks, At: at}
}

// MarshalJSON writes the contract of the command line: every key is there, times in whole seconds UTC.
func (r Result) MarshalJSON() ([]byte, error) {
	type plain Result
	p := plain(r)
	if p.Checks == nil {
		p.Checks = []check.Check{}
	}
	if p.Claims == nil {
		p.Claims = Claims{}
	}
	if p.Trust == nil {
		p.Trust = []Freshness{}
	}
	p.At = p.At.UTC().Truncate(time.Second)
	return json.Marshal(p)
}

// String gives format, verdict and counts, never a claim.
func (r Result) String() string {
	return fmt.Sprintf("result(%s %v, %d checks, %d claims)", r.Format, r.Verdict, len(r.Checks), len(r.Claims))
}

// GoString gives what String gives.
func (r Result) GoString() string { return r.String() }

// LogValue implements slog.LogValuer.
func (r Result) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Wipe drops the claims.
func (r *Result) Wipe() {
	if r != nil {
		*r = Result{}
	}
}

// Run judges b by the first of the formats that can read it, in their order. Where a format sniffs at it and cannot read
// it, the next one is tried; where none can, the Result is Indeterminate, unreadable, and says what was tried.
func Run(ctx context.Context, formats []Format, b []byte, req Request) (*Result, error) {
	if len(b) > MaxInput {
		return unreadable(req.At, fmt.Sprintf("longer than %d bytes", MaxInput)), nil
	}
	var first *Result
	for _, f := range formats {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !f.Sniff(b) {
			continue
		}
		r, err := f.Verify(ctx, b, req)
		if err != nil {
			return nil, fmt.Errorf("verify: %s: %w", f.ID(), err)
		}
		if !slices.ContainsFunc(r.Checks, isUnreadable) {
			return r, nil
		}
		if first == nil {
			first = r
		}
	}
	if first != nil {
		return first, nil
	}
	var ids []string
	for _, f := range formats {
		ids = append(ids, f.ID())
	}
	return unreadable(req.At, "none of "+strings.Join(ids, ", ")), nil
}

// isUnreadable tells whether a check says that the container is not of the format.
func isUnreadable(c check.Check) bool {
	return c.Reason == check.Unreadable && (c.Name == CheckFormat || c.Name == "structure")
}

func unreadable(at time.Time, detail string) *Result {
	return NewResult("unknown", at, []check.Check{check.Unsure(CheckFormat, check.Unreadable, detail)})
}
