package photo

import "image"

// DecodeWithin is Decode with another limit, for JPEG 2000.
func DecodeWithin(b []byte, edges int64) (image.Image, error) {
	if Sniff(b) == JPEG2000 && len(b) <= MaxBytes {
		return decodeJPEG2000(b, edges)
	}
	return Decode(b)
}
