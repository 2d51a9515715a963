package emrtd

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// A fuzzer is worth what it tries in a second. What costs time in a reading is no target here: the arithmetic of the
// chip, slow curves, a portrait of 21 kB. So the card is a small one on P-256 with keys of this process, the reader's
// random numbers are the same for every reading, and the answers of the true card come from a recording as long as the
// commands are those of the recording. Every line of the reader runs as it does at a counter.

// rewound is a stream of random bytes that begins anew with every card.
type rewound struct {
	mu  sync.Mutex
	src *mathrand.ChaCha8
}

func (r *rewound) rewind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.src = mathrand.NewChaCha8([32]byte{1})
}

func (r *rewound) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.src.Read(b)
}

// recording is a card whose answers are known as long as nobody leaves the way it was made on.
type recording struct {
	atr      []byte
	commands [][]byte
	answers  [][]byte
}

// replay is one connection to a recording.
type replay struct {
	*recording
	n    int
	lost bool
}

func (r *replay) ATR() []byte  { return r.atr }
func (r *replay) Close() error { return nil }

// Transmit implements cardreader.APDUer. What the recording does not know is answered like a chip that gives up: the
// reader was led off the way by made-up answers, and more of them follow.
func (r *replay) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if n := r.n; !r.lost && n < len(r.commands) && bytes.Equal(r.commands[n], command) {
		r.n++
		return bytes.Clone(r.answers[n]), nil
	}
	r.lost = true
	return []byte{0x6F, 0x00}, nil
}

// record reads the specimen once.
func record(f *testing.F, k cardreader.Kind, s sim.Specimen) *recording {
	f.Helper()
	system, err := sim.NewSystem()
	if err != nil {
		f.Fatal(err)
	}
	reader := system.Attach("sim:fuzz")
	reader.Insert(sim.NewCard(s))
	conn, err := reader.Connect(context.Background())
	if err != nil {
		f.Fatal(err)
	}
	out := &recording{atr: conn.ATR()}
	tap := &kindtest.Conn{Inner: conn, Meddle: func(_ int, command []byte, next func() ([]byte, error)) ([]byte, error) {
		answer, err := next()
		out.commands, out.answers = append(out.commands, bytes.Clone(command)), append(out.answers, bytes.Clone(answer))
		return answer, err
	}}
	doc, err := k.Read(context.Background(), tap, secretsOf(s), nil)
	if err != nil || doc.Verdict() != check.Passed {
		f.Fatalf("the card to fuzz is not good: %v %+v", err, doc.Checks)
	}
	return out
}

func secretsOf(s sim.Specimen) cardreader.Secrets {
	secrets := cardreader.Secrets{cardreader.MRZ: s.Secret()}
	if s.PACE != nil {
		secrets = cardreader.Secrets{cardreader.CAN: s.CAN}
	}
	return secrets
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small makes a specimen with a portrait of 700 bytes, signed by this issuer.
func (i *issuer) small(name string, change func(s *sim.Specimen, files map[int][]byte)) sim.Specimen {
	s, err := sim.Load(name)
	if err != nil {
		i.t.Fatal(err)
	}
	groups := map[int][]byte{1: s.File("0101"), 2: group(face(0, append(bytes.Clone(jpegHead), make([]byte, 700)...)), 0x5F2E)}
	if change != nil {
		change(&s, groups)
	}
	i.content = nil
	for _, d := range s.Dirs {
		if d.AID == "" {
			continue
		}
		clear(d.SFI)
		put := func(sfi, id string, b []byte) { d.Files[id], d.SFI[sfi] = b, id }
		for n, b := range groups {
			id := fmt.Sprintf("%02X", n)
			put(id, "01"+id, b)
		}
		put("1D", "011D", i.sign(object(i.t, groups)))
	}
	return s
}

// withDetails adds DG11 and DG12.
func withDetails(_ *sim.Specimen, groups map[int][]byte) {
	groups[11] = tlv.Append(nil, 0x6B, tlv.Append(tlv.Append(nil, 0x5C, []byte{0x5F, 0x0E}), 0x5F0E, []byte("SPECIMEN<<LINDEN")))
	groups[12] = tlv.Append(nil, 0x6C, tlv.Append(tlv.Append(nil, 0x5C, []byte{0x5F, 0x19}), 0x5F19, []byte("SPECIMEN OFFICE")))
}

// onP256 gives the chip a key on P-256: of the mapping where cam is set, else of Chip Authentication.
func (i *issuer) onP256(cam bool) func(*sim.Specimen, map[int][]byte) {
	return func(s *sim.Specimen, groups map[int][]byte) {
		withDetails(s, groups)
		key, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			i.t.Fatal(err)
		}
		spki, err := x509.MarshalPKIXPublicKey(key.PublicKey())
		if err != nil {
			i.t.Fatal(err)
		}
		oid := func(arcs ...int) asn1.ObjectIdentifier {
			return append(asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2}, arcs...)
		}
		info := func(id asn1.ObjectIdentifier, rest ...[]byte) []byte {
			return tlv.Append(nil, 0x30, append(marshal(i.t, id), bytes.Join(rest, nil)...))
		}
		number := func(n int) []byte { return marshal(i.t, n) }
		public := tlv.Append(nil, 0x31, info(oid(1, 2), spki))
		mapping := 2
		s.PACE = &sim.Agreement{Curve: "P-256"}
		if cam {
			mapping = 6
			s.PACE.Key = key.Bytes()
			i.content = []int{0, 4, 0, 127, 0, 7, 3, 2, 1}
			b := i.sign(public)
			s.Dirs[0].Files["011D"], s.Dirs[0].SFI["1D"] = b[4:], "011D"
		} else {
			groups[14] = tlv.Append(nil, 0x6E, tlv.Append(nil, 0x31, append(info(oid(1, 2), spki), info(oid(3, 2, 4), number(1))...)))
			s.Chip = &sim.Agreement{Curve: "P-256", Key: key.Bytes(), Protocol: marshal(i.t, oid(3, 2, 4))[2:]}
		}
		s.PACE.Protocol = marshal(i.t, oid(4, mapping, 4))[2:]
		s.Dirs[0].Files["011C"], s.Dirs[0].SFI["1C"] = tlv.Append(nil, 0x31, info(oid(4, mapping, 4), number(2), number(12))), "011C"
	}
}

