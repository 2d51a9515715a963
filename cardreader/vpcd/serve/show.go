package main

import (
	"encoding/json"
	"fmt"
	"io"

	"bangban/cardreader/sim"
)

// show prints what stands on a specimen or is told beside it, as card read takes it (--mrz, --can, --pin), or what a reader
// must make of it.
func show(what, name string, stdout io.Writer) error {
	s, err := sim.Load(name)
	if err != nil {
		return err
	}
	switch what {
	case "mrz", "can", "pin":
		fmt.Fprintln(stdout, map[string]string{"mrz": s.Secret(), "can": s.CAN, "pin": s.PIN}[what])
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
