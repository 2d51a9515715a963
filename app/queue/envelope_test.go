package queue_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"

	"github.com/fxamacker/cbor/v2"
)

func TestSealOpenUnseal(t *testing.T) {
	for name, s := range map[string]queue.Suite{"X-Wing": queue.SuiteXWing, "DHKEM-P256": queue.SuiteP256} {
		t.Run(name, func(t *testing.T) { sealOpenUnseal(t, s) })
	}
}

func sealOpenUnseal(t *testing.T, suite queue.Suite) {
	w := queuetest.NewWorldIn(t, suite)
	body := []byte("SPECIMEN LINDEN MEI")
	id, _ := queue.NewID(rand.Reader, queuetest.Day)
	p, commitment, err := w.Sealer.Seal(queue.Place{ID: id, Station: "T01", Epoch: 1, Seq: 7, Kind: queue.KindVoucher, Day: queuetest.Day}, body)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(p.Sealed, body) {
		t.Fatal("the body is in the clear")
	}
	e, err := queue.OpenEnvelope(p.Sealed, w.Identify)
	if err != nil {
		t.Fatal(err)
	}
	if e.Hash != p.Hash || e.Header.Seq != 7 || e.Header.ID != id || e.Header.Suite != suite {
		t.Fatalf("header %+v", e.Header)
	}
	if err := e.Check(); err != nil {
		t.Fatal(err)
	}
	for _, k := range []*queue.HolderKey{w.Holder, w.Second} {
		r, err := queue.Unseal(e, k)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.Body, body) || !bytes.Equal(journal.Commit(r.Salt, r.Body), commitment) {
			t.Fatal("record differs")
		}
		if s := fmt.Sprintf("%v %+v %s", r, *r, r); bytes.Contains([]byte(s), []byte("LINDEN")) {
			t.Fatalf("a record prints its body: %s", s)
		}
	}
	for _, other := range []queue.Suite{queue.SuiteXWing, queue.SuiteP256} {
		want := queue.ErrRecipient
		if other != suite {
			want = queue.ErrSuite
		}
		stranger, err := queue.GenerateHolder(other, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := queue.Unseal(e, stranger); !errors.Is(err, want) {
			t.Fatalf("stranger: %v, want %v", err, want)
		}
		mixed := *w.Sealer
		mixed.Holders = append(mixed.Holders[:1:1], stranger.Holder())
		if _, _, err := mixed.Seal(queue.Place{ID: id, Station: "T01", Epoch: 1, Seq: 8, Kind: queue.KindVoucher, Day: queuetest.Day}, body); (other != suite) != errors.Is(err, queue.ErrSuite) {
			t.Fatalf("sealed in two suites: %v", err)
		}
	}
}

