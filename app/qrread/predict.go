package qrread

import (
	"fmt"
	"io"
)

// Predicted reads rows behind the predictors of PNG (ISO/IEC 15948 §9), which PDF has too (ISO 32000-1 §7.4.4.4).
type Predicted struct {
	from   io.Reader
	before []byte
	line   []byte
	pixel  int
}

// NewPredicted reads rows of so many bytes; pixel is the bytes of a pixel, one at least.
func NewPredicted(from io.Reader, row, pixel int) *Predicted {
	return &Predicted{from, make([]byte, row), make([]byte, row+1), pixel}
}

// Wipe clears what is left of the rows.
func (p *Predicted) Wipe() { clear(p.before); clear(p.line) }

// Next gives the next row; it is good until the next is read.
func (p *Predicted) Next() ([]byte, error) {
	if _, err := io.ReadFull(p.from, p.line); err != nil {
		return nil, fmt.Errorf("%w: rows", ErrFormat)
	}
	kind, line, up := p.line[0], p.line[1:], p.before
	n := min(p.pixel, len(line))
	switch kind {
	case 0:
	case 1:
		for i := n; i < len(line); i++ {
			line[i] += line[i-n]
		}
	case 2:
		for i := range line {
			line[i] += up[i]
		}
	case 3:
		for i := range n {
			line[i] += up[i] / 2
		}
		for i := n; i < len(line); i++ {
			line[i] += byte((int(line[i-n]) + int(up[i])) / 2)
		}
	case 4:
		for i := range n {
			line[i] += up[i]
		}
		for i := n; i < len(line); i++ {
			line[i] += paeth(int(line[i-n]), int(up[i]), int(up[i-n]))
		}
	default:
		return nil, fmt.Errorf("%w: predictor", ErrFormat)
	}
	copy(p.before, line)
	return p.before, nil
}

func paeth(left, up, corner int) byte {
	a, b, c := abs(up-corner), abs(left-corner), abs(left+up-2*corner)
	switch {
	case a <= b && a <= c:
		return byte(left)
	case b <= c:
		return byte(up)
	}
	return byte(corner)
}

func abs(n int) int { return max(n, -n) }
