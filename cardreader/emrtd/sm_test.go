package emrtd

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

func testSession() *session {
	return &session{keys: derive(keySeed("SPECIMEN")), ssc: 41}
}

// sealed makes the objects of a protected answer the way a chip does, MACed for the session's next answer.
func sealed(objects []byte) []byte {
	s := testSession()
	s.ssc++
	return tlv.Append(bytes.Clone(objects), doMAC, s.keys.sum(append(s.counter(), objects...)))
}

func data87(plain []byte) []byte {
	return tlv.Append(nil, doData, append([]byte{1}, testSession().keys.encrypt(plain)...))
}

func TestMessagingAccepted(t *testing.T) {
	status := []byte{0x99, 2, 0x90, 0}
	for name, tc := range map[string]struct {
		objects []byte
		want    string
		sw      uint16
	}{
		"data":         {append(data87(pad([]byte("abc"))), status...), "abc", 0x9000},
		"whole block":  {append(data87(pad([]byte("12345678"))), status...), "12345678", 0x9000},
		"odd":          {append(tlv.Append(nil, doDataOdd, testSession().keys.encrypt(pad([]byte("odd")))), status...), "odd", 0x9000},
		"status only":  {status, "", 0x9000},
		"long length":  {append(append([]byte{0x87, 0x82, 0, 9, 1}, testSession().keys.encrypt(pad([]byte("abc")))...), status...), "abc", 0x9000},
		"error status": {[]byte{0x99, 2, 0x6A, 0x82}, "", 0x6A82},
	} {
		r, err := testSession().open(apdu.Response{Data: sealed(tc.objects), SW: 0x9000})
		if err != nil || string(r.Data) != tc.want || r.SW != tc.sw {
			t.Errorf("%s: %q %04X, %v", name, r.Data, r.SW, err)
		}
	}
}

// Every case is an attack or a broken chip. gmrtd took answers in the clear as good until it was fixed.
func TestMessagingRefused(t *testing.T) {
	status := []byte{0x99, 2, 0x90, 0}
	good := append(data87(pad([]byte("abc"))), status...)
	flip := func(b []byte, i int) []byte { b = bytes.Clone(b); b[i] ^= 1; return b }
	other := testSession()
	other.ssc += 2
	for name, tc := range map[string]struct {
		answer []byte
		sw     uint16
		want   error
	}{
		"nothing but 9000":        {nil, 0x9000, ErrPlainAnswer},
		"nothing but 6982":        {nil, 0x6982, apdu.ErrSecurityStatus},
		"file in the clear":       {unhex(t, "6114 5F01 04 30313037 5F36 06 303430303030 5C 02 6175"), 0x9000, ErrPlainAnswer},
		"noise":                   {[]byte{0x87, 0x20, 1}, 0x9000, ErrObjects},
		"no MAC":                  {good, 0x9000, ErrNoMAC},
		"MAC cut":                 {append(bytes.Clone(good), 0x8E, 4, 1, 2, 3, 4), 0x9000, ErrObjects},
		"MAC empty":               {append(bytes.Clone(good), 0x8E, 0), 0x9000, ErrObjects},
		"no status":               {sealed(data87(pad([]byte("abc")))), 0x9000, ErrNoStatus},
		"MAC alone":               {sealed(nil), 0x9000, ErrNoStatus},
		"wrong MAC":               {flip(sealed(good), len(sealed(good))-1), 0x9000, ErrMAC},
		"data changed":            {flip(sealed(good), 5), 0x9000, ErrMAC},
		"status changed":          {flip(sealed(good), len(good)-1), 0x9000, ErrMAC},
		"answer of another count": {tlv.Append(bytes.Clone(good), doMAC, other.keys.sum(append(other.counter(), good...))), 0x9000, ErrMAC},
		"status differs outside":  {sealed(good), 0x6282, ErrStatus},
		"padding":                 {sealed(append(data87([]byte("12345678")), status...)), 0x9000, ErrPadding},
		"padding of zeros":        {sealed(append(data87(make([]byte, 16)), status...)), 0x9000, ErrPadding},
		"padding over a block":    {sealed(append(data87(append([]byte("1234567\x80"), make([]byte, 8)...)), status...)), 0x9000, ErrPadding},
		"padding indicator":       {sealed(append(tlv.Append(nil, doData, make([]byte, 9)), status...)), 0x9000, ErrObjects},
		"cryptogram of 7":         {sealed(append(tlv.Append(nil, doData, []byte{1, 1, 2, 3, 4, 5, 6, 7}), status...)), 0x9000, ErrObjects},
		"cryptogram empty":        {sealed(append(tlv.Append(nil, doData, []byte{1}), status...)), 0x9000, ErrObjects},
		"data twice":              {sealed(append(append(data87(pad(nil)), data87(pad(nil))...), status...)), 0x9000, ErrObjects},
		"status twice":            {sealed(append(bytes.Clone(status), status...)), 0x9000, ErrObjects},
		"foreign object":          {sealed(append([]byte{0x81, 1, 0}, status...)), 0x9000, ErrObjects},
		"status of 3 bytes":       {sealed([]byte{0x99, 3, 0x90, 0, 0}), 0x9000, ErrObjects},
		"objects behind the MAC":  {append(sealed(good), 0x99, 2, 0x90, 0), 0x9000, ErrNoMAC},
		"long form of 8E":         {append(bytes.Clone(good), append([]byte{0x8E, 0x81, 8}, sealed(good)[len(good)+2:]...)...), 0x9000, ErrObjects},
	} {
		s := testSession()
		if _, err := s.open(apdu.Response{Data: tc.answer, SW: tc.sw}); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		if s.over == nil || *s.keys != (keys{}) {
			t.Errorf("%s: the session goes on", name)
		}
	}
}

