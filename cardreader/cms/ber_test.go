package cms

import (
	"bytes"
	"os"
	"testing"
)

// toBER writes every constructed element with an indefinite length and every OCTET STRING of the outer levels in pieces.
func toBER(t *testing.T, b []byte, depth int) []byte {
	t.Helper()
	var out []byte
	for len(b) > 0 {
		tag, size, rest, err := berHead(b)
		if err != nil {
			t.Fatal(err)
		}
		content := rest[:size]
		b = rest[size:]
		switch {
		case tag&0x20 != 0 && depth < 4: // not the certificates: they are signed as they are
			out = append(append(append(out, tag, 0x80), toBER(t, content, depth+1)...), 0, 0)
		case tag == octets && size > 2:
			out = append(out, 0x24, 0x80)
			out = append(out, derElement(octets, content[:1])...)
			out = append(out, derElement(octets, content[1:])...)
			out = append(out, 0, 0)
		default:
			out = append(out, derElement(tag, content)...)
		}
	}
	return out
}

// A message that was signed in DER verifies in BER too: what is signed does not depend on how it is carried.
func TestBERMessage(t *testing.T) {
	for _, name := range []string{"rsa-noattr", "rsa-detached"} {
		der, err := os.ReadFile("testdata/" + name + ".cms")
		if err != nil {
			t.Fatal(err)
		}
		ber := toBER(t, der, 0)
		if bytes.Equal(ber, der) {
			t.Fatal("not BER")
		}
		sd, err := Parse(ber)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var detached []byte
		if sd.Content == nil {
			detached = []byte("SPECIMEN content\n")
		}
		if _, err := sd.Verify(detached); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		same, err := toDER(der)
		if err != nil || !bytes.Equal(same, der) {
			t.Errorf("%s: DER was changed, %v", name, err)
		}
	}
}

func TestBERRefused(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 100_000)
	for what, b := range map[string][]byte{
		"empty": nil, "no end": {0x30, 0x80, 5, 0}, "primitive without end": {0x04, 0x80, 0, 0}, "deep": deep,
		"long tag": {0x3F, 0x81, 0x01, 0}, "length of 5 bytes": {0x30, 0x85, 0, 0, 0, 0, 0}, "length beyond": {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
		"more behind": {0x30, 0, 0x30, 0}, "piece no octet string": {0x24, 3, 2, 1, 1}, "cut": {0x30, 5, 4, 3},
	} {
		if _, err := toDER(b); ReasonOf(err) != Structure {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzBER(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0, 0, 0})
	f.Add([]byte{0x30, 0x82, 0, 2, 5, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		der, err := toDER(b)
		if err != nil {
			return
		}
		again, err := toDER(der)
		if err != nil || !bytes.Equal(again, der) {
			t.Fatalf("own DER is not DER: %x, %x, %v", der, again, err)
		}
	})
}
