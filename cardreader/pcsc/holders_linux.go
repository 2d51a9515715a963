package pcsc

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// maxHolders is how many programs are named at most.
const maxHolders = 3

// holders names the programs that have the client library of the card service loaded, besides self. proc is /proc. A
// user sees the programs of that user only; what is not seen is not named.
func holders(proc fs.FS, self int) []string {
	entries, err := fs.ReadDir(proc, ".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == self {
			continue
		}
		maps, err := fs.ReadFile(proc, e.Name()+"/maps")
		if err != nil || !bytes.Contains(maps, []byte("/libpcsclite.so")) {
			continue
		}
		comm, err := fs.ReadFile(proc, e.Name()+"/comm")
		name := strings.TrimSpace(string(comm))
		if err == nil && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), maxHolders)]
}

// others names them on this computer.
func others() []string { return holders(os.DirFS("/proc"), os.Getpid()) }
