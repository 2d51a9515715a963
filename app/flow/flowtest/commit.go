package flowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/voucher"
)

// Commit is a store in memory. It implements flow.Commit.
type Commit struct {
	mu      sync.Mutex
	next    uint64
	rows    map[string]desk.LedgerRow
	befores map[string]string
	afters  []desk.After
	fail    map[string]error
	hold    chan struct{}
	aliases [][]byte
	now     func() time.Time
	note    func(string)
}

var _ flow.Commit = (*Commit)(nil)

// Fail makes one operation fail from now on: "begin" (before the draft), "issue" (after the draft, rolled back),
// "mark", "finish", "unfinished". nil: succeed.
func (c *Commit) Fail(op string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail == nil {
		c.fail = map[string]error{}
	}
	c.fail[op] = err
}

// HoldUnfinished makes the next Unfinished look at once and answer only when the channel is closed.
func (c *Commit) HoldUnfinished(ch chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = ch
}

// Leave puts a row there as a power cut leaves it.
func (c *Commit) Leave(rows ...desk.LedgerRow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range rows {
		c.rows[r.Serial] = r
	}
}

// Rows gives the ledger.
func (c *Commit) Rows() map[string]desk.LedgerRow {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.rows)
}

// Befores gives the encoded records by serial.
func (c *Commit) Befores() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.befores)
}

// Afters gives the records of what became of the papers.
func (c *Commit) Afters() []desk.After {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.afters)
}

// Issue implements flow.Commit.
func (c *Commit) Issue(_ context.Context, draft func(flow.Slot) (flow.Signed, error)) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note("issue")
	if err := c.fail["begin"]; err != nil {
		return "", err
	}
	s, err := draft(flow.Slot{Serial: c.next, StatusURI: "urn:bangban:training:flowtest:status", Index: 77, Now: c.now()})
	if err != nil {
		return "", err
	}
	c.aliases = append(c.aliases, s.Before, s.COSE)
	if err := c.fail["issue"]; err != nil {
		return "", err
	}
	if s.Row.Serial != voucher.FormatSerial("T01", c.next) {
		return "", fmt.Errorf("flowtest: the draft took serial %s", s.Row.Serial)
	}
	c.next++
	c.rows[s.Row.Serial] = s.Row
	if c.befores == nil {
		c.befores = map[string]string{}
	}
	c.befores[s.Row.Serial] = string(s.Before)
	c.note("commit " + s.Row.Serial)
	return "parcel-" + s.Row.Serial, nil
}

// Mark implements flow.Commit.
func (c *Commit) Mark(_ context.Context, serial string, s desk.State, copies int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(fmt.Sprintf("mark %s %s", serial, s))
	if err := c.fail["mark"]; err != nil {
		return err
	}
	r, ok := c.rows[serial]
	if !ok {
		return fmt.Errorf("flowtest: row %s cannot be marked", serial)
	}
	if !r.State.Ended() { // on a paper that has ended only the copies change
		r.State = s
	}
	r.Copies = copies
	c.rows[serial] = r
	return nil
}

// Finish implements flow.Commit.
func (c *Commit) Finish(_ context.Context, a desk.After) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(fmt.Sprintf("finish %s %s", a.Serial, a.State))
	if err := c.fail["finish"]; err != nil {
		return err
	}
	r, ok := c.rows[a.Serial]
	if !ok {
		return fmt.Errorf("flowtest: no row %s", a.Serial)
	}
	if r.State.Ended() && r.State != a.State {
		return fmt.Errorf("flowtest: row %s has ended otherwise", a.Serial)
	}
	r.State, r.Copies = a.State, a.Copies
	c.rows[a.Serial] = r
	c.afters = append(c.afters, a)
	return nil
}

// Unfinished implements flow.Commit.
func (c *Commit) Unfinished(ctx context.Context) ([]desk.LedgerRow, error) {
	rows, hold, err := c.open()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	return rows, err
}

func (c *Commit) open() (open []desk.LedgerRow, hold chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	hold, c.hold = c.hold, nil
	if err := c.fail["unfinished"]; err != nil {
		return nil, hold, err
	}
	for _, serial := range slices.Sorted(maps.Keys(c.rows)) {
		if !c.rows[serial].State.Ended() {
			open = append(open, c.rows[serial])
		}
	}
	return open, hold, nil
}
