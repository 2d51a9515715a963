package qrread_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"sync"
	"testing"

	"bangban/app/qrread"
	"bangban/app/qrread/qrtest"
)

type shot struct {
	qrtest.Photo
	file []byte
	img  image.Image
}

// taken takes the photographs of both sets once.
var taken = sync.OnceValues(func() ([]shot, error) {
	var all []shot
	for _, p := range append(qrtest.Camera(), qrtest.Counter()...) {
		file, err := p.Take()
		if err != nil {
			return nil, err
		}
		img, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		all = append(all, shot{p, file, img})
	}
	return all, nil
})

func shots(t testing.TB) []shot {
	t.Helper()
	if testing.Short() {
		t.Skip("taking the photographs takes a while")
	}
	all, err := taken()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPhotographs wants every photograph of both sets read.
func TestPhotographs(t *testing.T) {
	for _, s := range shots(t) {
		codes, err := qrread.Read(context.Background(), s.img)
		if err != nil || len(codes) != 1 || codes[0].Text != s.Text {
			t.Errorf("%s: %v, %v", s.Name, codes, err)
		}
	}
}

// TestSpoiltPhotographs proves that the test above can fail: what no reader can read is not read.
func TestSpoiltPhotographs(t *testing.T) {
	p := qrtest.Camera()[0]
	p.Blur = 5
	file, err := p.Take()
	if err != nil {
		t.Fatal(err)
	}
	if texts, err := qrread.DecodeFile(file); err == nil {
		t.Errorf("%d codes in a blur", len(texts))
	}
}

func BenchmarkPhotographs(b *testing.B) {
	for _, s := range shots(b) {
		b.Run(s.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := qrread.Read(context.Background(), s.img); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
