package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/cardreader/sim"
)

// decoderLibrary compiles the decoder of a synthetic coding.
func decoderLibrary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "libspecimen.so")
	out, err := exec.Command("gcc", "-shared", "-fPIC", "-O1", "-o", path, filepath.Join("..", "..", "station", "testdata", "decoder.c")).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no C compiler to make a decoder with")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// builtWithC tells whether this program is one that loads libraries.
func builtWithC(t *testing.T) bool {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "1"})
}

// grey is the nth byte of a portrait in the synthetic coding.
func grey(n int) byte { return byte(128 + 100*math.Sin(float64(n)/40)) }

// distance is how far a picture is off what was drawn, in greys of 256, on the mean.
func distance(img image.Image, drawn func(x, y int) byte) float64 {
	sum := 0.0
	for y := range 126 {
		for x := range 102 {
			is := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
			sum += math.Abs(float64(is) - float64(drawn(x, y)))
		}
	}
	return sum / (126 * 102)
}

// portrayed calls card read --photo with this decoder on a training counter, at a reader on a serial line.
func portrayed(t *testing.T, bin, specimen string, decoder *desk.PhotoDecoder) (file string, exit int, said string) {
	t.Helper()
	card, err := sim.Load(specimen)
	if err != nil {
		t.Fatal(err)
	}
	if wlt := card.Dirs[0].Files["photo"]; len(wlt) > 8 {
		for i := range wlt[8:] { // the specimen's own is one grey
			wlt[8+i] = grey(i)
		}
	}
	module := sim.NewSAM()
	module.Lay(card)
	port := overPTY(t, module)
	dir := t.TempDir()
	file = filepath.Join(dir, "portrait.jpg")
	var out, errw bytes.Buffer
	cmd := exec.Command(bin, "--training", "--data", filepath.Join(dir, "st"), "--json", "card", "read", "--sam", port, "--reader", port, "--at", judgedAt, "--photo", file)
	cmd.Stdout, cmd.Stderr = &out, &errw
	cmd.Env = os.Environ()
	if decoder != nil {
		b, err := json.Marshal(decoder)
		name := filepath.Join(dir, "decoder.json")
		if err == nil {
			err = os.WriteFile(name, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, station.PhotoDecoderEnv+"="+name)
	}
	var e *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	return file, cmd.ProcessState.ExitCode(), errw.String()
}

// card read --photo at a reader on a serial line: the operator's library decodes in its own process, its picture is the
// one that lies on the card; without one, with one that misbehaves and in a program that loads none, it is said why.
func TestCardPhoto(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	bin := filepath.Join(programDir(t), program)
	lib := decoderLibrary(t)
	for _, tc := range []struct {
		name, specimen string
		decoder        *desk.PhotoDecoder
		drawn          func(x, y int) byte
		code, why      string // empty: a picture
	}{
		{"in memory", "cnid", &desk.PhotoDecoder{Library: lib}, func(x, y int) byte { return grey((102*y + x) / 13 % 1016) }, "", ""},
		{"by a file", "cnid-y", &desk.PhotoDecoder{Library: lib, Symbol: "get_bmp", Call: desk.DecodeFile, Picture: "photo.bmp"}, func(x, y int) byte { return grey(x + 125 - y) }, "", ""},
		{"crashes", "cnid", &desk.PhotoDecoder{Library: lib, Symbol: "crashes"}, nil, "photo-undecoded", "decoder crashed"},
		{"another library", "cnid", &desk.PhotoDecoder{Library: lib, SHA256: strings.Repeat("0", 64)}, nil, "photo-undecoded", "decoder library"},
		{"no decoder", "cnid", nil, nil, "photo-no-decoder", ""},
		{"no portrait", "cnid-nophoto", &desk.PhotoDecoder{Library: lib}, nil, "card-no-photo", ""},
	} {
		file, exit, said := portrayed(t, bin, tc.specimen, tc.decoder)
		if !builtWithC(t) && tc.decoder != nil && tc.specimen != "cnid-nophoto" {
			tc.code, tc.why = "photo-undecoded", "built without photo decoder"
		}
		if tc.code != "" {
			if _, err := os.Stat(file); exit != exitFailure || saidCode(t, said) != tc.code || !strings.Contains(said, tc.why) || err == nil {
				t.Errorf("%s: exit %d, %q, want %s", tc.name, exit, said, tc.code)
			}
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil || exit != exitOK {
			t.Errorf("%s: exit %d, %q, %v", tc.name, exit, said, err)
			continue
		}
		img, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != 102 || img.Bounds().Dy() != 126 {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if off := distance(img, tc.drawn); off > 3 {
			t.Errorf("%s: %.1f greys off what lies on the card", tc.name, off)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: others may look at the portrait: %v", tc.name, err)
		}
	}
	if left, _ := filepath.Glob("/dev/shm/bangban-photo-*"); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}
