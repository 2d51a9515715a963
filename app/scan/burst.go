package scan

import "time"

// Measured on scanners that type: a character each 7–16 ms, one gap of 47 ms on a busy machine. So the mean counts, not the
// single gap.
const (
	burstMean   = 35 * time.Millisecond
	BurstGap    = 150 * time.Millisecond // a longer pause begins something new
	burstLeast  = 10                     // characters before Return
	burstSilent = 40                     // characters where no Return comes: fingers and a stuttering machine never make them
	BurstMost   = 8192                   // characters; the largest QR code has 7089
	BurstQuiet  = 500 * time.Millisecond // nothing acts so long after a burst
)

// Burst tells a scanner from fingers. The zero value is ready; it is not safe for concurrent use.
type Burst struct {
	text  []rune
	first time.Time
	last  time.Time
	ended time.Time // of the last scan
}

// Rune takes one character and tells whether it begins something new.
func (b *Burst) Rune(r rune, at time.Time) (fresh bool) {
	if len(b.text) == 0 || at.Sub(b.last) > BurstGap || len(b.text) >= BurstMost {
		b.Forget()
		b.first, fresh = at, true
	}
	b.text = append(b.text, r)
	b.last = at
	return fresh
}

// Enter takes a Return or Tab. It gives the text where that ends a burst; the text is forgotten in any case.
func (b *Burst) Enter(at time.Time) (text string, scanned bool) {
	defer b.Forget()
	if !b.fast() || at.Sub(b.last) > BurstGap {
		return "", false
	}
	b.ended = at
	return string(b.text), true
}

// Silent is asked BurstGap after a character or later. It gives the text where a scanner ended without a Return.
func (b *Burst) Silent(at time.Time) (text string, scanned bool) {
	if len(b.text) < burstSilent || !b.fast() || at.Sub(b.last) < BurstGap {
		return "", false
	}
	b.ended = at
	text = string(b.text)
	b.Forget()
	return text, true
}

// Forget drops what has come so far.
func (b *Burst) Forget() {
	clear(b.text)
	b.text = b.text[:0]
}

// Heard notes that a scan came by another way: keys rest after it as after a burst.
func (b *Burst) Heard(at time.Time) { b.ended = at }

// Resume lets keys act again at once after a scan that was no scan.
func (b *Burst) Resume() { b.ended = time.Time{} }

// Long tells whether what has come so far can end without a Return.
func (b *Burst) Long() bool { return len(b.text) >= burstSilent && b.fast() }

// Len is how many characters have come so far.
func (b *Burst) Len() int { return len(b.text) }

// fast tells whether what has come so far looks like a scanner.
func (b *Burst) fast() bool {
	n := len(b.text)
	return n >= burstLeast && b.last.Sub(b.first) < burstMean*time.Duration(n-1)
}

// Quiet tells whether a key or touch must not act now.
func (b *Burst) Quiet(at time.Time) bool {
	if !b.ended.IsZero() && at.Sub(b.ended) < BurstQuiet {
		return true
	}
	return b.fast() && at.Sub(b.last) < BurstQuiet
}
