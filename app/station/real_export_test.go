package station

import "bangban/cardreader"

// Cut lets a test take the power away before a step of an exchange of bundles.
func Cut(o *Options, f func(step string) error) { o.cut = f }

// Attach gives a counter readers of the test's own.
func (s *Station) Attach(sys cardreader.System) { s.cards.systems = append(s.cards.systems, sys) }

// Unlocked tells whether the voucher key is open.
func (s *Station) Unlocked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key != nil && !s.key.Locked()
}
