package station

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestAbout(t *testing.T) {
	b := Build{Version: Version, Commit: "unknown", Go: "go1.26", Suites: suites}
	for _, c := range []struct {
		settings []debug.BuildSetting
		commit   string
		cgo      bool
	}{
		{nil, "unknown", false},
		{[]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "CGO_ENABLED", Value: "1"}}, "abc", true},
		{[]debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "abc"}, {Key: "CGO_ENABLED", Value: "0"}}, "abc+changed", false},
	} {
		got := b.with(c.settings)
		if got.Commit != c.commit || got.Cgo != c.cgo {
			t.Errorf("%v gives %+v", c.settings, got)
		}
		lines := strings.Split(got.Words(), "\n")
		if len(lines) != 3 || lines[0] != Version || !strings.Contains(lines[1], c.commit) || !strings.Contains(lines[2], "ES256") {
			t.Errorf("words %q", lines)
		}
	}
}