// Nothing is sent once a session has ended.
func TestSessionEnds(t *testing.T) {
	silent := &tape{t: t} // would fail at any command
	c := &channel{conn: silent, sm: testSession(), limit: apdu.MaxShortNe}
	_ = c.sm.end(ErrMAC)
	if _, err := c.send(t.Context(), apdu.Command{INS: 0xB0, Ne: 4}); !errors.Is(err, ErrSessionOver) || !errors.Is(err, ErrMAC) {
		t.Errorf("%v", err)
	}
}

// The pieces that are asked for fit the answers that are allowed, to the byte.
func TestPlainRoom(t *testing.T) {
	for _, limit := range []int{256, 300, 1000, 4096, 32767, 65535} {
		n := plainRoom(limit, block)
		size := func(n int) int {
			return len(tlv.Append(nil, doData, make([]byte, 1+len(pad(make([]byte, n)))))) + smHead
		}
		if size(n) > limit {
			t.Errorf("limit %d: %d bytes make an answer of %d", limit, n, size(n))
		}
		if limit > 300 && size(n+16) <= limit {
			t.Errorf("limit %d: %d bytes leave room", limit, n)
		}
	}
}

func FuzzMessaging(f *testing.F) {
	f.Add(sealed([]byte{0x99, 2, 0x90, 0}), uint16(0x9000))
	f.Add(sealed(append(data87(pad([]byte("abc"))), 0x99, 2, 0x90, 0)), uint16(0x9000))
	f.Add([]byte{0x87, 0x80, 0x99}, uint16(0x6282))
	f.Fuzz(func(t *testing.T, b []byte, sw uint16) {
		s := testSession()
		r, err := s.open(apdu.Response{Data: b, SW: sw})
		if err != nil {
			if s.over == nil {
				t.Fatal("a fault that does not end the session")
			}
			return
		}
		n := len(b) - 10
		signed := append(testSession().counter()[:7], 42)
		if !bytes.Equal(testSession().keys.sum(append(signed, b[:n]...)), b[n+2:]) {
			t.Fatalf("taken without its MAC: %v", fmt.Sprint(r))
		}
	})
}
