package voucher_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dasio/base45"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// A stored block makes @mosip/pixelpass throw; BTYPE is bits 1 and 2 of the first byte after the zlib header.
func btype(stream []byte) byte { return stream[2] >> 1 & 3 }

func TestDeflateIsNeverStored(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, 4000)
	r.Read(noise)
	for _, src := range [][]byte{nil, {0}, []byte("aaa"), []byte(strings.Repeat("voucher ", 2000)), noise, bytes.Repeat(noise[:700], 90)} {
		out := voucher.Deflate(src)
		if got := btype(out); got != 1 {
			t.Errorf("%d bytes: BTYPE %d, want 1", len(src), got)
		}
		zr, err := zlib.NewReader(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		back, err := io.ReadAll(zr)
		if err != nil || !bytes.Equal(back, src) {
			t.Errorf("%d bytes: not the same after inflation (%v)", len(src), err)
		}
	}
	// Control: the standard library does store noise, so this test would see it.
	var w bytes.Buffer
	zw := zlib.NewWriter(&w)
	zw.Write(noise)
	zw.Close()
	if btype(w.Bytes()) != 0 {
		t.Fatal("compress/zlib no longer stores noise: the control is gone")
	}
}

func TestDeflateSize(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	cose := vouchertest.Sign(t, a.Voucher(), a.Signer(t))
	text := voucher.Encode(cose)
	t.Logf("every field set: COSE %d B, zlib %d B, Base45 %d characters", len(cose), len(voucher.Deflate(cose)), len(text))
	if len(text) > 1451 { // QR version 27-M holds 1,451 alphanumeric characters (ISO/IEC 18004 table 7)
		t.Errorf("%d characters do not fit version 27-M", len(text))
	}
	if !strings.HasPrefix(text, "6BF") {
		t.Errorf("text begins %q, want the zlib header 6BF", text[:3])
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := voucher.Encode([]byte("some bytes that are not a voucher"))
	bomb := new(bytes.Buffer)
	zw := zlib.NewWriter(bomb)
	zw.Write(make([]byte, voucher.MaxCOSESize+1))
	zw.Close()
	for _, tc := range []struct {
		name, text string
		want       error
	}{
		{"empty", "", voucher.ErrBase45},
		{"lower case", strings.ToLower(good), voucher.ErrAlphabet},
		{"one group too large", ":::", voucher.ErrBase45},
		{"last group too large", "000::", voucher.ErrBase45},
		{"one character left over", good[:len(good)/3*3] + "A", voucher.ErrBase45},
		{"not zlib", "QED8WEX0", voucher.ErrDeflate},
		{"cut off", good[:12], voucher.ErrDeflate},
		{"something behind", voucher45(append(voucher.Deflate([]byte("x")), 0)), voucher.ErrDeflate},
		{"bomb", voucher45(bomb.Bytes()), voucher.ErrTooLong},
		{"too long", strings.Repeat("0", voucher.MaxText+1), voucher.ErrTooLong},
	} {
		if _, err := voucher.Decode(tc.text); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := voucher.Decode(good + "\r\n"); err != nil {
		t.Errorf("a line end: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(voucher.Encode([]byte("seed")))
	f.Add("6BF390D20FFWJWG.FKX*4F7B0")
	f.Add(":::")
	f.Fuzz(func(t *testing.T, text string) {
		cose, err := voucher.Decode(text)
		if err != nil {
			return
		}
		back, err := voucher.Decode(voucher.Encode(cose))
		if err != nil || !bytes.Equal(back, cose) {
			t.Fatalf("encode and decode: %v", err)
		}
	})
}

func FuzzDeflate(f *testing.F) {
	f.Add([]byte("abcabcabcabcabc"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > voucher.MaxCOSESize {
			return
		}
		zr, err := zlib.NewReader(bytes.NewReader(voucher.Deflate(src)))
		if err != nil {
			t.Fatal(err)
		}
		back, err := io.ReadAll(zr)
		if err != nil || !bytes.Equal(back, src) {
			t.Fatalf("not the same after inflation: %v", err)
		}
	})
}

// TestOneText: a zlib stream that says the same bytes in another way is not the text of a voucher.
func TestOneText(t *testing.T) {
	cose := []byte("the same words, the same words, the same words")
	text := voucher.Encode(cose)
	if !voucher.Canonical(text, cose) || !voucher.Canonical(text+"\r\n", cose) {
		t.Fatal("the text that Encode gives is refused")
	}
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.HuffmanOnly)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(cose); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	other := base45.EncodeToString(b.Bytes())
	got, err := voucher.Decode(other)
	if err != nil || !bytes.Equal(got, cose) {
		t.Fatalf("the other text does not hold the same bytes: %v", err)
	}
	if voucher.Canonical(other, cose) {
		t.Error("another text of the same bytes is taken")
	}
}
