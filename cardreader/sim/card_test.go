package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/jpeg"
	"slices"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// reader is the least that reads a passport: the terminal's side, written from ICAO Doc 9303-11 with the chip's own
// primitives, which TestAppendixD proves.
type reader struct {
	t    *testing.T
	card *Card
	s    *session
}

func openPassport(t *testing.T, c *Card) *reader {
	t.Helper()
	r := &reader{t: t, card: c}
	r.plain("00A4040C07A0000002471001", 0x9000)
	challenge := r.plain("0084000008", 0x9000)
	input, err := accessKeyInput(c.Specimen().MRZ)
	if err != nil {
		t.Fatal(err)
	}
	k := deriveKeys(keySeed(input))
	mine := []byte("12345678ABCDEFGHIJKLMNOP") // RND.IFD, K.IFD
	e := k.encrypt(slices.Concat(mine[:8], challenge, mine[8:]))
	cmd, _ := apdu.Command{INS: 0x82, Data: append(e, k.mac(e)...), Ne: 40}.Encode(false)
	answer := c.APDU(cmd)
	if len(answer) != 42 || !bytes.Equal(k.mac(answer[:32]), answer[32:40]) {
		t.Fatalf("mutual authentication: %X", answer)
	}
	seed := k.decrypt(answer[:32])[16:]
	for i := range seed {
		seed[i] ^= mine[8+i]
	}
	r.s = &session{keys: deriveKeys(seed), ssc: slices.Concat(challenge[4:], mine[4:8])}
	return r
}

func (r *reader) plain(command string, want uint16) []byte {
	r.t.Helper()
	got, err := apdu.ParseResponse(r.card.APDU(unhex(r.t, command)))
	if err != nil || got.SW != want {
		r.t.Fatalf("%s: %v, %v; want %04X", command, got, err, want)
	}
	return got.Data
}

// secure sends a command without data under secure messaging.
func (r *reader) secure(ins, p1, p2 byte, data []byte, ne int, extended bool) apdu.Response {
	r.t.Helper()
	r.s.count()
	var objects []byte
	if len(data) > 0 {
		objects = appendObject(objects, 0x85, r.s.keys.encrypt(pad(data)))
	}
	le := []byte{byte(ne)}
	if extended {
		le = []byte{byte(ne >> 8), byte(ne)}
	}
	objects = appendObject(objects, 0x97, le)
	mac := r.s.keys.mac(slices.Concat(r.s.ssc, []byte{0x0C, ins, p1, p2, 0x80, 0, 0, 0}, objects))
	cmd := apdu.Command{CLA: 0x0C, INS: ins, P1: p1, P2: p2, Data: appendObject(objects, 0x8E, mac), Ne: 256}
	if extended {
		cmd.Ne = apdu.MaxExtendedNe
	}
	b, err := cmd.Encode(extended)
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := apdu.ParseResponse(r.card.APDU(b))
	if err != nil || len(answer.Data) == 0 {
		return answer
	}
	plain := r.unwrap(answer.Data)
	if plain.SW != answer.SW {
		r.t.Fatalf("%04X inside, %04X outside", plain.SW, answer.SW)
	}
	return plain
}

func (r *reader) unwrap(b []byte) apdu.Response {
	r.t.Helper()
	r.s.count()
	if n := len(b) - 10; n < 4 || !bytes.Equal(r.s.keys.mac(slices.Concat(r.s.ssc, b[:n])), b[n+2:]) {
		r.t.Fatal("wrong MAC from the chip")
	}
	out := apdu.Response{SW: uint16(b[len(b)-12])<<8 | uint16(b[len(b)-11])}
	if b[0] == 0x87 || b[0] == 0x85 {
		head := 2
		if b[1] >= 0x80 {
			head += int(b[1] & 3)
		}
		if b[0] == 0x87 {
			head++
		}
		data, ok := unpad(r.s.keys.decrypt(b[head : len(b)-14]))
		if !ok {
			r.t.Fatal("no padding")
		}
		out.Data = data
	}
	return out
}

