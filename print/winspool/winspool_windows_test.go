package winspool_test

import (
	"os"
	"path/filepath"
	"testing"

	"bangban/print/printtest"
	"bangban/print/winspool"
)

// TestContract wants BANGBAN_WINSPOOL to name a printer whose port is a directory's file that holds what was printed last,
// and BANGBAN_WINSPOOL_OUT that file. It has not been run yet.
func TestContract(t *testing.T) {
	name, out := os.Getenv("BANGBAN_WINSPOOL"), os.Getenv("BANGBAN_WINSPOOL_OUT")
	if name == "" || out == "" {
		t.Skip("no printer is named in BANGBAN_WINSPOOL: nothing printed")
	}
	printtest.Device(t, func(t *testing.T) printtest.Setup {
		_ = os.Remove(out)
		return printtest.Setup{Device: winspool.New(name), Papers: func(t *testing.T) (all [][]byte) {
			files, err := filepath.Glob(out + "*")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b)
			}
			return all
		}}
	})
}

func TestNames(t *testing.T) {
	if _, err := winspool.Names(); err != nil {
		t.Error(err)
	}
}
