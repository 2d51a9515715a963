package emrtd

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"bangban/cardreader/tlv"
)

// maxFaces bounds the faces of one record and the templates of one group.
const maxFaces = 16

// imageKind is how a portrait is coded.
type imageKind string

const (
	imageJPEG  imageKind = "JPEG"
	imageJP2   imageKind = "JPEG 2000"
	imageOther imageKind = "unknown coding"
)

// openDG2 gives the first portrait of EF.DG2, ICAO Doc 9303-10 §4.7.2:
//
//	75 { 7F61 { 02 count, 7F60 { A1 { … }, 5F2E or 7F2E record } … } }
func openDG2(b []byte) ([]byte, imageKind, error) {
	group, err := descend(b, 0x75, 0x7F61)
	if err != nil {
		return nil, "", err
	}
	templates := group.All(0x7F60)
	if len(templates) == 0 || len(templates) > maxFaces {
		return nil, "", fmt.Errorf("%w: %d templates", ErrFace, len(templates))
	}
	list, err := templates[0].List()
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrFace, err)
	}
	for _, tag := range []tlv.Tag{0x5F2E, 0x7F2E} {
		if e, err := list.Only(tag); err == nil {
			return openFace(e.Value)
		}
	}
	return nil, "", fmt.Errorf("%w: no record", ErrFace)
}

// descend opens b as the outermost tag and then each constructed one inside.
func descend(b []byte, outer tlv.Tag, inner ...tlv.Tag) (tlv.List, error) {
	e, err := tlv.ParseOne(b, outer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFace, err)
	}
	list, err := e.List()
	for _, tag := range inner {
		if err != nil {
			break
		}
		if e, err = list.Only(tag); err != nil {
			break
		}
		list, err = e.List()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFace, err)
	}
	return list, nil
}

// Lengths of ISO/IEC 19794-5:2005 §5.4 to §5.7.
const (
	faceHeader  = 14 // "FAC" 0, "010" 0, length of the record (4), number of faces (2)
	faceInfo    = 20 // length of the face (4), number of feature points (2), …
	facePoint   = 8
	faceImage   = 12 // kind of portrait, coding, width (2), height (2), …
	faceVersion = "FAC\x00010\x00"
)

// openFace reads the first face of a record, ISO/IEC 19794-5:2005.
func openFace(b []byte) ([]byte, imageKind, error) {
	if len(b) < faceHeader+faceInfo+faceImage || string(b[:8]) != faceVersion {
		return nil, "", fmt.Errorf("%w: no facial record", ErrFace)
	}
	if int64(binary.BigEndian.Uint32(b[8:])) != int64(len(b)) {
		return nil, "", fmt.Errorf("%w: length of the record", ErrFace)
	}
	if n := binary.BigEndian.Uint16(b[12:]); n == 0 || n > maxFaces {
		return nil, "", fmt.Errorf("%w: %d faces", ErrFace, n)
	}
	b = b[faceHeader:]
	size := int64(binary.BigEndian.Uint32(b))
	head := int64(faceInfo + facePoint*int(binary.BigEndian.Uint16(b[4:])) + faceImage)
	if size > int64(len(b)) || head >= size {
		return nil, "", fmt.Errorf("%w: length of the face", ErrFace)
	}
	image := b[head:size]
	return image, codingOf(image), nil
}

// codingOf goes by the image itself: the byte of the record that should say so is often wrong.
func codingOf(b []byte) imageKind {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}):
		return imageJPEG
	case bytes.HasPrefix(b, []byte("\x00\x00\x00\x0CjP  \r\n\x87\n")), bytes.HasPrefix(b, []byte{0xFF, 0x4F, 0xFF, 0x51}):
		return imageJP2
	}
	return imageOther
}
