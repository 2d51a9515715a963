package station

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/photo"
)

// PhotoDecoderEnv names, on a training counter, the file that describes the decoder (desk.PhotoDecoder as JSON). On a real
// one the institution's policy does.
const PhotoDecoderEnv = "BANGBAN_PHOTO_DECODER"

// PhotoHelperArg is the first argument of a process that does nothing but decode one portrait.
const PhotoHelperArg = "photo-helper"

// Bounds of one portrait.
const (
	wltSize     = 1024
	wltMagic    = "WL" // then width, height and kind, least significant byte first
	helperLimit = 5 * time.Second
	helperSlack = time.Second
	maxPicture  = 512 << 10
	jpegQuality = 90
)

// Errors of the decoder. None carries a byte of a portrait.
var (
	errDecoderConfig  = errors.New("station: the photo decoder's description cannot be used")
	errDecoderBuild   = errors.New("station: this program was built without photo decoder")
	errDecoderLibrary = errors.New("station: the photo decoder's library is not there, or not the one that was named")
	errDecoderCrash   = errors.New("station: the photo decoder crashed")
	errDecoderHangs   = errors.New("station: the photo decoder did not end in time")
	errDecoderRefuses = errors.New("station: the photo decoder gave no picture")
	errDecoderGarbage = errors.New("station: the photo decoder gave something that is no portrait")
)

// decoder runs the library of the operator in a process of its own.
type decoder struct {
	config desk.PhotoDecoder
	err    error // why it cannot be used; said with each portrait that it leaves out
	limit  time.Duration
}

// photoDecoder is the decoder that policy names, or on a training counter the one of PhotoDecoderEnv; nil: none, and
// portraits of this coding are not shown.
func (s *Station) photoDecoder() *decoder {
	if !s.o.Training {
		if s.bundle == nil || s.bundle.Policy.PhotoDecoder == nil {
			return nil
		}
		return newDecoder(*s.bundle.Policy.PhotoDecoder)
	}
	name := os.Getenv(PhotoDecoderEnv)
	if name == "" {
		return nil
	}
	b, err := os.ReadFile(name)
	var c desk.PhotoDecoder
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return &decoder{err: fmt.Errorf("%w: %w", errDecoderConfig, err)}
	}
	return newDecoder(c)
}

func newDecoder(c desk.PhotoDecoder) *decoder {
	d := &decoder{config: c, limit: helperLimit}
	switch err := c.Valid(); {
	case err != nil:
		d.err = fmt.Errorf("%w: %w", errDecoderConfig, err)
	case !decoderBuilt:
		d.err = errDecoderBuild
	}
	return d
}

// portray gives d its portrait where the card carries one that only the operator's library can decode, and leaves it
// showable.
func (c *Cards) portray(ctx context.Context, d *cardreader.Document) {
	wlt := d.Raw["photo"]
	if c.decoder != nil && d.Photo == nil && len(wlt) <= wltSize && bytes.HasPrefix(wlt, []byte(wltMagic)) {
		picture, err := c.decoder.decode(ctx, wlt)
		if err != nil {
			problem := check.Unsure(checkPhoto, check.Unreadable, reasonOf(err))
			problem.Optional = true
			d.Checks = append(d.Checks, problem)
		}
		d.Photo = picture
	}
	showable(d)
}

// reasonOf is what the check says; the cause may hold a path.
func reasonOf(err error) string {
	for _, known := range []struct {
		err  error
		says string
	}{
		{errDecoderConfig, "decoder description"}, {errDecoderBuild, "built without photo decoder"}, {errDecoderLibrary, "decoder library"}, {errDecoderCrash, "decoder crashed"},
		{errDecoderHangs, "decoder hangs"}, {errDecoderRefuses, "decoder refuses"}, {errDecoderGarbage, "decoder garbage"},
	} {
		if errors.Is(err, known.err) {
			return known.says
		}
	}
	return "decoder"
}

// decode gives the portrait as JPEG. The bytes go through a pipe to a process that can reach no network; what it leaves
// behind is in an empty folder, which is overwritten and removed, whatever happens.
func (d *decoder) decode(ctx context.Context, wlt []byte) (_ []byte, err error) {
	if d.err != nil {
		return nil, d.err
	}
	dir, err := os.MkdirTemp(memoryDir(), "bangban-photo-")
	if err != nil {
		return nil, fmt.Errorf("station: a folder for the photo decoder: %w", err)
	}
	defer func() { err = errors.Join(err, scour(dir)) }()
	config, err := json.Marshal(d.config)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("station: %w", err)
	}
	in := make([]byte, wltSize)
	defer clear(in)
	copy(in, wlt)
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	out := &bounded{max: maxPicture}
	defer func() { clear(out.b) }()
	cmd := exec.CommandContext(ctx, self, PhotoHelperArg, string(config))
	cmd.Args[0] = os.Args[0] // a link to the program is told by its name
	cmd.Dir, cmd.Env = dir, helperEnv(dir, d.config.Library)
	cmd.Stdin, cmd.Stdout, cmd.WaitDelay = bytes.NewReader(in), out, helperSlack
	contain(cmd)
	err = cmd.Run()
	sweep(cmd)
	if err != nil {
		return nil, fate(ctx, err)
	}
	return portraitOf(out.b)
}

// fate tells what became of the process by the way it ended.
func fate(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.Join(errDecoderHangs, err)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		switch exit.ExitCode() {
		case helperNoLibrary:
			return errDecoderLibrary
		case helperNoPicture:
			return errDecoderRefuses
		case helperGarbage:
			return errDecoderGarbage
		}
	}
	return errors.Join(errDecoderCrash, err)
}

// portraitOf makes a JPEG of the PNG that the process gave, within the limits of a portrait.
func portraitOf(b []byte) ([]byte, error) {
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > photo.MaxWidth || c.Height > photo.MaxHeight {
		return nil, errDecoderGarbage
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, errDecoderGarbage
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("station: encode a portrait: %w", err)
	}
	return out.Bytes(), nil
}

// bounded keeps what is written to it, up to max bytes.
type bounded struct {
	b   []byte
	max int
}

// Write implements io.Writer.
func (w *bounded) Write(p []byte) (int, error) {
	if len(w.b)+len(p) > w.max {
		return 0, io.ErrShortWrite
	}
	w.b = append(w.b, p...)
	return len(p), nil
}

// memoryDir is a place for temporary folders that is never on a disk, where there is one.
func memoryDir() string {
	if runtime.GOOS == "linux" {
		for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/dev/shm"} {
			probe, err := os.MkdirTemp(dir, "bangban-")
			if dir == "" || err != nil {
				continue
			}
			_ = os.Remove(probe) // empty: it can always be removed
			return dir
		}
	}
	return os.TempDir()
}

// helperEnv is all of the environment that the process gets.
func helperEnv(dir, library string) []string {
	env := []string{"HOME=" + dir, "TMPDIR=" + dir, "TMP=" + dir, "TEMP=" + dir, "LANG=C", "GOTRACEBACK=none",
		"LD_LIBRARY_PATH=" + filepath.Dir(library)}
	if root := os.Getenv("SYSTEMROOT"); root != "" { // Windows loads nothing without
		env = append(env, "SYSTEMROOT="+root)
	}
	return env
}

// scour overwrites the files that the library wrote and removes the folder.
func scour(dir string) error {
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // it is removed below all the same
		}
		if info, err := e.Info(); err == nil {
			_ = os.WriteFile(path, make([]byte, min(info.Size(), helperFiles)), 0o600) // at least what was there
		}
		return nil
	})
	return errors.Join(err, os.RemoveAll(dir))
}
