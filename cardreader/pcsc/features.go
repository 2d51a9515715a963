//go:build cgo || windows

package pcsc

import (
	"encoding/binary"

	"github.com/ebfe/scard"
)

// PC/SC part 10 §2.2 and §2.6.14: control code of GET_FEATURE_REQUEST, feature GET_TLV_PROPERTIES and its property
// dwMaxAPDUDataSize.
const (
	getFeatureRequest = 3400
	tlvProperties     = 0x12
	maxDataSize       = 0x0A
	shortAPDU         = 261 // 5 + 255 + 1, the longest short command
)

// maxAPDU asks the reader how long an APDU it carries; 0 where it does not tell.
func maxAPDU(card *scard.Card) int {
	features, err := card.Control(scard.CtlCode(getFeatureRequest), nil)
	if err != nil {
		return 0
	}
	code := find(features, tlvProperties)
	if len(code) != 4 {
		return 0
	}
	properties, err := card.Control(binary.BigEndian.Uint32(code), nil)
	if err != nil {
		return 0
	}
	size := find(properties, maxDataSize)
	if len(size) != 4 {
		return 0
	}
	// Values of this property are little endian, unlike the control codes. 0 is short APDUs only.
	n := binary.LittleEndian.Uint32(size)
	if n == 0 {
		return shortAPDU
	}
	return int(min(n, 0x10000))
}

// find gives the value of the first object with this tag: one byte tag, one byte length.
func find(b []byte, tag byte) []byte {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		if b[0] == tag {
			return b[2 : 2+int(b[1])]
		}
		b = b[2+int(b[1]):]
	}
	return nil
}
