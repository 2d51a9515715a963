package ui

import (
	"time"
)

// Measured on keyboard-wedge scanners: a character each 7–16 ms, one gap of 47 ms on a busy machine. So the mean counts,
// not the single gap.
const (
	burstMean  = 35 * time.Millisecond
	burstGap   = 150 * time.Millisecond // a longer pause begins something new
	burstLeast = 10                     // characters
	burstMost  = 8192                   // characters; the largest QR code has 4296
	burstQuiet = 500 * time.Millisecond // nothing acts so long after a burst
)

// burst tells a scanner from fingers. It is fed every character and every Return with their time.
type burst struct {
	text  []rune
	first time.Time
	last  time.Time
	ended time.Time // of the last scan
}

// rune takes one character and tells whether it begins something new.
func (b *burst) rune(r rune, at time.Time) (fresh bool) {
	if len(b.text) == 0 || at.Sub(b.last) > burstGap || len(b.text) >= burstMost {
		b.text, b.first, fresh = b.text[:0], at, true
	}
	b.text = append(b.text, r)
	b.last = at
	return fresh
}

// enter takes a Return. It gives the text where that ends a burst; the text is forgotten in any case.
func (b *burst) enter(at time.Time) (text string, scanned bool) {
	scanned = b.fast() && at.Sub(b.last) <= burstGap
	if scanned {
		text, b.ended = string(b.text), at
	}
	clear(b.text)
	b.text = b.text[:0]
	return text, scanned
}

// fast tells whether what has come so far looks like a scanner.
func (b *burst) fast() bool {
	n := len(b.text)
	return n >= burstLeast && b.last.Sub(b.first) < burstMean*time.Duration(n-1)
}

// quiet tells whether a key or touch must not act now.
func (b *burst) quiet(at time.Time) bool {
	if !b.ended.IsZero() && at.Sub(b.ended) < burstQuiet {
		return true
	}
	return b.fast() && at.Sub(b.last) < burstQuiet
}
