package https

import (
	"sync"
	"time"
)

// Back-off (design §6).
const (
	backoffBase = 2 * time.Second
	backoffCap  = 15 * time.Minute
	maxRetry    = time.Hour // of Retry-After
	illLimit    = 5         // answers of 500 in a row
)

// gate is shut for a while after a failure.
type gate struct {
	now    func() time.Time
	jitter func(time.Duration) time.Duration // random, at least 0 and below its argument

	mu    sync.Mutex
	fails int
	ill   int
	until time.Time
}

// wait says for how long the gate stays shut; 0: it is open.
func (g *gate) wait() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := g.until.Sub(g.now())
	if left > maxRetry { // the clock was set back
		g.until = time.Time{}
		return 0
	}
	return max(left, 0)
}

// shut closes the gate after a failure, at least for as long as the other side asked.
func (g *gate) shut(asked time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	most := backoffCap
	if g.fails < 16 {
		most = min(most, backoffBase<<g.fails)
	}
	g.fails++
	g.until = g.now().Add(max(min(asked, maxRetry), g.jitter(most)))
}

// sick counts an answer of 500 and tells whether there were too many in a row.
func (g *gate) sick() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ill++
	return g.ill >= illLimit
}

// well notes that a batch went through.
func (g *gate) well() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails, g.ill, g.until = 0, 0, time.Time{}
}

// open lets the next try happen now.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until, g.ill = time.Time{}, 0
}
