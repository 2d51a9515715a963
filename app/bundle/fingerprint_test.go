package bundle

import (
	"errors"
	"strings"
	"testing"
)

func TestFingerprintForm(t *testing.T) {
	o := newOffice(t, iss)
	fp := Fingerprint(o.root)
	parts := strings.Split(fp, "-")
	if len(parts) != 12 || len(fp) != 12*4+11 {
		t.Fatalf("%q", fp)
	}
	for _, typed := range []string{fp, strings.ToLower(fp), strings.ReplaceAll(fp, "-", " "), strings.ReplaceAll(fp, "-", ""),
		strings.NewReplacer("0", "O", "1", "l").Replace(fp), strings.NewReplacer("0", "０", "9", "９").Replace(fp)} {
		got, err := ParseFingerprint(typed)
		if err != nil || got != fp {
			t.Fatalf("%q read as %q: %v", typed, got, err)
		}
	}
}

// Any one wrong character, any two swapped neighbours of a group, and any two swapped groups are found in their group.
func TestFingerprintFindsTypingErrors(t *testing.T) {
	o := newOffice(t, iss)
	plain := strings.ReplaceAll(Fingerprint(o.root), "-", "")
	expect := func(typed string, group int) {
		t.Helper()
		var g *GroupError
		if _, err := ParseFingerprint(typed); !errors.As(err, &g) || g.Group != group || !errors.Is(err, ErrGroup) {
			t.Fatalf("%q: %v, want group %d", typed, err, group)
		}
	}
	for i := range plain {
		for _, c := range crockford {
			if byte(c) != plain[i] {
				expect(plain[:i]+string(c)+plain[i+1:], i/4+1)
			}
		}
		if i%4 < 3 && plain[i] != plain[i+1] {
			expect(plain[:i]+plain[i+1:i+2]+plain[i:i+1]+plain[i+2:], i/4+1)
		}
	}
	for a := range 11 {
		for b := a + 1; b < 12; b++ {
			g := strings.Split(Fingerprint(o.root), "-")
			g[a], g[b] = g[b], g[a]
			expect(strings.Join(g, ""), a+1)
		}
	}
	expect(plain[:47], 0)
	expect(plain+"0", 0)
	expect("", 0)
	expect(plain[:9]+"U"+plain[10:], 3)
	expect(strings.Repeat(" ", 2000), 0)
}

func FuzzFingerprint(f *testing.F) {
	o := newOffice(f, iss)
	f.Add(Fingerprint(o.root))
	f.Add("0001-0002")
	f.Add("ＯＯ")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseFingerprint(s)
		if err != nil {
			return
		}
		if again, err := ParseFingerprint(got); err != nil || again != got {
			t.Fatalf("%q is read as %q, and that as %q", s, got, again)
		}
	})
}
