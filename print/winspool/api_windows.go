package winspool

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// api is the part of winspool.drv and gdi32.dll that is used. It is loaded from the system's own directory only.
type api struct{ spool, gdi *windows.LazyDLL }

func system() api {
	return api{windows.NewLazySystemDLL("winspool.drv"), windows.NewLazySystemDLL("gdi32.dll")}
}

// call calls a function that gives 0 on failure. Pointers are converted in the call itself, so that what they point to
// stays where it is until the function has returned.
//
//go:uintptrescapes
func call(dll *windows.LazyDLL, name string, args ...uintptr) (uintptr, error) {
	proc := dll.NewProc(name)
	if err := proc.Find(); err != nil {
		return 0, fmt.Errorf("winspool: %s: %w", name, err)
	}
	r, _, err := proc.Call(args...)
	if r == 0 {
		return 0, fmt.Errorf("winspool: %s: %w", name, err)
	}
	return r, nil
}

// sized calls a function that fills a buffer and first tells how large it must be. fill calls it with a buffer of size bytes.
func sized(fill func(buffer unsafe.Pointer, size uintptr, needed *uint32) error) ([]byte, error) {
	var needed uint32
	err := fill(nil, 0, &needed)
	if needed == 0 || err != nil && !isErrno(err, windows.ERROR_INSUFFICIENT_BUFFER) {
		return nil, err
	}
	if needed > 1<<20 {
		return nil, fmt.Errorf("winspool: a list of %d bytes", needed)
	}
	buffer := make([]uint64, needed/8+1) // aligned for the pointers in it
	if err := fill(unsafe.Pointer(&buffer[0]), uintptr(needed), &needed); err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&buffer[0])), len(buffer)*8), nil
}

// printerInfo4 is PRINTER_INFO_4W.
type printerInfo4 struct {
	name, server *uint16
	attributes   uint32
}

// printerInfo5 is PRINTER_INFO_5W.
type printerInfo5 struct {
	name, port         *uint16
	attributes         uint32
	deviceMS, resendMS uint32
}

// jobInfo1 is the beginning of JOB_INFO_1W.
type jobInfo1 struct {
	id                                               uint32
	printer, machine, user, document, datatype, text *uint16
	status                                           uint32
}

// docInfo1 is DOC_INFO_1W, docInfo is DOCINFOW.
type docInfo1 struct{ name, output, datatype *uint16 }

type docInfo struct {
	size                   int32
	name, output, datatype *uint16
	kind                   uint32
}

// Names lists the printers of this computer and those it is connected to.
func Names() ([]string, error) {
	const local, connections, level = 2, 4, 4
	var count uint32
	spool := system().spool
	b, err := sized(func(buffer unsafe.Pointer, size uintptr, needed *uint32) error {
		_, err := call(spool, "EnumPrintersW", local|connections, 0, level, uintptr(buffer), size,
			uintptr(unsafe.Pointer(needed)), uintptr(unsafe.Pointer(&count)))
		return err
	})
	if err != nil || len(b) == 0 {
		return nil, err
	}
	size := int(unsafe.Sizeof(printerInfo4{}))
	var names []string
	for i := range min(int(count), len(b)/size) {
		info := (*printerInfo4)(unsafe.Pointer(&b[i*size]))
		names = append(names, windows.UTF16PtrToString(info.name))
	}
	runtime.KeepAlive(b)
	return names, nil
}

// errNothing says that the spooler filled no buffer.
var errNothing = errors.New("winspool: no answer")

// handle is an open printer.
type handle struct {
	api
	h uintptr
}

func openPrinter(name string) (*handle, error) {
	n, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h := &handle{api: system()}
	if _, err := call(h.spool, "OpenPrinterW", uintptr(unsafe.Pointer(n)), uintptr(unsafe.Pointer(&h.h)), 0); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *handle) close() { _, _ = call(h.spool, "ClosePrinter", h.h) }

// status gives the status and the attributes of the printer.
func (h *handle) status() (status, attributes uint32, err error) {
	b, err := h.printer(6)
	if err != nil || len(b) == 0 {
		return 0, 0, errors.Join(err, errNothing)
	}
	status = *(*uint32)(unsafe.Pointer(&b[0]))
	b, err = h.printer(5)
	if err != nil || len(b) == 0 {
		return 0, 0, errors.Join(err, errNothing)
	}
	return status, (*printerInfo5)(unsafe.Pointer(&b[0])).attributes, nil
}

func (h *handle) printer(level uintptr) ([]byte, error) {
	return sized(func(buffer unsafe.Pointer, size uintptr, needed *uint32) error {
		_, err := call(h.spool, "GetPrinterW", h.h, level, uintptr(buffer), size, uintptr(unsafe.Pointer(needed)))
		return err
	})
}

// job gives the status of a job. known is false where the spooler has no such job any more.
func (h *handle) job(id uint32) (status uint32, known bool, err error) {
	b, err := sized(func(buffer unsafe.Pointer, size uintptr, needed *uint32) error {
		_, err := call(h.spool, "GetJobW", h.h, uintptr(id), 1, uintptr(buffer), size, uintptr(unsafe.Pointer(needed)))
		return err
	})
	if isErrno(err, windows.ERROR_INVALID_PARAMETER) {
		return 0, false, nil
	}
	if err != nil || len(b) == 0 {
		return 0, false, errors.Join(err, errNothing)
	}
	return (*jobInfo1)(unsafe.Pointer(&b[0])).status, true, nil
}

// remove deletes a job (JOB_CONTROL_DELETE).
func (h *handle) remove(id uint32) error {
	const controlDelete = 5
	_, err := call(h.spool, "SetJobW", h.h, uintptr(id), 0, 0, controlDelete)
	return err
}

// raw hands bytes over as they are.
func (h *handle) raw(title string, data []byte) (id uint32, err error) {
	name, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return 0, err
	}
	datatype, err := windows.UTF16PtrFromString("RAW")
	if err != nil {
		return 0, err
	}
	r, err := call(h.spool, "StartDocPrinterW", h.h, 1, uintptr(unsafe.Pointer(&docInfo1{name: name, datatype: datatype})))
	if err != nil {
		return 0, err
	}
	for len(data) > 0 {
		n := min(len(data), 64<<10)
		var wrote uint32
		if _, err := call(h.spool, "WritePrinter", h.h, uintptr(unsafe.Pointer(&data[0])), uintptr(n), uintptr(unsafe.Pointer(&wrote))); err != nil || wrote == 0 {
			_, _ = call(h.spool, "AbortPrinter", h.h)
			return 0, fmt.Errorf("winspool: %d bytes left: %w", len(data), err)
		}
		data = data[min(int(wrote), len(data)):]
	}
	_, err = call(h.spool, "EndDocPrinter", h.h)
	return uint32(r), err
}
