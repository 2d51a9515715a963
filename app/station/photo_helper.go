package station

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/image/bmp"

	"bangban/app/desk"
	"bangban/cardreader/photo"
)

// How the process ends, besides 0 and by a signal.
const (
	helperUsage     = 2 // as the Go runtime does where the library crashed inside it
	helperNoLibrary = 11
	helperNoPicture = 12
	helperGarbage   = 13
)

// What the library may use.
const (
	helperMemory  = 160 << 20 // beyond what the process has before
	helperFiles   = 1 << 20   // a file
	helperSeconds = 4         // of the processor
	maxLibrary    = 64 << 20
	outSize       = 1 << 20 // far more than a picture: a library that writes too far crashes later
)

// The picture of a second-generation identity card.
const (
	wltWidth  = 102
	wltHeight = 126
)

// PhotoHelper is the whole life of a process that decodes one portrait: args are PhotoHelperArg and the decoder's
// description, in gives the 1024 bytes, out takes a PNG. It gives up what it does not need before it loads the library:
// the network, other programs, files outside the folder it was started in, memory, time.
func PhotoHelper(args []string, in io.Reader, out *os.File) int {
	var c desk.PhotoDecoder
	if len(args) != 2 || json.Unmarshal([]byte(args[1]), &c) != nil || c.Valid() != nil {
		return helperUsage
	}
	wlt := make([]byte, wltSize)
	defer clear(wlt)
	if _, err := io.ReadFull(in, wlt); err != nil {
		return helperUsage
	}
	if !genuine(c) {
		return helperNoLibrary
	}
	runtime.LockOSThread() // what a thread gives up, those that it starts have given up, too
	out, err := jail(out)
	if err != nil {
		return helperUsage
	}
	img, code := call(c, wlt)
	if code != 0 {
		return code
	}
	if err := png.Encode(out, img); err != nil {
		return helperGarbage
	}
	return 0
}

// genuine tells whether the library is the one whose hash the description names; without one any is.
func genuine(c desk.PhotoDecoder) bool {
	f, err := os.Open(c.Library)
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, maxLibrary+1))
	if err != nil || n > maxLibrary {
		return false
	}
	return c.SHA256 == "" || c.SHA256 == hex.EncodeToString(h.Sum(nil))
}

// call lets the library decode.
func call(c desk.PhotoDecoder, wlt []byte) (image.Image, int) {
	if c.Call == desk.DecodeFile {
		path, err := filepath.Abs("photo.wlt")
		if err != nil || os.WriteFile(path, wlt, 0o600) != nil {
			return nil, helperUsage
		}
		if err := callFile(c, path); err != nil {
			return nil, helperNoLibrary
		}
		return written(c)
	}
	buf := make([]byte, outSize)
	if err := callMemory(c, wlt, buf); err != nil {
		return nil, helperNoLibrary
	}
	if c.Picture != "" {
		return written(c)
	}
	if bytes.Count(buf[:3*wltWidth*wltHeight], buf[:1]) == 3*wltWidth*wltHeight { // one colour: nothing was decoded
		return nil, helperNoPicture
	}
	if c.Pixels == desk.PixelsBMP {
		return bitmap(buf)
	}
	return rows(buf, c.Pixels == desk.PixelsBGR || c.Pixels == ""), 0
}

// rows makes a picture of three bytes a pixel, from the top.
func rows(b []byte, bgr bool) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, wltWidth, wltHeight))
	for i := range wltWidth * wltHeight {
		r, g, bl := b[3*i], b[3*i+1], b[3*i+2]
		if bgr {
			r, bl = bl, r
		}
		img.SetRGBA(i%wltWidth, i/wltWidth, color.RGBA{r, g, bl, 255})
	}
	return img
}

// written takes the picture that the library wrote into the folder.
func written(c desk.PhotoDecoder) (image.Image, int) {
	f, err := os.Open(filepath.Base(c.Picture))
	if err != nil {
		return nil, helperNoPicture
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, helperFiles))
	if err != nil {
		return nil, helperNoPicture
	}
	return bitmap(b)
}

// bitmap decodes a BMP within the limits of a portrait.
func bitmap(b []byte) (image.Image, int) {
	c, err := bmp.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > photo.MaxWidth || c.Height > photo.MaxHeight {
		return nil, helperGarbage
	}
	img, err := bmp.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, helperGarbage
	}
	return img, 0
}
