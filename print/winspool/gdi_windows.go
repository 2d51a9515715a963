package winspool

import (
	"context"
	"fmt"
	"math"
	"unsafe"

	"bangban/print"

	"golang.org/x/sys/windows"
)

// devMode is the beginning of DEVMODEW; the driver's own settings follow it.
type devMode struct {
	device               [32]uint16
	spec, driver         uint16
	size, extra          uint16
	fields               uint32
	orientation, paper   int16
	length, width, scale int16
	copies, source       int16
	quality, color       int16
	duplex               int16
}

// Fields and values of DEVMODEW (wingdi.h).
const (
	dmOrientation, dmPaper, dmCopies, dmDuplex = 0x1, 0x2, 0x100, 0x1000
	portrait, simplex                          = 1, 1
	paperA4, paperA5                           = 9, 11
	dmIn, dmOut                                = 8, 2
)

// settings asks the driver for its settings with ours in them.
func (h *handle) settings(name *uint16, copies int, size print.Size) ([]uint64, error) {
	need, err := call(h.spool, "DocumentPropertiesW", 0, h.h, uintptr(unsafe.Pointer(name)), 0, 0, 0)
	if err != nil || int32(need) < int32(unsafe.Sizeof(devMode{})) || need > 1<<20 {
		return nil, fmt.Errorf("winspool: settings of %d bytes: %w", int32(need), err)
	}
	b := make([]uint64, need/8+1)
	m := (*devMode)(unsafe.Pointer(&b[0]))
	if r, err := call(h.spool, "DocumentPropertiesW", 0, h.h, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(m)), 0, dmOut); int32(r) != 1 {
		return nil, fmt.Errorf("winspool: settings: %w", err)
	}
	m.fields |= dmOrientation | dmCopies | dmDuplex
	m.orientation, m.copies, m.duplex = portrait, int16(copies), simplex
	switch size {
	case print.A4():
		m.fields, m.paper = m.fields|dmPaper, paperA4
	case print.A5():
		m.fields, m.paper = m.fields|dmPaper, paperA5
	}
	if r, err := call(h.spool, "DocumentPropertiesW", 0, h.h, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(m)), uintptr(unsafe.Pointer(m)), dmIn|dmOut); int32(r) != 1 {
		return nil, fmt.Errorf("winspool: settings: %w", err)
	}
	return b, nil
}

// bitmap is BITMAPINFO with a palette of greys.
type bitmap struct {
	size                 uint32
	width, height        int32 // a negative height runs downwards
	planes, bits         uint16
	compression, bytes   uint32
	xPerMetre, yPerMetre int32
	used, important      uint32
	greys                [256]uint32
}

// bandRows is how many rows are drawn at a time: a whole A4 page at 600 dpi is 35 MB.
const bandRows = 512

// draw prints a sheet through the driver and gives the job's number.
func (h *handle) draw(ctx context.Context, printer string, j print.Job, s *print.Sheet) (id uint32, err error) {
	name, err := windows.UTF16PtrFromString(printer)
	if err != nil {
		return 0, err
	}
	title, err := windows.UTF16PtrFromString(j.Title)
	if err != nil {
		return 0, err
	}
	mode, err := h.settings(name, j.Copies, s.Size())
	if err != nil {
		return 0, err
	}
	dc, err := call(h.gdi, "CreateDCW", 0, uintptr(unsafe.Pointer(name)), 0, uintptr(unsafe.Pointer(&mode[0])))
	if err != nil {
		return 0, err
	}
	defer func() { _, _ = call(h.gdi, "DeleteDC", dc) }()
	doc := docInfo{name: title}
	doc.size = int32(unsafe.Sizeof(doc))
	r, err := call(h.gdi, "StartDocW", dc, uintptr(unsafe.Pointer(&doc)))
	if err != nil || int32(r) <= 0 {
		return 0, fmt.Errorf("winspool: StartDoc: %w", err)
	}
	for page := range s.Pages() {
		if err := h.page(ctx, dc, s, page); err != nil {
			_, _ = call(h.gdi, "AbortDoc", dc)
			return 0, err
		}
	}
	if r, err := call(h.gdi, "EndDoc", dc); int32(r) <= 0 {
		return 0, fmt.Errorf("winspool: EndDoc: %w", err)
	}
	return uint32(r), nil
}

// cap asks the device for one of its measures (GetDeviceCaps). 0 is an answer.
func (h *handle) cap(dc uintptr, index uintptr) int {
	r, _ := call(h.gdi, "GetDeviceCaps", dc, index)
	return int(int32(r))
}

func (h *handle) page(ctx context.Context, dc uintptr, s *print.Sheet, page int) error {
	const logPixelsX, offsetX, offsetY = 88, 112, 113
	dpi, scale := dots(h.cap(dc, logPixelsX))
	left, top := -h.cap(dc, offsetX), -h.cap(dc, offsetY)
	if r, err := call(h.gdi, "StartPage", dc); int32(r) <= 0 {
		return fmt.Errorf("winspool: StartPage: %w", err)
	}
	rows := int(math.Round(s.Size().H * float64(dpi) / 25.4))
	for y := 0; y < rows; y += bandRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(bandRows, rows-y)
		band := print.Rect{X: 0, Y: float64(y) * 25.4 / float64(dpi), W: s.Size().W, H: float64(n) * 25.4 / float64(dpi)}
		if err := h.band(dc, s, page, band, dpi, scale, left, top+y*scale); err != nil {
			return err
		}
	}
	if r, err := call(h.gdi, "EndPage", dc); int32(r) <= 0 {
		return fmt.Errorf("winspool: EndPage: %w", err)
	}
	return nil
}

func (h *handle) band(dc uintptr, s *print.Sheet, page int, area print.Rect, dpi, scale, x, y int) error {
	img, err := s.RasterArea(page, area, dpi)
	if err != nil {
		return err
	}
	defer clear(img.Pix)
	w, n := img.Rect.Dx(), img.Rect.Dy()
	stride := (w + 3) &^ 3 // rows of a bitmap end on four bytes
	pix := make([]byte, stride*n)
	defer clear(pix)
	for row := range n {
		copy(pix[row*stride:], img.Pix[row*img.Stride:][:w])
	}
	b := bitmap{width: int32(w), height: -int32(n), planes: 1, bits: 8, used: 256}
	b.size = uint32(unsafe.Offsetof(b.greys))
	for i := range b.greys {
		b.greys[i] = uint32(i) * 0x010101
	}
	const rgbColors, srcCopy = 0, 0x00CC0020
	r, err := call(h.gdi, "StretchDIBits", dc, uintptr(x), uintptr(y), uintptr(w*scale), uintptr(n*scale), 0, 0, uintptr(w), uintptr(n),
		uintptr(unsafe.Pointer(&pix[0])), uintptr(unsafe.Pointer(&b)), rgbColors, srcCopy)
	if err != nil || int32(r) < 0 {
		return fmt.Errorf("winspool: StretchDIBits: %w", err)
	}
	return nil
}
