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

// Bounds of the work on one PDF, beside that of looking for codes.
const (
	maxStreams  = 2000
	maxUnpacked = 32 << 20 // of all streams that draw, together
	maxStream   = 8 << 20  // of one
	maxRaw      = 64 << 20 // of one picture, which is unpacked row by row
	maxPictures = 40       // pictures and pages looked at

	priceDict   = 40 // nanoseconds a byte of a stream's dictionary
	priceUnpack = 3  // and a byte unpacked
	priceDraw   = 25 // and a byte of what a page draws
)

// unlooked says in Lifted.Beside that there was more than may be looked at.
const unlooked = "the rest"

// liftPDF finds the codes of a PDF; the PDF itself comes last.
func liftPDF(ctx context.Context, data []byte) (Lifted, error) {
	out := Lifted{}
	note := func(beside string) {
		if beside != "" && !slices.Contains(out.Beside, beside) {
			out.Beside = append(out.Beside, beside)
		}
	}
	if bytes.Contains(data, []byte("/Encrypt")) {
		note("Encrypt")
	}
	w := &pdf{left: maxUnpacked, work: qrread.NewFileWork(len(data))}
	var texts []string
	looked := 0
	for _, s := range w.streams(data) {
		if ctx.Err() != nil {
			return Lifted{}, ctx.Err()
		}
		if !w.work.Left() || looked >= maxPictures {
			note(unlooked)
			break
		}
		w.work.Spend(len(s.dict), priceDict)
		img, beside := w.picture(s)
		if note(beside); img == nil {
			continue
		}
		looked++
		codes, err := w.work.Read(ctx, img)
		wipe(img)
		if err != nil && ctx.Err() != nil {
			return Lifted{}, ctx.Err()
		}
		for _, c := range qrread.Messages(codes) {
			if !slices.Contains(texts, c) {
				texts = append(texts, c)
			}
		}
	}
	out.Found = append(found(texts, "pdf code"), Found{Data: data, Where: "pdf"})
	return out, nil
}

func wipe(img image.Image) {
	if g, ok := img.(*image.Gray); ok {
		clear(g.Pix)
	}
}

// pdf is the work on one PDF.
type pdf struct {
	left int64
	work *qrread.Work
}

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
		img, err := w.work.Open(s.body)
		if err != nil {
			return nil, "DCTDecode"
		}
		return img, ""
	case isImage:
		return w.raster(s), ""
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
	if !w.work.Take(len(body), priceDraw) {
		return nil, unlooked
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
	w.work.Spend(len(out), priceUnpack)
	if int64(len(out)) > most || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(out) == 0 {
		return nil
	}
	return out
}

// samples is how the rows of a picture lie in its bytes.
type samples struct {
	w, h, bits, parts, row int
}

// samplesOf reads a picture's dictionary. How many samples a pixel has is told by the colour space, which may stand anywhere;
// where it is not in the dictionary, the length tells: all of the picture's bytes and no more.
func samplesOf(dict []byte, length func() int) (s samples, ok bool) {
	s = samples{w: number(dict, "Width"), h: number(dict, "Height"), bits: number(dict, "BitsPerComponent"), parts: 1}
	if has(dict, "ImageMask") {
		s.bits = 1
	}
	if s.w < 21 || s.h < 21 || s.w > 16384 || s.h > 16384 || s.w*s.h > qrread.MaxPixels || s.bits != 1 && s.bits != 8 {
		return s, false
	}
	if s.bits == 8 {
		switch {
		case has(dict, "DeviceRGB"):
			s.parts = 3
		case has(dict, "DeviceCMYK"):
			s.parts = 4
		case has(dict, "DeviceGray"):
		default:
			n := length()
			if number(dict, "Predictor") >= 10 {
				n -= s.h
			}
			if s.parts = n / (s.w * s.h); s.parts != 3 && s.parts != 4 {
				s.parts = 1
			}
		}
	}
	s.row = (s.w*s.bits*s.parts + 7) / 8
	return s, s.row*s.h <= maxRaw
}

// raster reads a picture of 1 or 8 bits a sample row by row.
func (w *pdf) raster(st stream) image.Image {
	packed := has(st.dict, "FlateDecode")
	if has(st.dict, "Filter") && !packed {
		return nil
	}
	open := func() (io.Reader, error) {
		if !packed {
			return bytes.NewReader(st.body), nil
		}
		return zlib.NewReader(bytes.NewReader(st.body))
	}
	s, ok := samplesOf(st.dict, func() int {
		r, err := open()
		if err != nil {
			return 0
		}
		n, _ := io.Copy(io.Discard, io.LimitReader(r, maxRaw))
		w.work.Spend(int(n), priceUnpack)
		return int(n)
	})
	if !ok {
		return nil
	}
	from, err := open()
	if err != nil {
		return nil
	}
	w.work.Spend(s.row*s.h, priceUnpack)
	line := make([]byte, s.row)
	next := func() ([]byte, error) {
		_, err := io.ReadFull(from, line)
		return line, err
	}
	if number(st.dict, "Predictor") >= 10 {
		next = qrread.NewPredicted(from, s.row, max(1, s.bits*s.parts/8)).Next
	}
	img, err := qrread.Rows(s.w, s.h, func(_ int, to []byte) error {
		line, err := next()
		if err == nil {
			s.brightness(to, line)
		}
		return err
	})
	clear(line)
	if err != nil {
		return nil
	}
	return img
}

func (s *samples) brightness(to, from []byte) {
	for x := range to {
		switch {
		case s.bits == 1:
			to[x] = 255 * (from[x/8] >> (7 - x%8) & 1)
		case s.parts == 1:
			to[x] = from[x]
		case s.parts == 4: // CMYK: black and the rest, additive enough for a code
			p := from[4*x:][:4]
			to[x] = byte(255 - min(255, int(p[3])+(int(p[0])+int(p[1])+int(p[2]))/3))
		default:
			p := from[3*x:][:3]
			to[x] = byte((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000)
		}
	}
}
