package flowtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/voucher"
)

// Reader is the name of the reader that New attaches.
const Reader = "sim:desk"

// Fakes is one counter made of stand-ins.
type Fakes struct {
	Cards    *Cards
	Rules    *Rules
	Signer   *Signer
	Press    *Press
	Commit   *Commit
	Papers   *Papers
	Mandates *Mandates
	Grants   *Grants
	Clock    *Clock
	Rand     io.Reader

	mu    sync.Mutex
	calls []string
}

// New gives a training counter with one reader, no card on it, everything working.
func New() *Fakes {
	f := &Fakes{Cards: NewCards(Reader), Clock: NewClock(), Rand: rand.Reader}
	f.Rules = &Rules{station: flow.Station{Name: "T01", Issuer: "urn:bangban:training:flowtest", App: "bangban test",
		Training: true, Software: true, MaxLife: 7 * 24 * time.Hour, Serials: 100, KeyEnds: f.Clock.Now().Add(72 * time.Hour)},
		purposes: Purposes(), recipients: Recipients(), policy: desk.Policy{Hotline: "12345", Hall: desk.Text{"en": "SPECIMEN hall"}}}
	f.Cards.note = f.note
	f.Signer = &Signer{note: f.note}
	f.Press = &Press{note: f.note}
	f.Commit = &Commit{note: f.note, now: f.Clock.Now, rows: map[string]desk.LedgerRow{}, next: 1}
	f.Papers, f.Mandates, f.Grants = &Papers{f: f}, &Mandates{f: f}, &Grants{f: f}
	return f
}

// Ports hands the stand-ins to a machine.
func (f *Fakes) Ports() flow.Ports {
	return flow.Ports{Cards: f.Cards, Rules: f.Rules, Signer: f.Signer, Press: f.Press, Commit: f.Commit, Mandates: f.Mandates, Grants: f.Grants, Papers: f.Papers, Now: f.Clock.Ports, Rand: f.Rand}
}

func (f *Fakes) note(s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, s)
}

// Calls gives the effects in the order in which they happened: "read", "issue", "sign T01-000001", "compose …",
// "commit …", "mark … printing", "print … copy 1", "finish … handed-over".
func (f *Fakes) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Aliases gives every byte slice with personal data that the stand-ins gave away.
func (f *Fakes) Aliases() [][]byte {
	f.Cards.mu.Lock()
	all := slices.Clone(f.Cards.aliases)
	f.Cards.mu.Unlock()
	f.Press.mu.Lock()
	all = append(all, f.Press.aliases...)
	f.Press.mu.Unlock()
	f.Commit.mu.Lock()
	defer f.Commit.mu.Unlock()
	return append(all, f.Commit.aliases...)
}

// Clock is a clock that stands until a test moves it.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	sure bool
}

// NewClock stands at a Monday morning.
func NewClock() *Clock {
	return &Clock{now: time.Date(2027, 3, 1, 9, 30, 0, 250e6, time.UTC), sure: true}
}

// Now is station time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Ports is flow.Ports.Now.
func (c *Clock) Ports() (station, os time.Time, sure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.now, c.sure
}

// Pass moves the clock.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Doubt makes the clock unsure, or sure again.
func (c *Clock) Doubt(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sure = !yes
}

// Rules is a bundle in force. It implements flow.Rules.
type Rules struct {
	mu         sync.Mutex
	purposes   []desk.Purpose
	recipients []desk.Recipient
	policy     desk.Policy
	station    flow.Station
}

var _ flow.Rules = (*Rules)(nil)

// Change lets fn change the rules, as importing a bundle does.
func (r *Rules) Change(fn func(s *flow.Station, p *desk.Policy, purposes *[]desk.Purpose, recipients *[]desk.Recipient)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(&r.station, &r.policy, &r.purposes, &r.recipients)
}

// Purposes implements flow.Rules.
func (r *Rules) Purposes() []desk.Purpose {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.purposes)
}

// Recipients implements flow.Rules.
func (r *Rules) Recipients() []desk.Recipient {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.recipients)
}

// Policy implements flow.Rules.
func (r *Rules) Policy() desk.Policy {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.policy
}

// Station implements flow.Rules.
func (r *Rules) Station() flow.Station {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.station
}

// Signer makes a text that looks like nothing and is worth nothing. It implements flow.Signer.
type Signer struct {
	mu     sync.Mutex
	err    error
	signed []voucher.Voucher
	note   func(string)
}

var _ flow.Signer = (*Signer)(nil)

// Fail makes the next signatures fail; nil: succeed again.
func (s *Signer) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// Signed gives copies of what was signed.
func (s *Signer) Signed() []voucher.Voucher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.signed)
}

// Sign implements flow.Signer.
func (s *Signer) Sign(_ context.Context, v *voucher.Voucher) ([]byte, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(fmt.Sprintf("sign %d", v.Terms.Serial))
	if s.err != nil {
		return nil, "", s.err
	}
	s.signed = append(s.signed, *v)
	text := fmt.Sprintf("FLOWTEST %d %X", v.Terms.Serial, v.ID)
	return []byte("cose " + text), text, nil
}
