package emrtd_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sim"
)

// cost is what one reading takes on the air, from the counters of the connection.
type cost struct {
	commands, bytes int
	access          int // commands up to the end of access control, EF.CardSecurity of a mapping among them
	name            int // commands after that until the person is reported
}

// roundTrip is what one command costs a reader and a chip besides its bytes, in milliseconds. The model is the same on
// every machine: it compares ways of reading, not machines.
const roundTrip = 15

// milliseconds models the time at a rate in kbit/s.
func (c cost) milliseconds(rate int) int { return c.commands*roundTrip + c.bytes*8/rate }

func measure(t *testing.T, specimen string, short bool) cost {
	t.Helper()
	conn := altered(t, specimen, func(s *sim.Specimen) {
		if !short {
			return
		}
		b, err := sim.Load("emrtd-short")
		if err != nil {
			t.Fatal(err)
		}
		s.ATR, s.Extended = b.ATR, false
	})
	var c cost
	conn.Meddle = func(n int, b []byte, next func() ([]byte, error)) ([]byte, error) {
		switch { // the last command in the clear is the end of access control; after PACE, what comes before the application
		case b[0]&0x0C == 0:
			c.access = n
		case b[1] == 0xA4 && b[2] == 0x04:
			c.access = n - 1
		}
		return next()
	}
	doc, err := passport(t).Read(context.Background(), conn, sim.Secrets(specimen), func(p cardreader.Progress) {
		if p.Subject != nil {
			c.name = conn.APDUs - c.access
		}
	})
	if err != nil || doc.Verdict() != check.Passed {
		t.Fatalf("%s: %v", specimen, err)
	}
	if size := len(doc.Raw["DG2"]); size < 20_000 || size > 25_000 {
		t.Fatalf("%s: the portrait has %d bytes: not the one that the bounds are for", specimen, size)
	}
	c.commands, c.bytes = conn.APDUs, conn.BytesIn+conn.BytesOut
	return c
}

// bound is what a reading may cost at the most.
type bound struct {
	specimen string
	short    bool
	commands int
	slowest  int // milliseconds at 106 kbit/s
	fastest  int // at 848
}

const mostForName = 6 // commands after access control

func (b bound) missedBy(c cost) bool {
	return c.commands > b.commands || c.name < 1 || c.name > mostForName || c.milliseconds(106) > b.slowest || c.milliseconds(848) > b.fastest
}

// What a reading costs, and what it may cost at most: a regression is a failure. The same table with gmrtd beside it is
// in testdata/gmrtd.
func TestCost(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "passport\tlengths\tcommands\tat most\tbytes\tname after\t106 kbit/s\t848 kbit/s")
	for _, b := range []bound{
		{"emrtd", false, 10, 1_900, 380}, {"emrtd", true, 110, 3_650, 1_850}, {"emrtd-aa", false, 110, 3_700, 1_900},
		{"emrtd-pace", false, 22, 2_150, 530}, {"emrtd-pace", true, 125, 3_900, 2_050},
		{"emrtd-cam", false, 22, 2_150, 480}, {"emrtd-cam", true, 125, 4_000, 2_050},
	} {
		c := measure(t, b.specimen, b.short)
		lengths := map[bool]string{true: "short", false: "as the chip says"}[b.short]
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d ms\t%d ms\n", b.specimen, lengths, c.commands, b.commands, c.bytes, c.name,
			c.milliseconds(106), c.milliseconds(848))
		if b.missedBy(c) {
			t.Errorf("%s, %s: %+v, %d ms and %d ms; at most %+v", b.specimen, lengths, c, c.milliseconds(106), c.milliseconds(848), b)
		}
		for what, worse := range map[string]cost{ // the bounds can be missed
			"a command":  {b.commands + 1, c.bytes, c.access, c.name},
			"the name":   {c.commands, c.bytes, c.access, mostForName + 1},
			"no name":    {c.commands, c.bytes, c.access, 0},
			"many bytes": {c.commands, c.bytes + 5_000, c.access, c.name},
		} {
			if !b.missedBy(worse) {
				t.Errorf("%s, %s: worse by %s, and nobody sees", b.specimen, lengths, what)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
}
