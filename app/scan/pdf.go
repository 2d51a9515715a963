package scan

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"image"
	"io"
	"regexp"
	"slices"
	"strconv"

	"bangban/app/qrread"
)

// Bounds of the work on one PDF.
const (
	maxStreams  = 2000
	maxUnpacked = 96 << 20 // of all streams together
	maxStream   = 40 << 20 // of one
	maxPictures = 40       // pictures and pages looked at
)

// liftPDF finds the codes of a PDF; the PDF itself comes last.
func liftPDF(ctx context.Context, data []byte) (Lifted, error) {
	out := Lifted{}
	if bytes.Contains(data, []byte("/Encrypt")) {
		out.Beside = append(out.Beside, "Encrypt")
	}
	w := &pdf{left: maxUnpacked}
	var texts []string
	looked := 0
	for _, s := range w.streams(data) {
		if ctx.Err() != nil {
			return Lifted{}, ctx.Err()
		}
		img, beside := w.picture(s)
		if beside != "" && !slices.Contains(out.Beside, beside) {
			out.Beside = append(out.Beside, beside)
		}
		if img == nil {
			continue
		}
		if looked++; looked > maxPictures {
			break
		}
		codes, err := qrread.DecodeContext(ctx, img)
		wipe(img)
		if err != nil && ctx.Err() != nil {
			return Lifted{}, ctx.Err()
		}
		for _, c := range codes {
			if !slices.Contains(texts, c) {
				texts = append(texts, c)
			}
		}
	}
	out.Found = append(found(texts, "pdf code"), Found{data, "pdf"})
	return out, nil
}

func wipe(img image.Image) {
	if g, ok := img.(*image.Gray); ok {
		clear(g.Pix)
	}
}

// pdf is the work on one PDF.
type pdf struct{ left int64 }

// stream is a stream object: its dictionary and its bytes as they stand in the file.
type stream struct{ dict, body []byte }

// streams finds the stream objects without the cross-reference table, which a broken or hostile file may lie in.
func (w *pdf) streams(data []byte) (all []stream) {
	for at := 0; len(all) < maxStreams; {
		i := bytes.Index(data[at:], []byte("stream"))
		if i < 0 {
			return all
		}
		i += at
		at = i + len("stream")
		if bytes.HasSuffix(data[:i], []byte("end")) {
			continue
		}
		body := data[at:]
		switch {
		case bytes.HasPrefix(body, []byte("\r\n")):
			body = body[2:]
		case bytes.HasPrefix(body, []byte("\n")):
			body = body[1:]
		default:
			continue
		}
		from := bytes.LastIndex(data[max(0, i-4096):i], []byte(" obj"))
		if from < 0 {
			continue
		}
		dict := data[max(0, i-4096)+from : i]
		n := bytes.Index(body, []byte("endstream"))
		if l := number(dict, "Length"); l > 0 && l <= len(body) && bytes.HasPrefix(bytes.TrimLeft(body[l:], "\r\n"), []byte("endstream")) {
			n = l
		}
		if n < 0 {
			return all
		}
		all = append(all, stream{dict, body[:n]})
		at = len(data) - len(body) + n
	}
	return all
}

// nameOf matches an entry with a number.
var nameOf = regexp.MustCompile(`/([A-Za-z]+)\s+(\d{1,9})(\s+\d+\s+R)?`)

// number gives a direct number of a dictionary, 0 where there is none.
func number(dict []byte, name string) int {
	for _, m := range nameOf.FindAllSubmatch(dict, 64) {
		if string(m[1]) == name && len(m[3]) == 0 {
			n, _ := strconv.Atoi(string(m[2]))
			return n
		}
	}
	return 0
}

func has(dict []byte, name string) bool { return bytes.Contains(dict, []byte("/"+name)) }

