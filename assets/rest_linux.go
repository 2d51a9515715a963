package assets

import (
	"bufio"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rest has the fonts leave the program's memory until somebody reads them again: those who draw with them keep what they took
// out, and the writer of a paper reads the whole of them once. The system keeps them for as long as it has room. Where it
// cannot be sure that they lie in the program's file, nothing is done: what is told to leave anything else is lost.
func Rest() {
	for _, font := range [][]byte{notoSansSC, notoSansSCBold, notoSansSCCommon, notoSansSCBoldCommon, notoSerifTibetan, notoSerifTibetanBold} {
		page := uintptr(os.Getpagesize())
		from := uintptr(unsafe.Pointer(unsafe.SliceData(font)))
		skip := (page - from%page) % page
		whole := (uintptr(len(font)) - skip) / page * page
		if inFile(from+skip, from+skip+whole) {
			// a system that refuses keeps the font, and nothing is lost
			_ = unix.Madvise(font[skip:skip+whole], unix.MADV_DONTNEED)
		}
	}
}

// inFile tells whether the addresses are of a mapped file (proc(5), /proc/pid/maps): then what was not written comes back
// from there, and nobody writes to fonts.
func inFile(from, to uintptr) bool {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var first, last uintptr
		var may, offset, device string
		var inode uint64
		n, err := fmt.Sscanf(lines.Text(), "%x-%x %s %s %s %d", &first, &last, &may, &offset, &device, &inode)
		if err == nil && n == 6 && first <= from && to <= last {
			return inode != 0
		}
	}
	return false
}
