package tlv_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bangban/cardreader/tlv"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// EF.COM of ICAO Doc 9303-11 appendix D.4.
const efCOM = "60 14 5F01 04 30313037 5F36 06 303430303030 5C 02 6175"

func TestParseEFCOM(t *testing.T) {
	com, err := tlv.ParseOne(unhex(t, efCOM), 0x60)
	if err != nil {
		t.Fatal(err)
	}
	list, err := com.List()
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[tlv.Tag]string{0x5F01: "0107", 0x5F36: "040000", 0x5C: "au"} {
		e, err := list.Only(tag)
		if err != nil || string(e.Value) != want {
			t.Errorf("%v: %q, %v; want %q", tag, e.Value, err, want)
		}
	}
	if got := tlv.Append(nil, com.Tag, list.Append(nil)); !bytes.Equal(got, unhex(t, efCOM)) {
		t.Errorf("written again: %x", got)
	}
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     error
	}{
		{"value missing", "61 05 01 02", tlv.ErrTruncated},
		{"length missing", "61", tlv.ErrTruncated},
		{"long length cut", "61 82 01", tlv.ErrTruncated},
		{"tag cut", "5F", tlv.ErrTruncated},
		{"tag cut at second", "7F 81", tlv.ErrTruncated},
		{"tag of four bytes", "5F 81 81 01 00", tlv.ErrTag},
		{"second byte 80", "5F 80 01 00", tlv.ErrTag},
		{"tag zero", "00 00", tlv.ErrTag},
		{"tag FF", "FF FF 00", tlv.ErrTag},
		{"indefinite", "30 80 00 00", tlv.ErrIndefinite},
		{"length of five bytes", "30 85 00 00 00 00 00", tlv.ErrLength},
		{"length beyond any", "30 84 FF FF FF FF", tlv.ErrTooLarge},
	} {
		if _, err := tlv.Parse(unhex(t, tc.in)); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

func TestBounds(t *testing.T) {
	if _, err := tlv.Parse(bytes.Repeat([]byte{4, 0}, tlv.MaxCount)); err != nil {
		t.Errorf("as many as allowed: %v", err)
	}
	if _, err := tlv.Parse(bytes.Repeat([]byte{4, 0}, tlv.MaxCount+1)); !errors.Is(err, tlv.ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := tlv.Parse(make([]byte, tlv.MaxSize+1)); !errors.Is(err, tlv.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	nested := []byte{4, 0}
	down := func(int, tlv.Element) bool { return true }
	for range tlv.MaxDepth - 1 {
		nested = tlv.Append(nil, 0x30, nested)
	}
	if err := tlv.Walk(nested, down); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
	// gmrtd recursed without bound here until it was fixed.
	for range 100_000 {
		nested = tlv.Append(nil, 0x30, nested[:min(len(nested), 4000)])
	}
	if err := tlv.Walk(nested, down); err == nil {
		t.Error("too deep: no error")
	}
	if err := tlv.Walk(tlv.Append(nil, 0x30, deep(tlv.MaxDepth)), down); !errors.Is(err, tlv.ErrTooDeep) {
		t.Errorf("too deep: %v", err)
	}
}

func deep(levels int) []byte {
	b := []byte{4, 0}
	for range levels {
		b = tlv.Append(nil, 0x30, b)
	}
	return b
}

func TestOnly(t *testing.T) {
	list, err := tlv.Parse(unhex(t, "04 01 01 05 00 04 01 02"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.Only(4); !errors.Is(err, tlv.ErrDuplicate) {
		t.Errorf("twice: %v", err)
	}
	if _, err := list.Only(6); !errors.Is(err, tlv.ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	if got := list.All(4); len(got) != 2 || got[1].Value[0] != 2 {
		t.Errorf("all: %v", got)
	}
	if _, err := list[0].List(); !errors.Is(err, tlv.ErrPrimitive) {
		t.Errorf("primitive: %v", err)
	}
	if _, err := tlv.ParseOne(unhex(t, "04 00 05 00"), 4); !errors.Is(err, tlv.ErrTrailing) {
		t.Errorf("trailing: %v", err)
	}
}

func TestLongLengthIsRead(t *testing.T) {
	list, err := tlv.Parse(unhex(t, "04 83 00 00 01 AA"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	if got := list.Append(nil); !bytes.Equal(got, []byte{4, 1, 0xAA}) {
		t.Errorf("written again: %x, want the shortest", got)
	}
}

func TestNeverPrintsValues(t *testing.T) {
	e := tlv.Element{Tag: 0x5F1F, Value: []byte("SPECIMEN")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if got := fmt.Sprintf(verb, e); got != "5F1F(8 B)" {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{efCOM, "61 5B 5F1F 58", "04 83 00 00 01 AA", "30 80 00 00", "7F61 03 02 01 01", ""} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := tlv.Parse(b)
		if err != nil {
			return
		}
		again := list.Append(nil)
		if len(again) > len(b) {
			t.Fatalf("DER is longer than BER: %x from %x", again, b)
		}
		if len(again) == len(b) && !bytes.Equal(again, b) {
			t.Fatalf("DER input changed: %x from %x", again, b)
		}
		second, err := tlv.Parse(again)
		if err != nil || len(second) != len(list) {
			t.Fatalf("own output refused: %v", err)
		}
		for i := range list {
			if second[i].Tag != list[i].Tag || !bytes.Equal(second[i].Value, list[i].Value) {
				t.Fatalf("object %d differs", i)
			}
		}
		visited := 0
		_ = tlv.Walk(b, func(depth int, e tlv.Element) bool {
			if visited++; visited > tlv.MaxCount || depth >= tlv.MaxDepth {
				t.Fatalf("walk went beyond its bounds: %d objects, depth %d", visited, depth)
			}
			return true
		})
	})
}
