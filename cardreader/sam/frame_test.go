package sam_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"bangban/cardreader/sam"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Frames as published by makers of readers.
var published = map[string]string{
	"AAAAAA96690003200122":                   "2001",
	"AAAAAA9669000800009F0000000097":         "00009F00000000",
	"AAAAAA96690003200221":                   "2002",
	"AAAAAA9669000C00009000000000000000009C": "0000900000000000000000",
	"AAAAAA96690003300132":                   "3001",
	"AAAAAA9669000400004145":                 "000041",
	"AAAAAA9669000400003236":                 "000032",
	"AAAAAA9669000461FF50CA":                 "61FF50",
}

func TestAppendFrame(t *testing.T) {
	for frame, body := range published {
		if got := sam.AppendFrame(nil, unhex(t, body)); !bytes.Equal(got, unhex(t, frame)) {
			t.Errorf("%s: %X, want %s", body, got, frame)
		}
	}
	if got := sam.AppendFrame([]byte{1}, make([]byte, 0x0910)); !bytes.Equal(got, []byte{1}) {
		t.Errorf("a body too long made %d bytes", len(got))
	}
	if got := sam.AppendFrame(nil, []byte{0x20}); got != nil {
		t.Errorf("half a command made %X", got)
	}
}

// all gives every body and error in what is fed in pieces.
func all(pieces ...[]byte) (bodies [][]byte, errs []error) {
	var d sam.Decoder
	for _, p := range pieces {
		d.Feed(p)
		for {
			body, err := d.Next()
			if body == nil && err == nil {
				break
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			bodies = append(bodies, body)
		}
	}
	return bodies, errs
}

// base is an answer to read base of 256 + 1024 + n bytes.
func base(t testing.TB, prints int) []byte {
	t.Helper()
	b := []byte{0, 0, 0x90, 1, 0, 4, 0}
	if prints >= 0 {
		b = append(b, byte(prints>>8), byte(prints))
	}
	for i := range 256 + 1024 + max(prints, 0) {
		b = append(b, byte(i*7))
	}
	return b
}

func TestLengths(t *testing.T) {
	for prints, size := range map[int]int{-1: 1295, 0: 1297, 512: 1809, 1024: 2321} {
		frame := sam.AppendFrame(nil, base(t, prints))
		if len(frame) != size {
			t.Errorf("%d bytes of fingerprint: frame of %d, want %d", prints, len(frame), size)
		}
		if bodies, errs := all(frame); len(bodies) != 1 || len(errs) != 0 || !bytes.Equal(bodies[0], base(t, prints)) {
			t.Errorf("%d bytes of fingerprint: %d bodies, %v", prints, len(bodies), errs)
		}
	}
}

func TestEverySplit(t *testing.T) {
	noise := []byte{0x00, 0xAA, 0xAA, 0x96, 0x69, 0xFF, 0xAA}
	stream := append(append([]byte{}, noise...), unhex(t, "AAAAAA9669000800009F0000000097")...)
	stream = append(stream, noise...)
	stream = append(stream, unhex(t, "AAAAAA9669000400004145")...)
	for i := range len(stream) + 1 {
		for j := i; j <= len(stream); j++ {
			bodies, errs := all(stream[:i], stream[i:j], stream[j:])
			if len(bodies) != 2 || len(errs) != 0 || bodies[0][2] != 0x9F || bodies[1][2] != 0x41 {
				t.Fatalf("split at %d and %d: %X, %v", i, j, bodies, errs)
			}
		}
	}
	long := sam.AppendFrame(nil, base(t, 1024))
	for i := range len(long) + 1 {
		if bodies, errs := all(long[:i], long[i:]); len(bodies) != 1 || len(errs) != 0 {
			t.Fatalf("split at %d: %d bodies, %v", i, len(bodies), errs)
		}
	}
}

func TestResync(t *testing.T) {
	good := unhex(t, "AAAAAA9669000800009F0000000097")
	for name, tc := range map[string]struct {
		before []byte
		err    error
	}{
		"noise":                 {[]byte("SPECIMEN"), nil},
		"one AA too many":       {[]byte{0xAA}, nil},
		"half a preamble":       {unhex(t, "AAAAAA96"), nil},
		"wrong XOR":             {unhex(t, "AAAAAA9669000400004146"), sam.ErrXOR},
		"a flipped bit":         {unhex(t, "AAAAAA9669000401004145"), sam.ErrXOR},
		"length 0":              {unhex(t, "AAAAAA96690000"), sam.ErrBounds},
		"length 3":              {unhex(t, "AAAAAA96690003200122"), sam.ErrBounds},
		"length FFFF":           {unhex(t, "AAAAAA9669FFFF"), sam.ErrBounds},
		"length 0911":           {unhex(t, "AAAAAA96690911"), sam.ErrBounds},
		"preamble in preamble":  {unhex(t, "AAAAAA9669AAAAAA"), sam.ErrBounds},
		"a length that eats it": {unhex(t, "AAAAAA9669000F"), sam.ErrXOR},
	} {
		bodies, errs := all(append(append([]byte{}, tc.before...), good...))
		if len(bodies) != 1 || bodies[0][2] != 0x9F {
			t.Errorf("%s: %X", name, bodies)
		}
		if tc.err == nil && len(errs) != 0 || tc.err != nil && (len(errs) == 0 || !errors.Is(errs[0], tc.err)) {
			t.Errorf("%s: %v, want %v", name, errs, tc.err)
		}
	}
	var d sam.Decoder // a length that promises more than ever comes
	d.Feed(append(unhex(t, "AAAAAA96690900"), good...))
	if body, err := d.Next(); body != nil || err != nil {
		t.Fatalf("%X, %v", body, err)
	}
	if !d.Resync() {
		t.Fatal("nothing was waited for")
	}
	if body, err := d.Next(); err != nil || body[2] != 0x9F || d.Skipped() != 7 {
		t.Fatalf("%X, %v, %d skipped", body, err, d.Skipped())
	}
	if d.Resync() {
		t.Error("something is waited for in an empty decoder")
	}
}

func FuzzDecoder(f *testing.F) {
	for frame := range published {
		f.Add(unhex(f, frame), uint16(3))
	}
	f.Add(sam.AppendFrame(nil, base(f, 1024)), uint16(700))
	f.Add(unhex(f, "AAAAAA9669000FAAAAAA9669000800009F0000000097"), uint16(8))
	f.Fuzz(func(t *testing.T, b []byte, split uint16) {
		at := min(int(split), len(b))
		whole, _ := all(b)
		pieces, _ := all(b[:at], b[at:])
		if len(whole) != len(pieces) {
			t.Fatalf("%d frames in one piece, %d in two", len(whole), len(pieces))
		}
		rest := b
		for i, body := range whole {
			if !bytes.Equal(body, pieces[i]) {
				t.Fatal("a split changes what is read")
			}
			frame := sam.AppendFrame(nil, body)
			at := bytes.Index(rest, frame)
			if at < 0 {
				t.Fatal("a frame that is not in the stream")
			}
			rest = rest[at+len(frame):]
		}
	})
}
