package station

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/photo"
	"bangban/cardreader/sim"
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

// passportKind reads any card as one with a JPEG 2000 portrait.
type passportKind struct{ portrait []byte }

func (passportKind) ID() string                                  { return "emrtd" }
func (passportKind) Match(context.Context, cardreader.Conn) bool { return true }
func (passportKind) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) {
	return nil, nil
}
func (k passportKind) Read(context.Context, cardreader.Conn, cardreader.Secrets, func(cardreader.Progress)) (*cardreader.Document, error) {
	return &cardreader.Document{Kind: "emrtd", Photo: bytes.Clone(k.portrait), Raw: map[string][]byte{"DG2": bytes.Clone(k.portrait)}}, nil
}

// TestReadingShowsJPEG wants what a reading gives to have passed through showable, and Raw to be as the card had it.
func TestReadingShowsJPEG(t *testing.T) {
	sys, err := sim.NewSystem("emrtd")
	if err != nil {
		t.Fatal(err)
	}
	portrait := portraitFile(t, "ict-lossy.j2k")
	c := &Cards{systems: []cardreader.System{sys}, kinds: []cardreader.Kind{passportKind{portrait}}}
	r, err := c.read(t.Context(), "sim:emrtd", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if photo.Sniff(r.Document.Photo) != photo.JPEG {
		t.Error("the portrait is not a JPEG")
	}
	if !bytes.Equal(r.Document.Raw["DG2"], portrait) {
		t.Error("what lay on the card was changed")
	}
}
