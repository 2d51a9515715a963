package qrread

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// Bounds on a JPEG, which the library unpacks whole: the bytes that takes, and how many pixels a small file may promise.
// Photographs have a few pixels a byte, a page of text some dozens.
const (
	maxSamples = 40 << 20
	freePixels = 2 << 20
	perByte    = 24
)

// openJPEG reads a JPEG (ITU-T T.81) after its frame header has told what it takes.
func (w *Work) openJPEG(data []byte) (image.Image, error) {
	wide, tall, takes, ok := jpegFrame(data)
	if !ok {
		return nil, fmt.Errorf("%w: JPEG", ErrFormat)
	}
	if err := bounded(wide, tall); err != nil {
		return nil, err
	}
	if takes > maxSamples || wide*tall > freePixels+perByte*len(data) {
		return nil, ErrTooLarge
	}
	w.unpack(wide*tall, priceJPEG)
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: JPEG", ErrFormat)
	}
	return img, nil
}

// jpegFrame finds the first frame header (B.2.2): size, and the bytes that the samples take unpacked. A progressive picture
// keeps four bytes of coefficients for each as well.
func jpegFrame(data []byte) (w, h, takes int, ok bool) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return 0, 0, 0, false
		}
		marker, size := data[at+1], int(data[at+2])<<8|int(data[at+3])
		switch {
		case marker == 0xff: // fill
			at++
			continue
		case marker == 0xda || marker == 0xd9 || marker < 0xc0: // no frame before the scan
			return 0, 0, 0, false
		case marker >= 0xd0 && marker <= 0xd7:
			at += 2
			continue
		}
		body := data[min(at+4, len(data)):]
		if marker < 0xc0 || marker > 0xcf || marker == 0xc4 || marker == 0xc8 || marker == 0xcc {
			at += 2 + size
			continue
		}
		if len(body) < 6 || len(body) < 6+3*int(body[5]) || body[5] == 0 || body[5] > 4 {
			return 0, 0, 0, false
		}
		h, w = int(body[1])<<8|int(body[2]), int(body[3])<<8|int(body[4])
		return w, h, jpegTakes(w*h, body[6:6+3*int(body[5])], marker == 0xc2), true
	}
	return 0, 0, 0, false
}

func jpegTakes(pixels int, components []byte, progressive bool) int {
	most, all := 1, 0
	for i := 1; i < len(components); i += 3 {
		n := max(1, int(components[i]>>4)) * max(1, int(components[i]&15))
		most, all = max(most, n), all+n
	}
	takes := pixels * all / most
	if progressive {
		takes *= 5
	}
	return takes
}
