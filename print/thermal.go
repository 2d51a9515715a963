package print

import (
	"fmt"
	"image"
	"math"
)

// Measures of roll paper and of the printers that take it.
const (
	ThermalDPI        = 203 // 8 dots a millimetre
	ThermalModuleDots = 5   // 0.626 mm: what a camera and a fold leave readable
	MaxThermalVersion = 22  // 113 modules of 5 dots with the quiet zone, of 576
	maxRoll           = 2000

	thermalModule = ThermalModuleDots * 25.4 / ThermalDPI // mm
)

// Roll80 is paper of 80 mm from a roll; a sheet on it is made as long as may be and then cut.
func Roll80() Size { return Size{80, maxRoll} }

// Roll58 is paper of 58 mm from a roll. It has no room for the code of a voucher.
func Roll58() Size { return Size{58, maxRoll} }

// EncodeThermal makes the code of str for roll paper. One that needs a version above MaxThermalVersion fails with
// CodeCodeTooLarge.
func EncodeThermal(str string) (*QR, error) {
	rows, err := encode(str, MaxThermalVersion)
	if err != nil {
		return nil, err
	}
	return &QR{rows, thermalModule, ThermalDPI}, nil
}

// CutAt makes every page end at y millimetres, or at the next whole dot below: who draws a PDF from its lower edge then
// meets the same dots as who draws from the upper one.
func (s *Sheet) CutAt(y float64) {
	if !(y >= 20 && y <= s.size.H) {
		s.fail(fmt.Errorf("%w: no such length", ErrLayout))
		return
	}
	s.size.H = math.Ceil(y*ThermalDPI/25.4) * 25.4 / ThermalDPI
}

// RasterRoll draws one page in the dots of a printer of ThermalDPI that has fewer of them than the paper is wide: the
// middle of the page. Codes of EncodeThermal stay whole dots. The pixels are the caller's to wipe.
func (s *Sheet) RasterRoll(page, dots int) (*image.Gray, error) {
	whole, err := s.Raster(page, ThermalDPI)
	if err != nil {
		return nil, err
	}
	spare := whole.Rect.Dx() - dots
	if dots < 8 || spare < 0 || spare > dots/4 {
		clear(whole.Pix)
		return nil, fmt.Errorf("%w: %d dots for a page of %d", ErrArea, dots, whole.Rect.Dx())
	}
	out := image.NewGray(image.Rect(0, 0, dots, whole.Rect.Dy()))
	for y := range out.Rect.Dy() {
		copy(out.Pix[y*out.Stride:][:dots], whole.Pix[y*whole.Stride+spare/2:])
	}
	clear(whole.Pix)
	return out, nil
}
