package main

import (
	"fmt"
	"io"
)

// service is for systems with pcscd.
func service(_, _ string, _, stderr io.Writer) int {
	fmt.Fprintln(stderr, "serve: Windows has a card service of its own")
	return 2
}

// show is for the scripts, which run elsewhere.
func show(_, _ string, _, stderr io.Writer) int {
	fmt.Fprintln(stderr, "serve: not on Windows")
	return 2
}
