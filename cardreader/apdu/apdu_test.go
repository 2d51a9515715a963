package apdu_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bangban/cardreader/apdu"
)

// The seven cases of ISO/IEC 7816-4 §5.2.
var cases = []struct {
	name     string
	hex      string
	c        apdu.Command
	extended bool
}{
	{"1", "00440000", apdu.Command{INS: 0x44}, false},
	{"2S", "0084000008", apdu.Command{INS: 0x84, Ne: 8}, false},
	{"2S most", "00B09E0000", apdu.Command{INS: 0xB0, P1: 0x9E, Ne: 256}, false},
	{"3S", "00A4020C02011E", apdu.Command{INS: 0xA4, P1: 2, P2: 0x0C, Data: []byte{1, 0x1E}}, false},
	{"4S", "00A404000711223344556677" + "00", apdu.Command{INS: 0xA4, P1: 4, Data: unhex("11223344556677"), Ne: 256}, false},
	{"2E", "00B08200001000", apdu.Command{INS: 0xB0, P1: 0x82, Ne: 0x1000}, true},
	{"2E most", "00B0820000" + "0000", apdu.Command{INS: 0xB0, P1: 0x82, Ne: 65536}, true},
	{"3E", "00D6000000" + "0002AABB", apdu.Command{INS: 0xD6, Data: unhex("AABB")}, true},
	{"4E", "0CB0820000" + "0002AABB0000", apdu.Command{CLA: 0x0C, INS: 0xB0, P1: 0x82, Data: unhex("AABB"), Ne: 65536}, true},
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestSevenCases(t *testing.T) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b, err := tc.c.Encode(tc.extended)
			if err != nil || !bytes.Equal(b, unhex(tc.hex)) {
				t.Fatalf("Encode: %X, %v; want %s", b, err, tc.hex)
			}
			c, err := apdu.ParseCommand(b)
			if err != nil {
				t.Fatal(err)
			}
			if c.Ne != tc.c.Ne || !bytes.Equal(c.Data, tc.c.Data) || c.INS != tc.c.INS || c.P1 != tc.c.P1 || c.CLA != tc.c.CLA {
				t.Fatalf("ParseCommand: %v, want %v", c, tc.c)
			}
			if apdu.Extended(b) != tc.extended {
				t.Fatalf("Extended is %v", apdu.Extended(b))
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, tc := range []struct {
		c        apdu.Command
		extended bool
	}{
		{apdu.Command{Data: make([]byte, 256)}, false},
		{apdu.Command{Ne: 257}, false},
		{apdu.Command{Ne: -1}, true},
		{apdu.Command{Ne: 65537}, true},
		{apdu.Command{Data: make([]byte, 65536)}, true},
	} {
		if _, err := tc.c.Encode(tc.extended); !errors.Is(err, apdu.ErrTooLong) {
			t.Errorf("%v: %v, want ErrTooLong", tc.c, err)
		}
	}
}

func TestParseCommandRefuses(t *testing.T) {
	for _, s := range []string{"", "00A404", "00A4040003AABB", "00A4040001AABBCC", "00B0000000" + "01", "00D60000000000AA", "00D6000000" + "0003AABB"} {
		if c, err := apdu.ParseCommand(unhex(s)); !errors.Is(err, apdu.ErrMalformed) {
			t.Errorf("%s: %v, %v; want ErrMalformed", s, c, err)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, tc := range cases {
		f.Add(unhex(tc.hex))
	}
	f.Add(unhex("00D60000000000AA"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := apdu.ParseCommand(b)
		if err != nil {
			if !errors.Is(err, apdu.ErrMalformed) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		again, err := c.Encode(apdu.Extended(b))
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%X became %X, %v", b, again, err)
		}
	})
}

func TestStatusError(t *testing.T) {
	for _, tc := range []struct {
		sw   uint16
		want error
	}{
		{0x6A82, apdu.ErrFileNotFound}, {0x6982, apdu.ErrSecurityStatus}, {0x6700, apdu.ErrWrongLength},
		{0x6A81, apdu.ErrNotSupported}, {0x6D00, apdu.ErrNotSupported}, {0x6E00, apdu.ErrNotSupported},
		{0x6A86, apdu.ErrWrongParameters}, {0x6B00, apdu.ErrWrongParameters}, {0x6983, apdu.ErrBlocked},
		{0x63C2, apdu.ErrVerification}, {0x6282, apdu.ErrEndOfFile}, {0x6988, apdu.ErrSecureMessaging},
		{0x6F00, apdu.ErrExecution}, {0x6C10, apdu.ErrWrongLength},
	} {
		err := fmt.Errorf("read: %w", apdu.Response{SW: tc.sw}.Err())
		if !errors.Is(err, tc.want) {
			t.Errorf("%04X is %v, want %v", tc.sw, err, tc.want)
		}
		var se *apdu.StatusError
		if !errors.As(err, &se) || se.SW != tc.sw || !strings.Contains(err.Error(), fmt.Sprintf("%04X", tc.sw)) {
			t.Errorf("%04X is not told by %v", tc.sw, err)
		}
	}
	if err := (apdu.Response{SW: apdu.OK}).Err(); err != nil {
		t.Errorf("9000 is %v", err)
	}
	if n, told := (&apdu.StatusError{SW: 0x63C0}).Retries(); n != 0 || !told {
		t.Errorf("63C0: %d, %v", n, told)
	}
	if _, told := (&apdu.StatusError{SW: 0x6300}).Retries(); told {
		t.Error("6300 tells retries")
	}
}

// script answers commands in order and fails on anything else.
type script struct {
	t     *testing.T
	steps [][2]string
}

func (s *script) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if len(s.steps) == 0 {
		s.t.Fatalf("unexpected command %X", command)
	}
	step := s.steps[0]
	if s.steps[0][0] != "" {
		s.steps = s.steps[1:]
		if !bytes.Equal(command, unhex(step[0])) {
			s.t.Fatalf("command %X, want %s", command, step[0])
		}
	}
	return unhex(step[1]), nil
}

func TestSend(t *testing.T) {
	read := apdu.Command{CLA: 0x80, INS: 0xB0, Ne: 256}
	for _, tc := range []struct {
		name  string
		steps [][2]string
		data  string
		err   error
	}{
		{"plain", [][2]string{{"80B0000000", "01029000"}}, "0102", nil},
		{"6C then data", [][2]string{{"80B0000000", "6C02"}, {"80B0000002", "01029000"}}, "0102", nil},
		{"6C twice is an error", [][2]string{{"80B0000000", "6C02"}, {"80B0000002", "6C02"}}, "", apdu.ErrWrongLength},
		{"61 twice", [][2]string{{"80B0000000", "016102"}, {"00C0000002", "02036101"}, {"00C0000001", "049000"}}, "01020304", nil},
		{"61 then 6C", [][2]string{{"80B0000000", "6100"}, {"00C0000000", "6C01"}, {"00C0000001", "049000"}}, "04", nil},
		{"status", [][2]string{{"80B0000000", "6A82"}}, "", apdu.ErrFileNotFound},
		{"warning keeps data", [][2]string{{"80B0000000", "0A6282"}}, "0A", apdu.ErrEndOfFile},
		{"pulled", [][2]string{{"80B0000000", ""}}, "", apdu.ErrNoStatus},
		{"one byte", [][2]string{{"80B0000000", "90"}}, "", apdu.ErrNoStatus},
		{"61 for ever", [][2]string{{"80B0000000", "6110"}, {"", "6110"}}, "", apdu.ErrEndless},
		{"61 for ever with data", [][2]string{{"80B0000000", "6110"}, {"", strings.Repeat("AA", 600) + "6110"}}, "", apdu.ErrEndless},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := apdu.Send(context.Background(), &script{t, tc.steps}, read, false)
			if !errors.Is(err, tc.err) || (tc.err == nil) != (err == nil) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if !bytes.Equal(r.Data, unhex(tc.data)) {
				t.Fatalf("data %X, want %s", r.Data, tc.data)
			}
		})
	}
}

