package trust

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// plainSeeds are messages as wallets write them, and some that the library alone may judge.
var plainSeeds = []string{
	"a3012604426b31036474657874", "a10126", "a0", "a2182182410141020481f6", "a1190104a1016161", "a239010300f6f5",
	"a201020103", "bf0126ff", "a1c074323032362d30312d30315430303a30303a30305a01", "a141016100", "a1fb3ff000000000000001",
	"a161ff01", "a11bffffffffffffffff01", "a13b7fffffffffffffff01", "a13b800000000000000001", "a10181818181818181818101",
	"6474657874", "62c328", "4401020304", "5f41014102ff", "00", "20", "1bffffffffffffffff", "f6", "f7", "f4", "fa47c35000", "f820", "f801",
	"8401020304", "84", "9f01ff", "d818410a", "a1016161ff", "", "ff", "1c", "5bffffffffffffffff", "bb7fffffffffffffff", "9bffffffffffffffff",
	"8443a10126a10442313241a041ff", "8443a10126a0f64101", "8440a04041", "8443a10126a04101", "8441a0a0414141ff",
}

// samePlain holds what is read here against what the library reads: whatever is taken, it takes, and as the same.
func samePlain[T any](t *testing.T, b []byte) bool {
	t.Helper()
	var ours, theirs T
	if !decodePlain(b, &ours) {
		if !reflect.ValueOf(ours).IsZero() {
			t.Fatalf("%x: %T touched and not taken", b, ours)
		}
		return false
	}
	if err := looseMode.Unmarshal(b, &theirs); err != nil || !reflect.DeepEqual(ours, theirs) {
		t.Fatalf("%x as %T: %v, the library %v, %v", b, ours, ours, theirs, err)
	}
	return true
}

func sameSign1(t *testing.T, b []byte) bool {
	t.Helper()
	ours := plainSign1(b)
	if ours == nil {
		return false
	}
	theirs, err := looseSign1(b)
	if err != nil || !bytes.Equal(ours.head, theirs.head) || !bytes.Equal(ours.Payload, theirs.Payload) || (ours.Payload == nil) != (theirs.Payload == nil) ||
		!bytes.Equal(ours.Signature, theirs.Signature) || !reflect.DeepEqual(ours.Unprotected, theirs.Unprotected) || !reflect.DeepEqual(ours.Protected, theirs.Protected) {
		t.Fatalf("%x: %+v, the library %+v, %v", b, ours, theirs, err)
	}
	return true
}

func holdPlain(t *testing.T, b []byte) (taken int) {
	t.Helper()
	for _, ok := range []bool{samePlain[Labels](t, b), samePlain[map[int64]cbor.RawMessage](t, b), samePlain[map[string]cbor.RawMessage](t, b),
		samePlain[[]cbor.RawMessage](t, b), samePlain[string](t, b), samePlain[int64](t, b), samePlain[[]byte](t, b), sameSign1(t, b)} {
		if ok {
			taken++
		}
	}
	return taken
}

// TestPlain changes messages in every way and holds each reading against the library's.
func TestPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 26))
	taken := 0
	for _, seed := range plainSeeds {
		whole, err := hex.DecodeString(seed)
		if err != nil {
			t.Fatal(err)
		}
		taken += holdPlain(t, whole)
		for range 3000 {
			b := bytes.Clone(whole)
			for range 1 + r.IntN(3) {
				if len(b) > 0 {
					b[r.IntN(len(b))] = byte(r.Uint32())
				}
			}
			holdPlain(t, b[:len(b)-r.IntN(2)*r.IntN(len(b)+1)])
		}
	}
	if taken < 20 {
		t.Errorf("control: %d seeds were read here at all", taken)
	}
	deep := append(bytes.Repeat([]byte{0x81}, plainDepth), 0)
	if many := append([]byte{0x98, plainCount + 1}, make([]byte, plainCount+1)...); samePlain[[]cbor.RawMessage](t, many) || samePlain[[]cbor.RawMessage](t, append([]byte{0x81}, deep...)) {
		t.Error("out of bounds, and read here")
	}
}

// TestSigned holds the structure that is signed against the library's writing, around each length of a head.
func TestSigned(t *testing.T) {
	for _, n := range []int{0, 1, 23, 24, 255, 256, 65535, 65536} {
		m := &Sign1{head: bytes.Repeat([]byte{7}, n), Payload: bytes.Repeat([]byte{9}, n)}
		want, err := encMode.Marshal([]any{"Signature1", m.head, []byte{}, m.Payload})
		if got := m.Signed("Signature1", nil); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	empty, want := &Sign1{head: []byte{0xa0}}, []byte{0x84, 0x64, 'M', 'A', 'C', '0', 0x40, 0x40, 0x41, 1}
	if got := empty.Signed("MAC0", []byte{1}); !bytes.Equal(got, want) {
		t.Errorf("%x", got)
	}
}

func FuzzPlain(f *testing.F) {
	for _, seed := range plainSeeds {
		b, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { holdPlain(t, b) })
}
