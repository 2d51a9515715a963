package station

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// TestMain lets this binary be the process that decodes one portrait.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == PhotoHelperArg {
		os.Exit(PhotoHelper(os.Args[1:], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// library compiles a decoder of a synthetic coding: each byte behind the first eight is a block of eleven pixels.
func library(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "libspecimen.so")
	out, err := exec.Command("gcc", "-shared", "-fPIC", "-O1", "-o", path, filepath.Join("testdata", "decoder.c")).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no C compiler to make a decoder with")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func specimenWLT() []byte {
	b := make([]byte, wltSize)
	copy(b, "WLf\x00~\x002\x00")
	for i := 8; i < len(b); i++ {
		b[i] = byte(i * 7)
	}
	return b
}

// leftovers lists what decoders left in the temporary folders.
func leftovers(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(memoryDir(), "bangban-photo-*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPhotoDecoder(t *testing.T) {
	if !decoderBuilt {
		t.Skip("this program was built without photo decoder: run the tests with cgo")
	}
	lib := library(t)
	raw, err := os.ReadFile(lib)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	text := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "stolen")
	if err := os.WriteFile("/dev/shm/bangban-specimen-outside", []byte(outside), 0o600); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.Remove("/dev/shm/bangban-specimen-outside") })
	for _, tc := range []struct {
		name string
		c    desk.PhotoDecoder
		want error
	}{
		{"decodes", desk.PhotoDecoder{Library: lib}, nil},
		{"the hash that was named", desk.PhotoDecoder{Library: lib, SHA256: hash}, nil},
		{"rgb", desk.PhotoDecoder{Library: lib, Pixels: desk.PixelsRGB}, nil},
		{"bmp in memory", desk.PhotoDecoder{Library: lib, Symbol: "to_bmp", Pixels: desk.PixelsBMP}, nil},
		{"writes zp.bmp", desk.PhotoDecoder{Library: lib, Symbol: "to_file", Picture: "zp.bmp"}, nil},
		{"file to file", desk.PhotoDecoder{Library: lib, Symbol: "get_bmp", Call: desk.DecodeFile, Picture: "photo.bmp"}, nil},
		{"prints", desk.PhotoDecoder{Library: lib, Symbol: "prints"}, nil},
		{"no network, no program, no file outside", desk.PhotoDecoder{Library: lib, Symbol: "breaks_out"}, nil},
		{"another hash", desk.PhotoDecoder{Library: lib, SHA256: strings.Repeat("0", 64)}, errDecoderLibrary},
		{"no such library", desk.PhotoDecoder{Library: lib + ".gone"}, errDecoderLibrary},
		{"no library", desk.PhotoDecoder{Library: text}, errDecoderLibrary},
		{"no such function", desk.PhotoDecoder{Library: lib, Symbol: "absent"}, errDecoderLibrary},
		{"a path that is none", desk.PhotoDecoder{Library: "decoder.so"}, errDecoderConfig},
		{"does nothing", desk.PhotoDecoder{Library: lib, Symbol: "nothing"}, errDecoderRefuses},
		{"garbage", desk.PhotoDecoder{Library: lib, Symbol: "unpack", Pixels: desk.PixelsBMP}, errDecoderGarbage},
		{"a picture that is too large", desk.PhotoDecoder{Library: lib, Symbol: "huge", Pixels: desk.PixelsBMP}, errDecoderGarbage},
		{"crashes", desk.PhotoDecoder{Library: lib, Symbol: "crashes"}, errDecoderCrash},
		{"aborts", desk.PhotoDecoder{Library: lib, Symbol: "aborts"}, errDecoderCrash},
		{"takes all memory", desk.PhotoDecoder{Library: lib, Symbol: "eats"}, errDecoderRefuses},
		{"fills the disk, in vain", desk.PhotoDecoder{Library: lib, Symbol: "fills"}, nil},
		{"hangs", desk.PhotoDecoder{Library: lib, Symbol: "hangs"}, errDecoderHangs},
		{"leaves a child that holds the line", desk.PhotoDecoder{Library: lib, Symbol: "forks"}, errDecoderCrash},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDecoder(tc.c)
			d.limit = time.Minute // waited for only by a decoder that hangs
			if tc.want == errDecoderHangs {
				d.limit = 500 * time.Millisecond
			}
			b, err := d.decode(t.Context(), specimenWLT())
			if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
				t.Fatalf("%v, want %v", err, tc.want)
			}
			if left := leftovers(t); len(left) != 0 {
				t.Errorf("left behind: %q", left)
			}
			if _, err := os.Stat(outside); err == nil {
				t.Error("the library wrote a file outside its folder")
			}
			if tc.want != nil {
				if b != nil {
					t.Error("a picture beside an error")
				}
				return
			}
			img, err := jpeg.DecodeConfig(bytes.NewReader(b))
			if err != nil || img.Width != wltWidth || img.Height != wltHeight {
				t.Errorf("%d × %d, %v", img.Width, img.Height, err)
			}
		})
	}
}

