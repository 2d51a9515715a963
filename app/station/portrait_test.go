package station

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/photo"
)

func portraitFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "cardreader", "photo", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func plainJPEG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 24, 32)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestShowable(t *testing.T) {
	whole := plainJPEG(t)
	for _, c := range []struct {
		name   string
		photo  []byte
		coding photo.Coding
		reason check.Reason
	}{
		{"none", nil, photo.Unknown, ""},
		{"JP2", portraitFile(t, "passport.jp2"), photo.JPEG, ""},
		{"codestream", portraitFile(t, "grey-lossless.j2k"), photo.JPEG, ""},
		{"JPEG", whole, photo.JPEG, ""},
		{"broken JP2", portraitFile(t, "passport.jp2")[:60], photo.Unknown, check.Unreadable},
		{"broken JPEG", whole[:100], photo.Unknown, check.Unreadable},
		{"too large", append(portraitFile(t, "passport.jp2"), make([]byte, photo.MaxBytes)...), photo.Unknown, check.NotSupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := bytes.Clone(c.photo)
			passed := check.Pass("sod-signature", "")
			d := &cardreader.Document{Photo: first, Checks: []check.Check{passed}}
			showable(d)
			if got := photo.Sniff(d.Photo); got != c.coding {
				t.Errorf("the portrait is %v", got)
			}
			if c.name == "JPEG" && !bytes.Equal(d.Photo, whole) {
				t.Error("a good JPEG was changed")
			}
			if c.name != "JPEG" && bytes.Count(first, []byte{0}) != len(first) {
				t.Error("the card's bytes were left behind")
			}
			if d.Verdict() != check.Passed {
				t.Error("the portrait lowers the whole")
			}
			if c.reason == "" {
				if len(d.Checks) != 1 {
					t.Errorf("checks %v", d.Checks)
				}
				return
			}
			if len(d.Checks) != 2 || d.Checks[1].Name != "photo" || d.Checks[1].Reason != c.reason || d.Checks[1].Verdict != check.Indeterminate {
				t.Errorf("checks %v", d.Checks)
			}
		})
	}
}
