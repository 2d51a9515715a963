//go:build unix

package app

import (
	"os"
	"strings"
	"syscall"
)

// clobber has Go's collector overwrite what it frees (runtime, GODEBUG clobberfree): what a visit leaves behind in memory, the
// copies too that a library made of a paper or a field of what was typed, is gone with the collection at its end. The
// setting is read once, before main, so the program starts itself anew with it, which takes about 10 ms; where it cannot,
// it goes on without.
func clobber() {
	const want = "clobberfree=1"
	set := os.Getenv("GODEBUG")
	if strings.Contains(set, "clobberfree=") {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	if set != "" {
		set += ","
	}
	env := append(os.Environ(), "GODEBUG="+set+want)
	_ = syscall.Exec(self, os.Args, env) // it returns only where it failed
}
