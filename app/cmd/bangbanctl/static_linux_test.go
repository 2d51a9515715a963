package main

import (
	"debug/elf"
	"os"
	"slices"
	"testing"
)

// Built without C the program stands alone: no dynamic linker, no library of the computer, as servers want it. Built with
// C it does not: the test can fail.
func TestStandsAlone(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dynamic := slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	if dynamic != builtWithC(t) {
		libraries, _ := f.ImportedLibraries() // none is an answer, too
		t.Errorf("built with C: %v, with a dynamic linker: %v, libraries %q", builtWithC(t), dynamic, libraries)
	}
}
