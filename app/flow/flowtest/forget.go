package flowtest

import (
	"maps"

	"bangban/app/desk"
)

// Forget drops what the stand-ins keep for a test to look at: calls, copies, papers, records, and rows that have ended. A
// test of what the counter itself keeps over many visits calls it between them.
func (f *Fakes) Forget() {
	f.mu.Lock()
	f.calls = nil
	f.mu.Unlock()
	f.Cards.mu.Lock()
	f.Cards.aliases = nil
	f.Cards.mu.Unlock()
	f.Signer.mu.Lock()
	f.Signer.signed = nil
	f.Signer.mu.Unlock()
	f.Press.mu.Lock()
	f.Press.jobs, f.Press.printed, f.Press.aliases = nil, nil, nil
	f.Press.mu.Unlock()
	c := f.Commit
	c.mu.Lock()
	defer c.mu.Unlock()
	c.aliases, c.afters = nil, nil
	maps.DeleteFunc(c.rows, func(_ string, r desk.LedgerRow) bool { return r.State.Ended() })
	clear(c.befores)
}
