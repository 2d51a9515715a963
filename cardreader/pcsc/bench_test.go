//go:build cgo && linux

package pcsc_test

import (
	"context"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/kinds"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// benchmark connects to a specimen behind a private pcscd.
func benchmark(b *testing.B, specimen string) (cardreader.Conn, *sim.Card) {
	b.Helper()
	service := pcscdtest.Start(b)
	system, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		b.Fatal(err)
	}
	card, err := sim.Open(specimen)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	session, err := vpcd.Insert(ctx, service.Addr(0), card)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = session.Remove() })
	events, err := system.Watch(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for e := range events {
		if e.Kind == cardreader.Present {
			break
		}
	}
	readers, err := system.Readers(ctx)
	if err != nil || len(readers) == 0 {
		b.Fatal(err)
	}
	conn, err := readers[0].Connect(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn, card
}

// BenchmarkTransmit is the cost of one command from here to the chip and back, without a wire.
func BenchmarkTransmit(b *testing.B) {
	conn, _ := benchmark(b, "bank-card")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.(cardreader.APDUer).Transmit(context.Background(), []byte{0, 0xCA, 0, 0, 0}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead is the machine's share of reading a passport: everything but wire and chip. Commands and bytes are what
// wire and chip will charge for.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"emrtd", "emrtd-short"} {
		b.Run(name, func(b *testing.B) {
			conn, card := benchmark(b, name)
			kind, secrets := kinds.All(kinds.Deps{})[0], sim.Secrets(name)
			before := card.Stats()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := kind.Read(context.Background(), conn, secrets, nil); err != nil {
					b.Fatal(err)
				}
			}
			after := card.Stats()
			b.ReportMetric(float64(after.APDUs-before.APDUs)/float64(b.N), "apdus/op")
			b.ReportMetric(float64(after.BytesIn-before.BytesIn)/float64(b.N), "bytes-in/op")
			b.ReportMetric(float64(after.BytesOut-before.BytesOut)/float64(b.N), "bytes-out/op")
		})
	}
}
