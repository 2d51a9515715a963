package queue_test

import (
	"bytes"
	"testing"

	"bangban/app/queue"
	"bangban/app/queue/queuetest"
)

func FuzzOpenEnvelope(f *testing.F) {
	w := queuetest.NewWorld(f)
	good := w.Parcel(f, 1, []byte("SPECIMEN")).Sealed
	f.Add(good)
	f.Add([]byte{0x83, 0x40, 0x40, 0x40})
	f.Add([]byte{0x9f, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := queue.OpenEnvelope(b, w.Identify); err == nil && !bytes.Equal(b, good) {
			t.Fatal("an envelope nobody signed was opened")
		}
	})
}

func FuzzDecodeBatch(f *testing.F) {
	w := queuetest.NewWorld(f)
	enc, _ := w.Batch(f, 2).Encode()
	f.Add(enc)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := queue.DecodeBatch(b)
		if err != nil {
			return
		}
		if _, err := got.Encode(); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzOpenReceipt(f *testing.F) {
	w := queuetest.NewWorld(f)
	good := w.Receipt(f, w.Parcel(f, 1, []byte("SPECIMEN")), queue.Accepted)
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := queue.OpenReceipt(b, w.Receipts)
		if err == nil && (r.Seq != 1 || r.Result != queue.Accepted) {
			t.Fatal("a receipt nobody signed was opened")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	w := queuetest.NewWorld(b)
	body := make([]byte, 20<<10)
	b.ReportAllocs()
	for b.Loop() {
		w.Parcel(b, 1, body)
	}
}

func BenchmarkOpen(b *testing.B) {
	w := queuetest.NewWorld(b)
	p := w.Parcel(b, 1, make([]byte, 20<<10))
	b.ReportAllocs()
	for b.Loop() {
		e, err := queue.OpenEnvelope(p.Sealed, w.Identify)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := queue.Unseal(e, w.Holder); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzOpenOutside(f *testing.F) {
	key, err := queue.ParseHolderKey(queue.SuiteXWing, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	good, err := queue.SealOutside([]byte("SPECIMEN"), []queue.Holder{key.Holder()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-17])
	f.Add([]byte("age-encryption.org/v1\n-> mlkem768x25519\n\n--- \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := queue.OpenOutside(b, []*queue.HolderKey{key}); err == nil && !bytes.Equal(got, []byte("SPECIMEN")) {
			t.Fatal("bytes that nobody sealed came out")
		}
	})
}

func FuzzSplit(f *testing.F) {
	w := queuetest.NewWorld(f)
	p := w.Parcel(f, 1, []byte("SPECIMEN"))
	e, err := queue.OpenEnvelope(p.Sealed, w.Identify)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Sealed)
	f.Add(e.Sealed())
	for _, b := range [][]byte{{0x82, 0x80, 0x40}, {0x82, 0x81, 0x83, 0x61, 0x61, 0x40, 0x40, 0x41, 0}, {0x83, 0x40, 0x58, 0x17}, {0x83, 0x40, 0x40, 0x5f}, {0x9a, 0, 0, 0, 3},
		{0x82, 0x81, 0x83, 0x61, 0xff, 0x40, 0x40, 0x40}, {0x83, 0x60, 0x40, 0x40}, {0xf6}, {0x83, 0xf6, 0xf6, 0xf6}, {0x82, 0xf6, 0x40}, {0x83, 0x80, 0x40, 0x40}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !queue.SameSplit(b) {
			t.Fatalf("split differs from the decoder: %x", b)
		}
	})
}