// stopper ends the context inside its nth command.
type stopper struct {
	script
	after  int
	cancel func()
}

func (s *stopper) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if s.after--; s.after == 0 {
		s.cancel()
	}
	return s.script.Transmit(ctx, command)
}

// What has ended is not gone on with by GET RESPONSE or by asking again.
func TestSendStops(t *testing.T) {
	read := apdu.Command{CLA: 0x80, INS: 0xB0, Ne: 256}
	steps := [][2]string{{"80B0000000", "6C02"}, {"80B0000002", "016102"}, {"00C0000002", "6C01"}, {"00C0000001", "049000"}}
	for after := range len(steps) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &stopper{script{t, steps[:after]}, after, cancel}
		if after == 0 {
			cancel()
		}
		_, err := apdu.Send(ctx, s, read, false)
		if !errors.Is(err, context.Canceled) || len(s.steps) != 0 {
			t.Errorf("ended in command %d: %v, %d left", after, err, len(s.steps))
		}
	}
	if _, err := apdu.Send(t.Context(), &script{t, steps}, read, false); err != nil {
		t.Errorf("not ended: %v", err)
	}
}

func TestNothingPrintsBodies(t *testing.T) {
	c := apdu.Command{INS: 0x82, Data: []byte("SPECIMEN")}
	r := apdu.Response{Data: []byte("SPECIMEN"), SW: apdu.OK}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		out := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, r) + fmt.Sprintf(verb, &c)
		if strings.Contains(out, "SPECIMEN") || strings.Contains(out, "53504543") || strings.Contains(out, "0x53") {
			t.Errorf("%s prints the body: %s", verb, out)
		}
	}
}

func BenchmarkCommand(b *testing.B) {
	c := apdu.Command{CLA: 0x0C, INS: 0xB0, P1: 0x82, Data: make([]byte, 24), Ne: 65536}
	b.ReportAllocs()
	for b.Loop() {
		enc, _ := c.Encode(true)
		if _, err := apdu.ParseCommand(enc); err != nil {
			b.Fatal(err)
		}
	}
}
