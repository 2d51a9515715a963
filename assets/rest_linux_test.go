package assets

import (
	"crypto/sha256"
	"os"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// held is how much of files is in memory, in kB (proc(5), RssFile).
func held(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssFile:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Skip("the system does not say what is held")
	return 0
}

// The fonts leave the memory and are the same afterwards. The control reads them first, and sees them come.
func TestRest(t *testing.T) {
	sum := func() [32]byte {
		return sha256.Sum256(append(append([]byte{}, notoSansSC[:1<<20]...), notoSansSCBold...))
	}
	Rest()
	empty := held(t)
	before := sum()
	full := held(t)
	Rest()
	rested := held(t)
	if full-empty < 10000 {
		t.Fatalf("read, the fonts take %d kB: nothing is measured", full-empty)
	}
	if full-rested < 10000 {
		t.Errorf("%d of %d kB left the memory", full-rested, full-empty)
	}
	if sum() != before {
		t.Fatal("the fonts changed")
	}
}

// What is not a file's must never be told to leave.
func TestInFile(t *testing.T) {
	at := func(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }
	if p := at(notoSansSC); !inFile(p, p+uintptr(len(notoSansSC))) {
		t.Error("the font is not found in the program's file")
	}
	own := make([]byte, 1<<16)
	if p := at(own); inFile(p, p+uintptr(len(own))) {
		t.Error("a buffer counts as a file's")
	}
	if p := at(notoSansSC); inFile(p, p+1<<40) {
		t.Error("more than is mapped counts as a file's")
	}
}
