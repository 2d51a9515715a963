package station

import (
	"image"

	"bangban/app/voucher"
	"bangban/cardreader/photo"
)

// Portrait makes the portrait of a voucher of the picture that a document holds.
func Portrait(picture []byte) ([]byte, error) {
	img, err := photo.Decode(picture)
	if err != nil {
		return nil, err
	}
	return voucher.EncodeFace(img, voucher.FaceLimit)
}

// printedFace is the portrait that the code carries, for the paper: people and machines then compare the same picture, and
// a copy shows no other than the first print did. nil where the voucher has none.
func printedFace(face []byte) image.Image {
	if len(face) == 0 {
		return nil
	}
	img, err := voucher.DecodeFace(face)
	if err != nil {
		return nil
	}
	return img
}
