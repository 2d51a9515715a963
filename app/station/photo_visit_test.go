package station

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/institution"
	"bangban/cardreader/check"
)

// decoding names a decoder for training counters.
func decoding(t *testing.T, c desk.PhotoDecoder) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "decoder.json")
	b, err := json.Marshal(c)
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(PhotoDecoderEnv, file)
}

// compared runs a visit with an identity card up to the comparison of faces and gives what the clerk sees.
func compared(t *testing.T) (*flow.Machine, flow.State) {
	t.Helper()
	s := openTraining(t, func(o *Options) { o.Tray = true })
	m := flow.New(s.Ports(), flow.Options{Lang: "zh-Hans", Second: "en", App: "bangban test"})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	c, err := s.Login(ctx, institution.TrainingClerk, PIN(institution.TrainingPIN))
	if err == nil {
		err = m.Login(c)
	}
	if err == nil {
		flowtest.Await(t, m, flow.Ready)
		err = s.Cards().Lay("cnid")
	}
	if err != nil {
		t.Fatal(err)
	}
	return m, flowtest.Await(t, m, flow.Compare)
}

// A visit shows the portrait that the operator's library made of the card's, beside the person whom the module vouches
// for, and forgets it with the visit.
func TestVisitShowsDecodedPortrait(t *testing.T) {
	if !decoderBuilt {
		t.Skip("this program was built without photo decoder: run the tests with cgo")
	}
	decoding(t, desk.PhotoDecoder{Library: library(t), Symbol: "to_bmp", Pixels: desk.PixelsBMP})
	m, st := compared(t)
	img, err := jpeg.Decode(bytes.NewReader(st.Photo))
	if err != nil || img.Bounds().Dx() != wltWidth || img.Bounds().Dy() != wltHeight {
		t.Fatalf("%d bytes, %v", len(st.Photo), err)
	}
	if st.Proof != check.Passed {
		t.Errorf("proof %v, %v", st.Proof, st.Checks)
	}
	if err := m.NotToday(); err != nil {
		t.Fatal(err)
	}
	if st := flowtest.Await(t, m, flow.NotToday); st.Photo != nil {
		t.Error("the portrait outlives the visit")
	}
}

// A library that crashes takes its own process along and nothing else: the visit goes on without a portrait and says so.
// A program without C does the same.
func TestVisitOutlivesDecoder(t *testing.T) {
	decoding(t, desk.PhotoDecoder{Library: library(t), Symbol: "crashes"})
	why := "decoder crashed"
	if !decoderBuilt {
		why = "built without photo decoder"
	}
	m, st := compared(t)
	said := ""
	for _, c := range st.Checks {
		if c.Name == checkPhoto {
			said = c.Detail
		}
	}
	if st.Photo != nil || said != why || st.Proof != check.Passed {
		t.Errorf("a photo of %d bytes, %q, proof %v", len(st.Photo), said, st.Proof)
	}
	if err := m.Same(); err != nil { // the face is compared with the printed one
		t.Error(err)
	}
}
