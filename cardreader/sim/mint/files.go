package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"maps"
	"os"
	"slices"
)

// dg2Size is the size of EF.DG2: that of an everyday passport, so that counts of APDUs mean something.
const dg2Size = 21369

// tlv writes one BER-TLV data object, ISO/IEC 8825-1 §8.1, of the concatenated values.
func tlv(tag uint32, values ...[]byte) []byte {
	var b []byte
	if tag > 0xFF {
		b = append(b, byte(tag>>8))
	}
	b = append(b, byte(tag))
	v := bytes.Join(values, nil)
	switch n := len(v); {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, v...)
}

// com is EF.COM, ICAO Doc 9303-10 §4.6.1: LDS 1.7, Unicode 4.0.0, and the tags of the data groups.
func com(groups map[int][]byte) []byte {
	var tags []byte
	for _, n := range slices.Sorted(maps.Keys(groups)) {
		tags = append(tags, groups[n][0])
	}
	return tlv(0x60, tlv(0x5F01, []byte("0107")), tlv(0x5F36, []byte("040000")), tlv(0x5C, tags))
}

// capabilities are the three software function bytes of ISO/IEC 7816-4 §12.1.1.8: selection by name, by file
// identifier and by short identifier; one-byte data units; extended Lc and Le, told in EF.ATR/INFO.
func capabilities(extended bool) []byte {
	c := []byte{0x94, 0x21, 0x00}
	if extended {
		c[2] = 0x60
	}
	return c
}

// historical are the historical bytes of the ATR, ISO/IEC 7816-4 §12.1.1: category 80, card capabilities.
func historical(extended bool) []byte {
	return append([]byte{0x80, 0x73}, capabilities(extended)...)
}

// atr is the ATR that a contactless reader makes of historical bytes, PC/SC part 3 §3.1.3.2.3.
func atr(historical []byte) []byte {
	b := append([]byte{0x3B, 0x80 | byte(len(historical)), 0x80, 0x01}, historical...)
	var tck byte
	for _, v := range b[1:] {
		tck ^= v
	}
	return append(b, tck)
}

// atrInfo is EF.ATR/INFO, ISO/IEC 7816-4 §12.7.1 table 121: card capabilities, and the greatest command and response.
func atrInfo(extended bool) []byte {
	b := tlv(0x47, capabilities(extended))
	if extended {
		limit := tlv(0x02, []byte{0x7F, 0xFF})
		b = append(b, tlv(0x7F66, limit, limit)...)
	}
	return b
}

// faceGroup is EF.DG2, ICAO Doc 9303-10 §4.7.2: one biometric template with one ISO/IEC 19794-5:2005 record.
func faceGroup(p person) ([]byte, error) {
	overhead := len(faceGroupOf(p, make([]byte, dg2Size-200))) - (dg2Size - 200)
	pic, err := portraitJPEG(p, dg2Size-overhead)
	if err != nil {
		return nil, err
	}
	dg2 := faceGroupOf(p, pic)
	if len(dg2) != dg2Size {
		return nil, fmt.Errorf("EF.DG2 is %d bytes, want %d", len(dg2), dg2Size)
	}
	if _, err := jpeg.Decode(bytes.NewReader(pic)); err != nil {
		return nil, err
	}
	return dg2, nil
}

// portraitJP2 is a portrait in JPEG 2000, made with opj_compress from a drawing of this command.
const portraitJP2 = "../photo/testdata/passport.jp2"

// jpeg2000Group is EF.DG2 with it.
func jpeg2000Group(p person) ([]byte, error) {
	pic, err := os.ReadFile(portraitJP2)
	if err != nil {
		return nil, err
	}
	dg2 := faceGroupOf(p, pic)
	at := bytes.LastIndex(dg2, pic) - 12
	dg2[at+1] = 1 // §5.7 image data type: JPEG 2000
	return dg2, nil
}

func faceGroupOf(p person, pic []byte) []byte {
	header := tlv(0xA1,
		tlv(0x80, []byte{1, 1}), tlv(0x81, []byte{2}), // patron header version; facial features
		tlv(0x87, []byte{1, 1}), tlv(0x88, []byte{0, 8})) // JTC 1/SC 37; face image
	return tlv(0x75, tlv(0x7F61, tlv(0x02, []byte{1}), tlv(0x7F60, header, tlv(0x5F2E, faceRecord(p, pic)))))
}

// faceRecord is the facial record of ISO/IEC 19794-5:2005 §5.4 to §5.8.
func faceRecord(p person, pic []byte) []byte {
	gender := byte(1)
	if p.sex == "F" {
		gender = 2
	}
	var b []byte
	b = append(b, "FAC\x00010\x00"...)
	b = binary.BigEndian.AppendUint32(b, uint32(14+20+12+len(pic)))
	b = binary.BigEndian.AppendUint16(b, 1)                            // one face
	b = binary.BigEndian.AppendUint32(b, uint32(20+12+len(pic)))       // §5.5 facial information
	b = append(b, 0, 0, gender, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) // no points; eyes, hair, features, pose: unspecified
	b = append(b, 1, 0)                                                // §5.7 full frontal, JPEG
	b = binary.BigEndian.AppendUint16(b, width)
	b = binary.BigEndian.AppendUint16(b, height)
	b = append(b, 1, 0, 0, 0, 0, 0) // sRGB; source, device and quality: unspecified
	return append(b, pic...)
}
