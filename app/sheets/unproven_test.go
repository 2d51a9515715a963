package sheets

import "testing"

func TestUnprovenSentence(t *testing.T) {
	for want, v := range map[string]VoucherData{"": {Second: true}, "paper.unproven.one": {Unproven: true}, "paper.unproven": {Unproven: true, Second: true}} {
		if got := v.unproven(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
