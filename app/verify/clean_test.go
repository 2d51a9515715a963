package verify_test

import (
	"testing"

	"bangban/app/verify"
)

// What nobody sees is made visible; what names need stays.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "SPECIMEN": "SPECIMEN", "样张·买买提": "样张·买买提", "a\nb": "a\nb", "a\tb": "a\ufffdb", "a\x00": "a\ufffd", "\x7f": "\ufffd", "\u0085": "\ufffd",
		"\u202eEVA": "\ufffdEVA", "a\u2066b\u2069": "a\ufffdb\ufffd", "\u200fx": "\ufffdx", "a\u2028b": "a\ufffdb", "E\u200bVA": "E\ufffdVA", "\ufeffEVA": "\ufffdEVA",
		"a\U000e0041b": "a\ufffdb", "\u2060": "\ufffd", "می\u200cخواهم": "می\u200cخواهم", "葛\U000e0100": "葛\U000e0100", "É": "É", "E\u0301": "E\u0301", "\xff": "\ufffd",
	} {
		if got := verify.Clean(in); got != want {
			t.Errorf("%+q is %+q, want %+q", in, got, want)
		}
	}
}
