package emrtd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"bangban/cardreader/check"
	"bangban/cardreader/tlv"
)

var jpegHead = []byte{0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3}

// face writes a facial record of ISO/IEC 19794-5:2005 with n feature points.
func face(points int, image []byte) []byte {
	info := make([]byte, faceInfo+points*facePoint+faceImage)
	binary.BigEndian.PutUint32(info, uint32(len(info)+len(image)))
	binary.BigEndian.PutUint16(info[4:], uint16(points))
	b := binary.BigEndian.AppendUint32([]byte(faceVersion), uint32(faceHeader+len(info)+len(image)))
	b = binary.BigEndian.AppendUint16(b, 1)
	return append(append(b, info...), image...)
}

func group(record []byte, tag tlv.Tag) []byte {
	template := tlv.Append(tlv.Append(nil, 0xA1, []byte{0x80, 1, 1}), tag, record)
	return tlv.Append(nil, 0x75, tlv.Append(nil, 0x7F61, tlv.Append([]byte{2, 1, 1}, 0x7F60, template)))
}

func TestPortrait(t *testing.T) {
	for name, b := range map[string][]byte{
		"5F2E": group(face(0, jpegHead), 0x5F2E), "7F2E": group(face(0, jpegHead), 0x7F2E),
		"feature points": group(face(5, jpegHead), 0x5F2E),
	} {
		image, coding, err := openDG2(b)
		if err != nil || coding != imageJPEG || !bytes.Equal(image, jpegHead) {
			t.Errorf("%s: %x %s %v", name, image, coding, err)
		}
	}
}

func TestPortraitNotJPEG(t *testing.T) {
	for _, tc := range []struct {
		name   string
		dg2    []byte
		reason check.Reason
		detail string
	}{
		{"something", group(face(0, []byte("SPECIMEN")), 0x5F2E), check.NotSupported, "unknown coding"},
		{"broken", []byte{0x75, 0x05, 1}, check.Unreadable, "DG2"},
		{"none", nil, check.Unreadable, "DG2"},
	} {
		photo, problem := portrait(tc.dg2)
		if photo != nil || problem == nil || problem.Reason != tc.reason || problem.Detail != tc.detail ||
			problem.Verdict != check.Indeterminate || !problem.Optional || problem.Name != "photo" {
			t.Errorf("%s: %+v", tc.name, problem)
		}
	}
}

// JPEG 2000 goes up as it lies on the card: decoding it is for whoever shows it.
func TestPortraitJPEG2000(t *testing.T) {
	for name, image := range map[string]string{
		"JP2":        "\x00\x00\x00\x0CjP  \r\n\x87\n....",
		"codestream": "\xFF\x4F\xFF\x51\x00",
	} {
		photo, problem := portrait(group(face(0, []byte(image)), 0x5F2E))
		if problem != nil || string(photo) != image {
			t.Errorf("%s: %+v, %d B", name, problem, len(photo))
		}
	}
}

func TestPortraitRefused(t *testing.T) {
	change := func(at int, v byte) []byte {
		r := face(1, jpegHead)
		r[at] = v
		return group(r, 0x5F2E)
	}
	many := []byte{2, 1, 17}
	for range maxFaces + 1 {
		many = tlv.Append(many, 0x7F60, tlv.Append(nil, 0x5F2E, face(0, jpegHead)))
	}
	for name, b := range map[string][]byte{
		"another file":            tlv.Append(nil, 0x61, nil),
		"empty":                   tlv.Append(nil, 0x75, nil),
		"no template":             tlv.Append(nil, 0x75, tlv.Append(nil, 0x7F61, []byte{2, 1, 0})),
		"too many templates":      tlv.Append(nil, 0x75, tlv.Append(nil, 0x7F61, many)),
		"no record":               group(nil, 0x5F2F),
		"record cut":              group(face(0, jpegHead)[:40], 0x5F2E),
		"another format":          change(0, 'f'),
		"another version":         change(6, '2'),
		"length of the record":    change(11, 1),
		"no face":                 change(13, 0),
		"too many faces":          change(12, 0xFF),
		"length of the face":      change(faceHeader+3, 0xFF),
		"points beyond the face":  change(faceHeader+4, 0xFF),
		"face ends at its header": group(face(0, nil), 0x5F2E),
	} {
		if _, _, err := openDG2(b); !errors.Is(err, ErrFace) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDG2(f *testing.F) {
	f.Add(group(face(0, jpegHead), 0x5F2E))
	f.Add(group(face(3, jpegHead), 0x7F2E))
	f.Add([]byte{0x75, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		image, _, err := openDG2(b)
		if err == nil && (len(image) == 0 || !bytes.Contains(b, image)) {
			t.Fatal("an image that is not in the file")
		}
	})
}

func FuzzDG1(f *testing.F) {
	f.Add(tlv.Append(nil, 0x61, tlv.Append(nil, 0x5F1F, []byte(specimenTD3[:44]+specimenTD3[45:]))))
	f.Add([]byte{0x61, 3, 0x5F, 0x1F, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := openDG1(b); (m == nil) == (err == nil) {
			t.Fatal("neither or both")
		}
	})
}
