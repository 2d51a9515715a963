package kinds_test

import (
	"context"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// samples are specimens whose commands differ: the others add only contents to them.
func samples() map[string]bool {
	return map[string]bool{"emrtd": true, "emrtd-pace": true, "emrtd-cam": true, "emrtd-aa": true, "sscard": true, "sscard-pin": true,
		"thaiid": true, "twnhi": true, "mykad": true, "beid": true, "beid-curve": true, "rsid": true, "rsid-apollo": true}
}

// Pulled at each command in turn, the reading says "pulled" and nothing else; laid down again, the same card gives the same
// document.
func TestPulledAtEachCommand(t *testing.T) {
	all, seen := training(t), map[string]bool{}
	for _, s := range specimens(t) {
		if !samples()[s.Name] {
			continue
		}
		secrets := sim.Secrets(s.Name)
		r := lay(t, s)
		good, n, err := readAt(t, r, all, secrets)
		if err != nil || n < 2 {
			t.Fatalf("%s: %d commands, %v", s.Name, n, err)
		}
		want := hash(t, good)
		for k := 1; k <= n; k++ {
			if testing.Short() && k > 24 && k%10 != 0 && k != n {
				continue
			}
			r.Insert(sim.NewCard(s, sim.PullAt(k)))
			if _, sent, err := readAt(t, r, all, secrets); code(err) != cardreader.CodePulled || sent != k {
				t.Fatalf("%s pulled at command %d of %d: %v after %d", s.Name, k, n, err, sent)
			}
			if r.Card() != nil {
				t.Fatalf("%s: the card lies there still", s.Name)
			}
			if _, _, err := readAt(t, r, all, secrets); code(err) != cardreader.CodeNoCard {
				t.Fatalf("%s pulled at command %d, nothing there: %v", s.Name, k, err)
			}
			r.Insert(sim.NewCard(s))
			again, _, err := readAt(t, r, all, secrets)
			if err != nil || hash(t, again) != want {
				t.Fatalf("%s pulled at command %d and laid again: %v, same document: %v", s.Name, k, err, err == nil && hash(t, again) == want)
			}
		}
		seen[s.Kind] = true
		t.Logf("%s: %d commands", s.Name, n)
	}
	for _, k := range all {
		if k.ID() != "cnid" && !seen[k.ID()] {
			t.Errorf("nobody pulled a card of kind %s", k.ID())
		}
	}
}

// The hash tells two people apart, and a changed check: the test above can fail.
func TestHashTellsApart(t *testing.T) {
	all, hashes := training(t), map[[32]byte]string{}
	for _, name := range []string{"emrtd", "emrtd-wang", "emrtd-tampered", "beid", "beid-address", "beid-photo", "sscard", "sscard-rare"} {
		s, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, _, err := readAt(t, lay(t, s), all, sim.Secrets(name))
		if err != nil {
			t.Fatal(err)
		}
		h := hash(t, doc)
		if other, twice := hashes[h]; twice {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		hashes[h] = name
	}
}

// A card lifted at each frame about it in turn is missed for what it is, and laid again it gives the same document.
func TestLiftedAtEachFrame(t *testing.T) {
	all, said := training(t), map[string]bool{}
	for _, s := range specimens(t) {
		if !s.OfSAM() || s.Truth.Number == "" {
			continue
		}
		reader := func() (m *sim.SAM, read func() (*cardreader.Document, error)) {
			m = sim.NewSAM()
			r := moduleReader(t, m)
			return m, func() (*cardreader.Document, error) {
				doc, _, err := readAt(t, r, all, nil)
				return doc, err
			}
		}
		m, read := reader()
		m.Lay(s)
		good, err := read()
		n := m.Frames()
		if err != nil || n < 3 {
			t.Fatalf("%s: %d frames, %v", s.Name, n, err)
		}
		want := hash(t, good)
		if _, err := read(); code(err) != sam.CodeLift { // nobody can tell a card that was read from none
			t.Errorf("%s not lifted: %v", s.Name, err)
		}
		for k := 1; k <= n; k++ {
			m, read := reader()
			m.Lay(s)
			m.LiftAt(k)
			_, err := read()
			if got := code(err); got != lifted(k) {
				t.Errorf("%s lifted at frame %d of %d: %v, want %s", s.Name, k, n, err, lifted(k))
			}
			said[code(err)] = true
			if _, err := read(); code(err) != cardreader.CodeNoCard && code(err) != sam.CodeLift {
				t.Errorf("%s lifted at frame %d, nothing there: %v", s.Name, k, err)
			}
			m.Lay(s)
			if doc, err := read(); err != nil || hash(t, doc) != want {
				t.Errorf("%s lifted at frame %d and laid again: %v", s.Name, k, err)
			}
		}
	}
	if len(said) != 3 {
		t.Errorf("%d different sentences: %v", len(said), said)
	}
}

// lifted is what is said of a card lifted before frame k: find, select, read base, read address.
func lifted(k int) string {
	switch {
	case k == 1:
		return cardreader.CodeNoCard
	case k == 2:
		return sam.CodeLift
	}
	return cardreader.CodePulled
}

// A specimen that is pulled, slow or refused is so by its name too.
func TestNamedTrouble(t *testing.T) {
	all := training(t)
	for name, want := range map[string]string{"emrtd?pull=1": cardreader.CodePulled, "sscard?pull=5": cardreader.CodePulled, "emrtd?pull=9999": ""} {
		s, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = readAt(t, lay(t, s), all, sim.Secrets(name))
		if err == nil && want != "" || err != nil && code(err) != want {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	waits := 0
	s, err := sim.Load("emrtd-slow")
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := readAt(t, lay(t, s, sim.Slow(func(context.Context, int) { waits++ })), all, sim.Secrets(s.Name))
	if err != nil || waits != n || !strings.Contains(s.Name, "slow") {
		t.Errorf("%d waits for %d commands: %v", waits, n, err)
	}
}
