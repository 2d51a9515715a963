package desk

import (
	"errors"
	"path/filepath"
	"strings"
)

// How a decoder library is called, and how its pixels lie.
const (
	DecodeMemory = "memory" // int symbol(const unsigned char *wlt, unsigned char *out, int type); the zero value
	DecodeFile   = "file"   // int symbol(const char *path, int type): writes Picture into the folder it is called in
	PixelsBGR    = "bgr"    // 102 × 126 pixels of three bytes from the top; the zero value
	PixelsRGB    = "rgb"
	PixelsBMP    = "bmp" // a whole BMP file
)

// PhotoDecoder is a library that the operator supplies for portraits of PRC identity cards ("WLT", 1024 bytes), for which
// there is no open decoder. Without one those portraits are not shown.
type PhotoDecoder struct {
	Library string `cbor:"1,keyasint" json:"library"`                    // an absolute path
	SHA256  string `cbor:"2,keyasint,omitempty" json:"sha256,omitempty"` // of the library, lower-case hex; empty: any
	Symbol  string `cbor:"3,keyasint,omitempty" json:"symbol,omitempty"` // empty: unpack
	Call    string `cbor:"4,keyasint,omitempty" json:"call,omitempty"`
	Type    int32  `cbor:"5,keyasint,omitempty" json:"type,omitempty"` // the last argument
	Pixels  string `cbor:"6,keyasint,omitempty" json:"pixels,omitempty"`
	Picture string `cbor:"7,keyasint,omitempty" json:"picture,omitempty"` // name of the BMP file that the library writes, as "zp.bmp"
}

// ErrPhotoDecoder says what is wrong with a description.
var ErrPhotoDecoder = errors.New("desk: a photo decoder needs an absolute path and known values")

// Valid tells whether the description can be used.
func (p PhotoDecoder) Valid() error {
	known := func(v string, values ...string) bool {
		for _, k := range append(values, "") {
			if v == k {
				return true
			}
		}
		return false
	}
	switch {
	case !filepath.IsAbs(p.Library),
		p.SHA256 != "" && (len(p.SHA256) != 64 || strings.Trim(p.SHA256, "0123456789abcdef") != ""),
		!known(p.Call, DecodeMemory, DecodeFile), !known(p.Pixels, PixelsBGR, PixelsRGB, PixelsBMP),
		p.Picture != filepath.Base(p.Picture) && p.Picture != "",
		p.Call == DecodeFile && p.Picture == "":
		return ErrPhotoDecoder
	}
	return nil
}