// What a gateway can demand of a parcel it cannot open: each of these is signed by the station and refused all the same.
func TestCheckRefuses(t *testing.T) {
	w := queuetest.NewWorld(t)
	short := queuetest.NewWorldIn(t, queue.SuiteP256)
	for _, tc := range []struct {
		name  string
		suite queue.Suite
		by    *queuetest.World
		want  error
	}{
		{"as it is", queue.SuiteXWing, w, nil},
		{"as it is, by policy", queue.SuiteP256, short, nil},
		{"no such suite", 3, w, queue.ErrSuite},
		{"keys of the other suite", queue.SuiteP256, w, queue.ErrEnvelope},
		{"keys of the shorter suite", queue.SuiteXWing, short, queue.ErrEnvelope},
	} {
		b, err := queue.Resuite(tc.by.Parcel(t, 1, []byte("SPECIMEN")).Sealed, tc.suite, tc.by.Identity)
		if err != nil {
			t.Fatal(err)
		}
		e, err := queue.OpenEnvelope(b, tc.by.Identify)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if err := e.Check(); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := queue.NewHolder(make([]byte, 64)); !errors.Is(err, queue.ErrSuite) {
		t.Errorf("a key of no suite: %v", err)
	}
	if _, err := queue.NewHolder(make([]byte, 65)); !errors.Is(err, queue.ErrHolder) {
		t.Errorf("a key that is no point: %v", err)
	}
}

func TestSizeTellsAStepOnly(t *testing.T) {
	w := queuetest.NewWorld(t)
	short, long := w.Parcel(t, 1, make([]byte, 10)), w.Parcel(t, 2, make([]byte, 3000))
	if d := long.Size - short.Size; d < -4 || d > 4 { // seq and DER lengths of nothing else
		t.Fatalf("sizes %d and %d", short.Size, long.Size)
	}
	if longer := w.Parcel(t, 3, make([]byte, 5000)); longer.Size < long.Size+4096-4 {
		t.Fatalf("control: %d", longer.Size)
	}
}

type wire struct {
	_ struct{} `cbor:",toarray"`
	H []byte
	S []byte
	G []byte
}

func reencode(t *testing.T, b []byte, change func(*wire)) []byte {
	t.Helper()
	var w wire
	if err := cbor.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	change(&w)
	out, err := cbor.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEnvelopeRefused(t *testing.T) {
	w := queuetest.NewWorld(t)
	good := w.Parcel(t, 1, []byte("SPECIMEN")).Sealed
	other := w.Parcel(t, 2, []byte("SPECIMEN")).Sealed
	var o wire
	if err := cbor.Unmarshal(other, &o); err != nil {
		t.Fatal(err)
	}
	strangerWorld := queuetest.NewWorld(t)
	for _, tc := range []struct {
		name  string
		bytes []byte
		who   queue.Identify
		want  error
	}{
		{"sealed bytes of another", reencode(t, good, func(w *wire) { w.S = o.S }), w.Identify, queue.ErrSignature},
		{"header of another", reencode(t, good, func(w *wire) { w.H = o.H }), w.Identify, queue.ErrSignature},
		{"signature of another", reencode(t, good, func(w *wire) { w.G = o.G }), w.Identify, queue.ErrSignature},
		{"short signature", reencode(t, good, func(w *wire) { w.G = w.G[:63] }), w.Identify, queue.ErrSignature},
		{"high s", reencode(t, good, highS), w.Identify, queue.ErrSignature},
		{"another station's key", good, strangerWorld.Identify, queue.ErrSignature},
		{"unknown station", good, func(queue.Header) (*ecdsa.PublicKey, error) { return nil, queue.ErrIdentity }, queue.ErrIdentity},
		{"bytes behind it", append(bytes.Clone(good), 0), w.Identify, queue.ErrEnvelope},
		{"cut off", good[:len(good)-1], w.Identify, queue.ErrEnvelope},
		{"tagged", append([]byte{0xd2}, good...), w.Identify, queue.ErrEnvelope},
		{"empty", nil, w.Identify, queue.ErrEnvelope},
		{"endless", make([]byte, queue.MaxEnvelope+1), w.Identify, queue.ErrTooLarge},
		{"length in long form", append([]byte{0x98, 0x03}, good[1:]...), w.Identify, queue.ErrEnvelope},
	} {
		if _, err := queue.OpenEnvelope(tc.bytes, tc.who); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

// highS gives the other valid form of the same ECDSA signature.
func highS(w *wire) {
	n, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	s := new(big.Int).SetBytes(w.G[32:])
	n.Sub(n, s).FillBytes(w.G[32:])
}

// The whole envelope is covered: no flipped bit is overlooked.
func TestEveryByteCounts(t *testing.T) {
	w := queuetest.NewWorld(t)
	good := w.Parcel(t, 1, []byte("SPECIMEN")).Sealed
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x01
		if _, err := queue.OpenEnvelope(bad, w.Identify); err == nil {
			t.Fatalf("byte %d of %d can be changed", i, len(good))
		}
	}
}

func TestReceipt(t *testing.T) {
	w := queuetest.NewWorld(t)
	p := w.Parcel(t, 3, []byte("SPECIMEN"))
	signed := w.Receipt(t, p, queue.Accepted)
	r, err := queue.OpenReceipt(signed, w.Receipts)
	if err != nil {
		t.Fatal(err)
	}
	if r.Station != "T01" || r.Seq != 3 || r.Hash != p.Hash || r.Result != queue.Accepted || !bytes.Equal(r.Signed(), signed) {
		t.Fatalf("%+v", r)
	}
	at := time.Date(2026, 11, 26, 15, 11, 27, 9, time.FixedZone("", 5*3600+1800)) // 09:41:27 UTC
	one, err := queue.SignReceipt(queue.Receipt{Station: "T01", Epoch: 1, Seq: 3, Hash: p.Hash, Result: queue.Accepted, Time: at}, w.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := queue.OpenReceipt(one, w.Receipts); err != nil || r.Time.Format(time.RFC3339) != "2026-11-26T09:00:00Z" || bytes.Contains(one, []byte("41:27")) {
		t.Errorf("when the person was there can be read: %s %v", one, err)
	}
	for name, bad := range map[string][]byte{
		"result changed": bytes.Replace(signed, []byte("accepted"), []byte("duplicate"), 1),
		"seq changed":    bytes.Replace(signed, []byte("\n3\n"), []byte("\n4\n"), 1),
		"unsigned":       signed[:bytes.Index(signed, []byte("\n\n"))+1],
		"empty":          nil,
		"endless":        bytes.Repeat([]byte("x"), queue.MaxReceipt+1),
	} {
		if _, err := queue.OpenReceipt(bad, w.Receipts); !errors.Is(err, queue.ErrReceipt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := queue.OpenReceipt(signed, queuetest.NewWorld(t).Receipts); !errors.Is(err, queue.ErrReceipt) {
		t.Errorf("another gateway: %v", err)
	}
	if _, err := queue.SignReceipt(queue.Receipt{Station: "T01", Epoch: 1, Seq: 1, Result: queue.Carried, Time: time.Unix(0, 0)}, w.Gateway); err == nil {
		t.Error("something that was not stored was receipted")
	}
}

func TestBatchRoundTrip(t *testing.T) {
	w := queuetest.NewWorld(t)
	b := w.Batch(t, 4)
	b.Since, b.Proof = 1, [][]byte{make([]byte, 32)}
	b.Earlier = []queue.Proof{{Since: 0, Hashes: [][]byte{}}}
	enc, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := queue.DecodeBatch(enc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(again, enc) {
		t.Fatalf("not the same bytes: %v", err)
	}
	for i := range enc[:400] {
		bad := bytes.Clone(enc)
		bad[i] ^= 0x40
		if got, err := queue.DecodeBatch(bad); err == nil && (got.Station == b.Station && got.Epoch == b.Epoch) {
			t.Fatalf("byte %d: damage not seen", i)
		}
	}
	if _, err := queue.DecodeBatch(append(enc, 0)); !errors.Is(err, queue.ErrBatch) {
		t.Fatalf("trailing byte: %v", err)
	}
}

func TestIDTellsTheDayOnly(t *testing.T) {
	a, err := queue.NewID(rand.Reader, "2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := queue.NewID(rand.Reader, "2026-11-26")
	if a == b || a.Version() != 7 || a.Variant() != 1 || !bytes.Equal(a[:6], b[:6]) {
		t.Fatalf("%v %v", a, b)
	}
	sec, _ := a.Time().UnixTime()
	if got := time.Unix(sec, 0).UTC(); got != time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC) {
		t.Fatalf("time in id: %v", got)
	}
}