func fuzzRead(f *testing.F, name string, change func(*issuer) func(*sim.Specimen, map[int][]byte)) {
	i := newIssuer(f, "UT", nil)
	random := &rewound{}
	random.rewind()
	k := New(Deps{Anchors: i.anchors, Now: func() time.Time { return provedAt }, Rand: random})
	s := i.small(name, change(i))
	tape := record(f, k, s)
	random.rewind()
	conn := &kindtest.Conn{Inner: &replay{recording: tape}}
	doc, err := k.Read(context.Background(), conn, secretsOf(s), nil)
	if err != nil || conn.APDUs != len(tape.commands) {
		f.Fatalf("the recording cannot be read again: %v", err)
	}
	truth := doc.Subject
	f.Add([]byte{0})
	f.Add([]byte{0, 2, 0x90, 0x00, 2, 0x90, 0x00})
	f.Add([]byte{3, 2, 0x90, 0x00, 2, 0x6A, 0x82})
	for n, answer := range tape.answers { // each command answered once more by what the next one got
		f.Add(append([]byte{byte(n), byte(min(len(answer), 255))}, answer...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		random.rewind()
		c := &kindtest.Conn{Inner: &replay{recording: tape}, Meddle: madeUp(b, len(tape.commands))}
		doc, err := k.Read(context.Background(), c, secretsOf(s), nil)
		var need *cardreader.NeedError
		var known *cardreader.Error
		switch {
		case c.Endless:
			t.Fatal("the reading does not end")
		case (doc == nil) == (err == nil):
			t.Fatalf("document %v and error %v: exactly one is wanted", doc, err)
		case err == nil && doc.Verdict() == check.Passed && doc.Subject != truth:
			t.Fatal("made-up answers passed")
		case err != nil && !errors.As(err, &need) && !errors.As(err, &known):
			t.Fatalf("an error without a code: %v", err)
		}
	})
}

// madeUp answers as the true card does up to a command that the first byte says, then with what follows: a length and so
// many bytes for each. A prefix as long as the reading is a good one, so it is taken modulo that.
func madeUp(b []byte, most int) func(int, []byte, func() ([]byte, error)) ([]byte, error) {
	honest := 0
	if len(b) > 0 {
		honest, b = int(b[0])%most, b[1:]
	}
	return func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
		if n <= honest {
			return next()
		}
		if len(b) == 0 {
			return []byte{0x6F, 0x00}, nil
		}
		size := min(int(b[0]), len(b)-1)
		answer := b[1 : 1+size]
		b = b[1+size:]
		return answer, nil
	}
}

// FuzzRead plays made-up answers against Basic Access Control with short lengths.
func FuzzRead(f *testing.F) {
	fuzzRead(f, "emrtd-short", func(*issuer) func(*sim.Specimen, map[int][]byte) { return withDetails })
}

// FuzzReadPACE plays them against PACE with chip authentication mapping, FuzzReadChip against Chip Authentication.
func FuzzReadPACE(f *testing.F) {
	fuzzRead(f, "emrtd-cam", func(i *issuer) func(*sim.Specimen, map[int][]byte) { return i.onP256(true) })
}

func FuzzReadChip(f *testing.F) {
	fuzzRead(f, "emrtd-pace", func(i *issuer) func(*sim.Specimen, map[int][]byte) { return i.onP256(false) })
}
