package station

import (
	"bytes"
	"testing"
)

// A text file ends in a line end that is not part of the text; bytes may end in the same ones.
func TestOnlyTextIsTrimmed(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"6BF:UNM\n", "6BF:UNM"},
		{"6BF:UNM\r\n", "6BF:UNM"},
		{"\xd8\x3d\xd2\x0a", "\xd8\x3d\xd2\x0a"},
		{"\x01text\n", "\x01text\n"},
	} {
		if got, unread := text([]byte(tc.in)); unread || !bytes.Equal(got, []byte(tc.want)) {
			t.Errorf("%q: %q", tc.in, got)
		}
	}
}
