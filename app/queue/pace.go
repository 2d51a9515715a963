package queue

import (
	"errors"
	"sync"
)

// Bounds of a pace in parcels a batch.
const (
	firstPace = 64
	mostPace  = 256
)

// Pace is how many parcels a line carries at once, learnt from what happened: twice as many after a full batch that was
// answered, half after one on whose way the line broke. A line that breaks every minute carries a few parcels a minute
// and never a thousand. The zero value begins at 64; it is safe for concurrent use.
type Pace struct {
	mu   sync.Mutex
	next int
}

// size is how many parcels to claim.
func (p *Pace) size() int {
	if p == nil {
		return firstPace
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == 0 {
		p.next = firstPace
	}
	return p.next
}

// learn takes what became of a batch of n parcels. Not being let out at all says nothing about the line.
func (p *Pace) learn(n int, err error) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case errors.Is(err, ErrNoAnswer):
		p.next = max(n/2, 1)
	case err == nil && n >= p.next:
		p.next = min(2*n, mostPace)
	}
}
