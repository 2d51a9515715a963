//go:build unix

package app

import (
	"os"
	"slices"
	"strings"
	"syscall"
)

// tidied are the settings under which nothing of a visit stays in memory. They are read before main.
//   - GODEBUG clobberfree: Go's collector overwrites what it frees, the copies too that a library made of a paper or a field of
//     what was typed.
//   - FYNE_CACHE: how long the toolkit keeps the pictures of words, a minute else.
//   - MALLOC_MMAP_THRESHOLD_: the C library gives memory of this size and more back to the system as it is freed. The
//     pictures that OpenGL draws with lie there, portraits too.
var tidied = [...]setting{
	{"GODEBUG", "clobberfree=1"}, {"FYNE_CACHE", "20s"}, {"MALLOC_MMAP_THRESHOLD_", "65536"},
}

// clobber has the program start itself anew with these settings, which takes about 15 ms; the entry of the menu has them, so
// that it need not. Where it cannot, it goes on without.
func clobber() {
	env, missing := tidyEnv(os.Environ())
	if !missing {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(self, os.Args, env) // it returns only where it failed
}

type setting struct{ name, value string }

// tidyEnv is env with the settings that are missing in it. What is set already stays as it is, but for GODEBUG, which is a
// list; each name is there once, since the first of two is what counts and the program would start itself for ever.
func tidyEnv(env []string) (out []string, missing bool) {
	set := map[string]int{} // where in out
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		tidy := slices.ContainsFunc(tidied[:], func(s setting) bool { return s.name == name })
		if _, twice := set[name]; twice || tidy && value == "" {
			continue
		}
		set[name] = len(out)
		out = append(out, line)
	}
	for _, s := range tidied {
		i, is := set[s.name]
		switch {
		case !is:
			out, missing = append(out, s.name+"="+s.value), true
		case s.name == "GODEBUG" && !strings.Contains(out[i], "clobberfree="):
			out[i], missing = out[i]+","+s.value, true
		}
	}
	return out, missing
}
