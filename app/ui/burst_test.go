package ui

import (
	"testing"
	"time"
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
		b, now, got := &burst{}, time.Unix(0, 0), ""
		for _, e := range c.events {
			now = now.Add(e.after)
			if e.r != 0 {
				b.rune(e.r, now)
			} else if text, ok := b.enter(now); ok {
				got = text
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if want := c.want != ""; b.quiet(now.Add(499*ms)) != want || b.quiet(now.Add(501*ms)) {
			t.Errorf("%s: quiet for the wrong time", c.name)
		}
		if len(b.text) != 0 {
			t.Errorf("%s: characters are kept", c.name)
		}
	}
}

func TestBurstIsBounded(t *testing.T) {
	b, now := &burst{}, time.Unix(0, 0)
	for range 3 * burstMost {
		now = now.Add(time.Millisecond)
		b.rune('x', now)
	}
	if len(b.text) > burstMost {
		t.Errorf("%d characters are kept", len(b.text))
	}
}

func TestZoneLines(t *testing.T) {
	td3 := "P<UTOSPECIMEN<<MEI<<<<<<<<<<<<<<<<<<<<<<<<<<"
	for typed, want := range map[string]string{
		td3 + td3: td3 + "|" + td3,
		"p<uto specimen<<mei<<<<<<<<<<<<<<<<<<<<<<<<<<\n" + td3: td3 + "|" + td3,
		"I<UTO":   "I<UTO",
		"123 456": "123456",
		"":        "",
	} {
		if got := zoneLines(typed); got != want {
			t.Errorf("zoneLines(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestGroupNumber(t *testing.T) {
	for n, want := range map[string]string{
		"11010119400101002X": "110101 1940 0101 002X",
		"X00000001":          "X00 000 001",
		"X0000001":           "X00 000 01",
		"1234567":            "123 4567",
		"123456":             "123456",
		"AB-12/34 5678":      "AB-12/34 5678",
		"":                   "",
	} {
		if got := groupNumber(n); got != want {
			t.Errorf("groupNumber(%q) = %q, want %q", n, got, want)
		}
	}
}