// picture makes a picture of a stream: of an image, or of the rectangles that a page draws. beside names a packing that
// is not looked at.
func (w *pdf) picture(s stream) (img image.Image, beside string) {
	for _, f := range [3]string{"CCITTFaxDecode", "JBIG2Decode", "JPXDecode"} {
		if has(s.dict, f) {
			return nil, f
		}
	}
	isImage := has(s.dict, "Image")
	switch {
	case has(s.dict, "FontFile"), has(s.dict, "Length1"), has(s.dict, "ObjStm"), has(s.dict, "XRef"), has(s.dict, "Metadata"):
		return nil, ""
	case isImage && has(s.dict, "DCTDecode"):
		if has(s.dict, "FlateDecode") {
			if s.body = w.inflate(s.body); s.body == nil {
				return nil, ""
			}
		}
		if img, err := qrread.Open(s.body); err == nil {
			return img, ""
		}
		return nil, "DCTDecode"
	}
	body := s.body
	if has(s.dict, "Filter") {
		if !has(s.dict, "FlateDecode") {
			return nil, ""
		}
		if body = w.inflate(body); body == nil {
			return nil, ""
		}
	}
	if isImage {
		return raster(s.dict, body), ""
	}
	return drawn(body), ""
}

func (w *pdf) inflate(b []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	most := min(w.left, maxStream)
	out, err := io.ReadAll(io.LimitReader(z, most+1))
	w.left -= int64(len(out))
	if int64(len(out)) > most || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(out) == 0 {
		return nil
	}
	return out
}

// raster reads an unpacked picture of 1 or 8 bits a sample.
func raster(dict, body []byte) image.Image {
	w, h, bits := number(dict, "Width"), number(dict, "Height"), number(dict, "BitsPerComponent")
	if has(dict, "ImageMask") {
		bits = 1
	}
	if w < 21 || h < 21 || w > 16384 || h > 16384 || w*h > qrread.MaxPixels || bits != 1 && bits != 8 {
		return nil
	}
	parts := 1
	if bits == 8 {
		parts = len(body) / (w * h)
		if parts == 2 || parts > 4 {
			parts = 1
		}
	}
	row := (w*bits*parts + 7) / 8
	if number(dict, "Predictor") >= 10 {
		body = unpredict(body, row, max(1, bits*parts/8))
	}
	if parts < 1 || len(body) < row*h {
		return nil
	}
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		from, to := body[y*row:][:row], img.Pix[y*img.Stride:][:w]
		for x := range to {
			switch {
			case bits == 1:
				to[x] = 255 * (from[x/8] >> (7 - x%8) & 1)
			case parts == 1:
				to[x] = from[x]
			case parts == 4: // CMYK: black and the rest, additive enough for a code
				p := from[4*x:][:4]
				to[x] = byte(255 - min(255, int(p[3])+(int(p[0])+int(p[1])+int(p[2]))/3))
			default:
				p := from[3*x:][:3]
				to[x] = byte((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000)
			}
		}
	}
	return img
}

// unpredict undoes the PNG predictors (ISO 32000-1 §7.4.4.4).
func unpredict(b []byte, row, pixel int) []byte {
	var out []byte
	before := make([]byte, row)
	for len(b) > row {
		kind, line := b[0], bytes.Clone(b[1:row+1])
		b = b[row+1:]
		for i := range line {
			var left, up, corner int
			if up = int(before[i]); i >= pixel {
				left, corner = int(line[i-pixel]), int(before[i-pixel])
			}
			switch kind {
			case 1:
				line[i] += byte(left)
			case 2:
				line[i] += byte(up)
			case 3:
				line[i] += byte((left + up) / 2)
			case 4:
				line[i] += byte(paeth(left, up, corner))
			}
		}
		out = append(out, line...)
		before = line
	}
	return out
}

func paeth(a, b, c int) int {
	p := a + b - c
	pa, pb, pc := abs(p-a), abs(p-b), abs(p-c)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int { return max(n, -n) }