// A document gets its portrait from the decoder, or a check that says why not; a portrait of another coding, and a counter
// without a decoder, are left alone.
func TestPortray(t *testing.T) {
	if !decoderBuilt {
		t.Skip("this program was built without photo decoder: run the tests with cgo")
	}
	lib := library(t)
	doc := func(wlt []byte) *cardreader.Document {
		return &cardreader.Document{Raw: map[string][]byte{"photo": wlt}}
	}
	for _, tc := range []struct {
		name, symbol string
		wlt          []byte
		photo        bool
		detail       string
	}{
		{"decoded", "unpack", specimenWLT(), true, ""},
		{"crashed", "crashes", specimenWLT(), false, "decoder crashed"},
		{"another coding", "unpack", make([]byte, wltSize), false, ""},
		{"too long", "unpack", append(specimenWLT(), 0), false, ""},
		{"none", "unpack", nil, false, ""},
	} {
		c := &Cards{decoder: newDecoder(desk.PhotoDecoder{Library: lib, Symbol: tc.symbol})}
		d := doc(tc.wlt)
		c.portray(t.Context(), d)
		if (d.Photo != nil) != tc.photo {
			t.Errorf("%s: a photo is %v", tc.name, d.Photo != nil)
		}
		if tc.detail == "" != (len(d.Checks) == 0) || tc.detail != "" && (d.Checks[0].Detail != tc.detail || !d.Checks[0].Optional || d.Checks[0].Verdict != check.Indeterminate) {
			t.Errorf("%s: %v", tc.name, d.Checks)
		}
	}
	d := doc(specimenWLT())
	(&Cards{}).portray(t.Context(), d)
	if d.Photo != nil || len(d.Checks) != 0 {
		t.Error("without a decoder")
	}
}

// A training counter takes the decoder from the environment, a real one never.
func TestPhotoDecoderOf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "decoder.json")
	b, err := json.Marshal(desk.PhotoDecoder{Library: "/opt/specimen.so"})
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	of := func(training bool) *decoder { return (&Station{o: Options{Training: training}}).photoDecoder() }
	if of(true) != nil {
		t.Error("one that nobody named")
	}
	t.Setenv(PhotoDecoderEnv, file)
	if d := of(true); d == nil || d.err != nil && !errors.Is(d.err, errDecoderBuild) || d.config.Library != "/opt/specimen.so" {
		t.Errorf("%+v", d)
	}
	if of(false) != nil {
		t.Error("a real counter takes it from the environment")
	}
	t.Setenv(PhotoDecoderEnv, file+".gone")
	if d := of(true); d == nil || !errors.Is(d.err, errDecoderConfig) {
		t.Errorf("%+v", d)
	}
}

// A program without C says so, and starts no process.
func TestBuiltWithoutDecoder(t *testing.T) {
	d := newDecoder(desk.PhotoDecoder{Library: "/opt/specimen.so"})
	if b, err := d.decode(t.Context(), specimenWLT()); b != nil || errors.Is(err, errDecoderBuild) == decoderBuilt {
		t.Errorf("%v", err)
	}
	if d := newDecoder(desk.PhotoDecoder{Library: "specimen.so"}); !errors.Is(d.err, errDecoderConfig) {
		t.Errorf("a description that is none: %v", d.err)
	}
}

func FuzzPortraitOf(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if jpg, err := portraitOf(b); (err == nil) == (jpg == nil) {
			t.Error("both or neither")
		}
		bitmap(b)
	})
}
