package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"bangban/cardreader/sim"
)

// show prints what stands on a specimen: its machine readable zone as card read --mrz takes it, or what a reader must
// make of it.
func show(what, name string, stdout io.Writer) error {
	s, err := sim.Load(name)
	if err != nil {
		return err
	}
	switch what {
	case "mrz":
		fmt.Fprintln(stdout, strings.Join(s.MRZ, "|"))
		return nil
	case "truth":
		b, err := json.Marshal(s.Truth)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s\n", b)
		return nil
	}
	return errUsage
}
