package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// maxScans bounds the scans of a progressive JPEG (ITU-T T.81 §G.1.1): each goes over the whole picture, and an empty
// one takes ten bytes. Encoders write about ten.
const maxScans = 64

// startOfScan is the marker SOS, T.81 table B.1. Inside a scan FF is followed by 00, so that the pair occurs only where
// a scan begins, or inside a thumbnail, which counts too.
const startOfScan = "\xFF\xDA"

func decodeJPEG(b []byte) (image.Image, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	case c.Width < 1 || c.Height < 1:
		return nil, fmt.Errorf("%w: empty", ErrBroken)
	case c.Width > MaxWidth || c.Height > MaxHeight:
		return nil, fmt.Errorf("%w: %d×%d", ErrTooLarge, c.Width, c.Height)
	}
	if n := bytes.Count(b, []byte(startOfScan)); n > maxScans {
		return nil, fmt.Errorf("%w: %d scans", ErrTooCostly, n)
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return img, nil
}
