//go:build unix

package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the program starts itself with must be enough: else it would start itself for ever.
func TestTidyEnv(t *testing.T) {
	for _, env := range [][]string{
		nil, {"HOME=/h"}, {"GODEBUG=inittrace=1"}, {"GODEBUG=", "HOME=/h", "EMPTY="}, {"GODEBUG=madvdontneed=1", "GODEBUG=clobberfree=1"},
		{"FYNE_CACHE=5s", "GODEBUG=clobberfree=0"}, {"MALLOC_MMAP_THRESHOLD_=1"},
	} {
		once, missing := tidyEnv(env)
		if !missing {
			t.Errorf("%q: nothing is missing", env)
		}
		twice, again := tidyEnv(once)
		if again || !slices.Equal(once, twice) {
			t.Errorf("%q: a second time it is %q, then %q", env, once, twice)
		}
		for _, line := range env {
			if line == "HOME=/h" || line == "EMPTY=" || line == "FYNE_CACHE=5s" || line == "MALLOC_MMAP_THRESHOLD_=1" {
				if !slices.Contains(once, line) {
					t.Errorf("%q: lost %q", env, line)
				}
			}
		}
	}
	if env, _ := tidyEnv([]string{"GODEBUG=inittrace=1"}); env[0] != "GODEBUG=inittrace=1,clobberfree=1" {
		t.Errorf("what was set is %q now", env[0])
	}
}

// The entry of the menu has each of the settings: a start from there is one start. The control lacks one.
func TestMenuEntryIsTidy(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "packaging", "linux", "counter.desktop"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, "Exec=") {
			continue
		}
		lines++
		if words[0] != "Exec=env" {
			t.Fatalf("%q sets nothing", line)
		}
		at := slices.Index(words, "bangban")
		if _, missing := tidyEnv(words[1:at]); missing {
			t.Errorf("%q lacks a setting", line)
		}
		if _, missing := tidyEnv(words[1 : at-1]); !missing {
			t.Errorf("nothing is missed in %q without its last setting", line)
		}
	}
	if lines != 2 {
		t.Errorf("%d lines start the program", lines)
	}
}
