package app

import (
	"context"
	"strconv"
	"syscall"
	"unsafe"

	"bangban/app/flow"
)

type rect struct{ left, top, right, bottom int32 }

type monitorInfo struct {
	size          uint32
	monitor, work rect
	flags         uint32
}

const primaryMonitor = 1 // MONITORINFOF_PRIMARY

// monitors asks user32 (EnumDisplayMonitors, GetMonitorInfoW). Two at the same place are one picture.
func monitors(context.Context) (all []flow.Monitor) {
	user := syscall.NewLazyDLL("user32.dll")
	enumerate, info := user.NewProc("EnumDisplayMonitors"), user.NewProc("GetMonitorInfoW")
	at := map[[2]int32]bool{}
	each := syscall.NewCallback(func(handle, _, _, _ uintptr) uintptr {
		i := monitorInfo{size: uint32(unsafe.Sizeof(monitorInfo{}))}
		if ok, _, _ := info.Call(handle, uintptr(unsafe.Pointer(&i))); ok == 0 || len(all) == maxMonitors {
			return 1
		}
		m := i.monitor
		if !at[[2]int32{m.left, m.top}] {
			at[[2]int32{m.left, m.top}] = true
			all = append(all, flow.Monitor{Name: strconv.Itoa(len(all) + 1), X: int(m.left), Y: int(m.top), W: int(m.right - m.left), H: int(m.bottom - m.top),
				Primary: i.flags&primaryMonitor != 0})
		}
		return 1
	})
	enumerate.Call(0, 0, each, 0)
	return all
}
