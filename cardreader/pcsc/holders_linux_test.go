package pcsc

import (
	"slices"
	"testing"
	"testing/fstest"
)

// Programs with the library are named, once each, this one and the others are not.
func TestHolders(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	lib := file("7f00-7f01 r-xp 0 00:00 1 /usr/lib/x86_64-linux-gnu/libpcsclite.so.1.0.0\n")
	proc := fstest.MapFS{
		"10/maps": lib, "10/comm": file("scdaemon\n"),
		"11/maps": lib, "11/comm": file("scdaemon\n"),
		"12/maps": lib, "12/comm": file("bangban\n"),
		"13/maps": file("/usr/lib/libc.so.6\n"), "13/comm": file("bash\n"),
		"14/comm":  file("hidden\n"),
		"net/maps": lib, "net/comm": file("no process\n"),
	}
	if got := holders(proc, 12); !slices.Equal(got, []string{"scdaemon"}) {
		t.Errorf("%q", got)
	}
	if got := holders(proc, 0); !slices.Equal(got, []string{"bangban", "scdaemon"}) {
		t.Errorf("%q", got)
	}
	if got := holders(fstest.MapFS{}, 0); got != nil {
		t.Errorf("%q", got)
	}
}
