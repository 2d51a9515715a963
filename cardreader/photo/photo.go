package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// Limits of a portrait. A passport's is 413×531 in 12 to 25 kB.
const (
	MaxBytes  = 256 << 10
	MaxWidth  = 1200
	MaxHeight = 1600
)

// Coding is how the bytes of a picture are coded.
type Coding uint8

// The codings, by the first bytes.
const (
	Unknown Coding = iota
	JPEG
	JPEG2000
)

// String gives the coding's name.
func (c Coding) String() string {
	switch c {
	case JPEG:
		return "JPEG"
	case JPEG2000:
		return "JPEG 2000"
	}
	return "unknown coding"
}

const (
	startJPEG       = "\xFF\xD8\xFF"
	startBoxes      = "\x00\x00\x00\x0CjP  \r\n\x87\n" // ISO/IEC 15444-1 §I.5.1, the signature box
	startCodestream = "\xFF\x4F\xFF\x51"               // ISO/IEC 15444-1 §A.4.1, SOC and SIZ
)

// Sniff tells how b is coded, by its first bytes alone.
func Sniff(b []byte) Coding {
	switch {
	case bytes.HasPrefix(b, []byte(startJPEG)):
		return JPEG
	case bytes.HasPrefix(b, []byte(startBoxes)), bytes.HasPrefix(b, []byte(startCodestream)):
		return JPEG2000
	}
	return Unknown
}

// Decode makes a picture of b, within the limits of the package. The picture shares no memory with b.
func Decode(b []byte) (image.Image, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	switch Sniff(b) {
	case JPEG:
		return decodeJPEG(b)
	case JPEG2000:
		return decodeJPEG2000(b, fuel)
	}
	return nil, ErrCoding
}

// quality of Baseline: on a face of 413×531 it is above 40 dB and below 100 kB.
const quality = 90

// Baseline gives the picture of b as a baseline JPEG, which every screen and every PDF takes.
func Baseline(b []byte) ([]byte, error) {
	img, err := Decode(b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("photo: encode: %w", err)
	}
	return out.Bytes(), nil
}