func mustOpen(t *testing.T, name string, options ...Option) *Card {
	t.Helper()
	c, err := Open(name, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadWholeFile(t *testing.T) {
	c := mustOpen(t, "emrtd")
	r := openPassport(t, c)
	got := r.secure(0xB0, 0x82, 0, nil, 0x7000, true)
	if got.SW != 0x6282 || !bytes.Equal(got.Data, c.Specimen().File("0102")) {
		t.Fatalf("one extended READ BINARY: %v", got)
	}
	i := bytes.Index(got.Data, []byte{0xFF, 0xD8, 0xFF})
	img, err := jpeg.Decode(bytes.NewReader(got.Data[i:]))
	if err != nil || img.Bounds().Dx() != 413 {
		t.Fatalf("portrait: %v", err)
	}
	if len(got.Data) != 21369 {
		t.Fatalf("EF.DG2 is %d bytes", len(got.Data))
	}
}

func TestShortReads(t *testing.T) {
	c := mustOpen(t, "emrtd-short")
	r := openPassport(t, c)
	want := c.Specimen().File("0102")
	got := r.secure(0xB0, 0x82, 0, nil, 223, false).Data
	for len(got) < len(want) {
		got = append(got, r.secure(0xB0, byte(len(got)>>8), byte(len(got)), nil, min(223, len(want)-len(got)), false).Data...)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("short reads give other bytes")
	}
	if got := r.secure(0xB0, byte(len(want)>>8), byte(len(want)), nil, 1, false); got.SW != 0x6B00 {
		t.Fatalf("past the end: %v", got)
	}
	if got := r.secure(0xB0, 0x82, 0, nil, 0, false); got.SW != 0x6700 {
		t.Fatalf("256 bytes under secure messaging do not fit a short answer: %v", got)
	}
	if got := r.secure(0xB0, 0x83, 0, nil, 4, false); got.SW != 0x6A82 {
		t.Fatalf("DG3: %v", got)
	}
	if got := r.secure(0xB0, 0x82, 0, nil, 1000, true); got.SW != 0x6700 {
		t.Fatalf("extended length on a chip without: %v", got)
	}
	if got := r.secure(0xB0, 0x82, 0, nil, 4, false); got.SW != 0x6882 {
		t.Fatalf("session after 6700 in the clear: %v", got)
	}
}

func TestOddReadBinary(t *testing.T) {
	c := mustOpen(t, "emrtd")
	r := openPassport(t, c)
	r.secure(0xB0, 0x82, 0, nil, 4, false)
	got := r.secure(0xB1, 0, 0, []byte{0x54, 2, 0x12, 0x34}, 0x102, true)
	want := appendObject(nil, 0x53, c.Specimen().File("0102")[0x1234:0x1234+0xFF])
	if got.SW != apdu.OK || !bytes.Equal(got.Data, want) {
		t.Fatalf("READ BINARY B1: %v %X, want %X", got, got.Data[:4], want[:4])
	}
}

func TestClosedWithoutAccessControl(t *testing.T) {
	r := &reader{t: t, card: mustOpen(t, "emrtd")}
	r.plain("00A4020C022F01", 0x9000) // EF.ATR/INFO is free
	if b := r.plain("00B0000000", 0x9000); !bytes.Contains(b, unhex(t, "7F6608")) {
		t.Fatalf("EF.ATR/INFO %X", b)
	}
	r.plain("00A4040C07A0000002471001", 0x9000)
	r.plain("00B0810000", 0x6982)
	r.plain("00A4020C020101", 0x6982)
	r.plain("00B0000000", 0x6982)
	r.plain("00A4020C020199", 0x6A82)
	r.plain("00A4040C07A0000002471002", 0x6A82)
	r.plain("00CA000000", 0x6D00)
	r.plain("80CA000000", 0x6E00)
	r.plain("00B0", 0x6700)
	r.plain("0CB0810000", 0x6882)
}

func TestPullAt(t *testing.T) {
	c := mustOpen(t, "emrtd", PullAt(2))
	if c.APDU(unhex(t, "00A4040C07A0000002471001")) == nil {
		t.Fatal("pulled too early")
	}
	if got := c.APDU(unhex(t, "0084000008")); got != nil {
		t.Fatalf("not pulled: %X", got)
	}
	if s := c.Stats(); s.APDUs != 2 || s.BytesIn != 17 || s.BytesOut != 2 {
		t.Fatalf("%+v", s)
	}
}

func TestSlow(t *testing.T) {
	sum := 0
	c := mustOpen(t, "bank-card", Slow(func(_ context.Context, n int) { sum += n }))
	c.APDU(unhex(t, "00A4040C07A0000002471001"))
	if sum != 14 {
		t.Fatalf("waited for %d bytes", sum)
	}
}

func TestBankCard(t *testing.T) {
	r := &reader{t: t, card: mustOpen(t, "bank-card")}
	if b := r.plain("00A404000E325041592E5359532E444446303100", 0x9000); len(b) == 0 || b[0] != 0x6F {
		t.Fatalf("PPSE: %X", b)
	}
	r.plain("00A4040C07A0000002471001", 0x6A82)
}

// Each specimen differs from a good one in what its name says, and the truth is what its zone says.
func TestSpecimens(t *testing.T) {
	all, err := Specimens()
	if err != nil || len(all) < 12 {
		t.Fatalf("%d, %v", len(all), err)
	}
	for _, s := range all {
		if s.Kind != kindPassport {
			continue
		}
		dg1 := string(s.File("0101"))
		if dg1[len(dg1)-88:] != s.MRZ[0]+s.MRZ[1] {
			t.Errorf("%s: DG1 is not the printed zone", s.Name)
		}
		if s.PullAt == 0 && (s.Truth.Number != s.MRZ[1][:9] || s.Truth.Nationality != "UTO") {
			t.Errorf("%s: truth is not of this card", s.Name)
		}
		if got := Secrets("sim:" + s.Name)[cardreader.MRZ]; got != s.MRZ[0]+"|"+s.MRZ[1] {
			t.Errorf("%s: secret", s.Name)
		}
	}
	if Secrets("bank-card") != nil || Secrets("nobody") != nil {
		t.Error("secrets of a card without any")
	}
	if _, err := Open("../emrtd"); !errors.Is(err, ErrNoSpecimen) {
		t.Errorf("path out of the folder: %v", err)
	}
}

func TestParseSpecimenRefuses(t *testing.T) {
	good, err := Load("emrtd")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Specimen){
		"note":  func(s *Specimen) { s.Note = "" },
		"aid":   func(s *Specimen) { s.Dirs = []Dir{{AID: "XY"}} },
		"sfi":   func(s *Specimen) { s.Dirs = []Dir{{SFI: map[string]string{"01": "0101"}}} },
		"zone":  func(s *Specimen) { s.MRZ = s.MRZ[:1] },
		"lines": func(s *Specimen) { s.MRZ = []string{"P<UTO", "L898"} },
	} {
		bad := good
		change(&bad)
		b, err := json.Marshal(map[string]any{"kind": bad.Kind, "note": bad.Note, "mrz": bad.MRZ, "dirs": bad.Dirs})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseSpecimen(b); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v, want ErrBroken", name, err)
		}
	}
}

func FuzzParseSpecimen(f *testing.F) {
	f.Add([]byte(`{"kind":"emrtd","note":"SPECIMEN","mrz":["a","b"],"dirs":[{"aid":"A0"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseSpecimen(b); err == nil {
			NewCard(s).APDU([]byte{0, 0xA4, 0, 0})
		}
	})
}
