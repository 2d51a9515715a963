package scan_test

import (
	"strings"
	"testing"
	"time"

	"bangban/app/scan"
)

func TestBurst(t *testing.T) {
	type event struct {
		r     rune // 0: Return
		after time.Duration
	}
	ms := time.Millisecond
	typed := func(s string, gap time.Duration, enter time.Duration) (out []event) {
		for _, r := range s {
			out = append(out, event{r, gap})
		}
		return append(out, event{0, enter})
	}
	slow := append(typed("HC1:6BF", 8*ms, 47*ms)[:7], typed("NCFOX", 8*ms, 8*ms)...)
	slow[7].after = 47 * ms // one slow gap, as measured on a busy machine
	for _, c := range []struct {
		name   string
		events []event
		want   string
	}{
		{"scanner", typed("HC1:6BFNCFOX", 8*ms, 8*ms), "HC1:6BFNCFOX"},
		{"one slow gap", slow, "HC1:6BFNCFOX"},
		{"fingers", typed("HC1:6BFNCFOX", 90*ms, 90*ms), ""},
		{"fast but short", typed("123456789", 8*ms, 8*ms), ""},
		{"mean at the limit", typed("1234567890", 35*ms, 35*ms), ""},
		{"Return comes late", typed("HC1:6BFNCFOX", 8*ms, 200*ms), ""},
		{"fingers before it", append([]event{{'a', 0}, {'b', 300 * ms}}, append([]event{{'H', 300 * ms}}, typed("C1:6BFNCFOX", 8*ms, 8*ms)...)...), "HC1:6BFNCFOX"},
	} {
		b, now, got := &scan.Burst{}, time.Unix(0, 0), ""
		for _, e := range c.events {
			now = now.Add(e.after)
			if e.r != 0 {
				b.Rune(e.r, now)
			} else if text, ok := b.Enter(now); ok {
				got = text
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if want := c.want != ""; b.Quiet(now.Add(499*ms)) != want || b.Quiet(now.Add(501*ms)) {
			t.Errorf("%s: quiet for the wrong time", c.name)
		}
		if b.Len() != 0 {
			t.Errorf("%s: characters are kept", c.name)
		}
	}
}

func TestBurstIsBounded(t *testing.T) {
	b, now := &scan.Burst{}, time.Unix(0, 0)
	for range 3 * scan.BurstMost {
		now = now.Add(time.Millisecond)
		b.Rune('x', now)
	}
	if b.Len() > scan.BurstMost {
		t.Errorf("%d characters are kept", b.Len())
	}
}

// TestBurstOfALongCode feeds 2,000 characters with the stutter of a busy machine.
func TestBurstOfALongCode(t *testing.T) {
	b, now := &scan.Burst{}, time.Unix(0, 0)
	text := strings.Repeat("6BFOXN%TS3", 200)
	for i, r := range text {
		now = now.Add(8 * time.Millisecond)
		if i%97 == 96 {
			now = now.Add(60 * time.Millisecond)
		}
		if b.Rune(r, now) != (i == 0) {
			t.Fatalf("character %d begins something new", i)
		}
	}
	if got, ok := b.Enter(now.Add(9 * time.Millisecond)); !ok || got != text {
		t.Errorf("%d characters of %d", len(got), len(text))
	}
}

// TestBurstWithoutReturn wants a long scan ended by silence, and never what fingers type.
func TestBurstWithoutReturn(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		gap  time.Duration
		wait time.Duration
		want bool
	}{
		"scanner":        {60, 8 * time.Millisecond, scan.BurstGap, true},
		"still running":  {60, 8 * time.Millisecond, scan.BurstGap - time.Millisecond, false},
		"short":          {39, 8 * time.Millisecond, scan.BurstGap, false},
		"fingers":        {60, 80 * time.Millisecond, scan.BurstGap, false},
		"mean too large": {60, 35 * time.Millisecond, scan.BurstGap, false},
	} {
		b, now := &scan.Burst{}, time.Unix(0, 0)
		for range c.n {
			now = now.Add(c.gap)
			b.Rune('7', now)
		}
		if text, ok := b.Silent(now.Add(c.wait)); ok != c.want || ok && len(text) != c.n {
			t.Errorf("%s: %d characters, %v", name, len(text), ok)
		}
	}
}

func TestExplain(t *testing.T) {
	for text, want := range map[string]scan.Cause{
		"6BFOXN%TS3DH0YOJ58S S-W5HDC":             scan.Fine,
		"6bfoxn%ts3dh0yoj58s s-w5hdc":             scan.CapsLock,
		"6BFOXN%TS3DH0ZOJ58S SßW5HDC":             scan.Layout, // German
		"&BFOXN5TS\"DHàZOJ(_S S)Z(HDC":            scan.Layout, // French
		"6BFOXN(TS3DH0YOJ58S S)W5HDC":             scan.Layout,
		"６ＢＦＯＸＮ％ＴＳ３ＤＨ":                            scan.Method,
		"6不佛下那TS3DH0YOJ58S":                       scan.Method,
		"6BFOXN。TS3DH0YOJ58S":                     scan.Method,
		"shc:/5676290952432060346029243740446031": scan.Fine,
		"https://example.org/x?y=z":               scan.Fine,
		"eyJhbGciOiJFUzI1NiJ9.e30.AAAA~WyJhIl0~":  scan.Fine,
		"P<UTOSPECIMEN<<MEI<<<<<<<<<<<<":          scan.Fine,
		"6ß":                                      scan.Fine, // too short to say anything
	} {
		if got := scan.Explain(text); got != want {
			t.Errorf("Explain(%q) = %q, want %q", text, got, want)
		}
	}
	if got := scan.Mend("6bfoxn%ts3dh0yoj58s"); got != "6BFOXN%TS3DH0YOJ58S" {
		t.Errorf("Mend gives %q", got)
	}
	if got := scan.Mend("6BFOXN(TS3DH0YOJ58S"); got != "6BFOXN(TS3DH0YOJ58S" {
		t.Errorf("Mend changed what it cannot know: %q", got)
	}
}
