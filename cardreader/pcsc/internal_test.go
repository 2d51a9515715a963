//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
)

func TestCodes(t *testing.T) {
	for _, tc := range []struct {
		err  error
		code string
	}{
		{scard.ErrNoService, cardreader.CodeServiceOff},
		{scard.ErrServiceStopped, cardreader.CodeServiceOff},
		{scard.ErrInvalidHandle, cardreader.CodeServiceOff},
		{scard.ErrSecurityViolation, cardreader.CodeServiceOff},
		{scard.ErrNoSmartcard, cardreader.CodeNoCard},
		{winNoMedia, cardreader.CodeNoCard},
		{scard.ErrRemovedCard, cardreader.CodePulled},
		{scard.ErrUnknownReader, cardreader.CodeNoReader},
		{scard.ErrReaderUnavailable, cardreader.CodeNoReader},
		{scard.ErrUnpoweredCard, cardreader.CodeFaulty},
		{scard.ErrUnresponsiveCard, cardreader.CodeFaulty},
		{scard.ErrProtoMismatch, cardreader.CodeFaulty},
		{scard.ErrSharingViolation, cardreader.CodeReaderBusy},
		{ErrReset, cardreader.CodeReaderBusy},
		{ErrDeadline, cardreader.CodeTimeout},
		{ErrNoAnswer, cardreader.CodeFaulty},
		{ErrBinding, cardreader.CodeFaulty},
		{ErrClosed, cardreader.CodePulled},
		{context.Canceled, cardreader.CodeCancelled},
		{errors.Join(scard.ErrRemovedCard, ErrNoAnswer), cardreader.CodePulled},
	} {
		var e *cardreader.Error
		if err := wrap("test", tc.err); !errors.As(err, &e) || e.Code() != tc.code || !errors.Is(err, tc.err) {
			t.Errorf("%v is %v, want %s", tc.err, err, tc.code)
		}
	}
}

// A panic of the binding is an error, and the slot is free again.
func TestCallRecovers(t *testing.T) {
	c := newCaller()
	for range maxStuck + 1 {
		_, err := call(context.Background(), c, time.Second, func() ([]byte, error) { return (&scard.Card{}).Transmit(nil) }, nil)
		if !errors.Is(err, ErrBinding) {
			t.Fatalf("%v, want ErrBinding", err)
		}
	}
}

// Calls that hang are bounded, and what they bring in the end is cleaned up.
func TestCallIsBounded(t *testing.T) {
	c := newCaller()
	release, cleaned := make(chan struct{}), make(chan int, maxStuck)
	for i := range maxStuck {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := call(ctx, c, time.Minute, func() (int, error) { cancel(); <-release; return i, nil }, func(i int) { cleaned <- i })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want Canceled", err)
		}
	}
	ran := false
	if _, err := call(context.Background(), c, time.Millisecond, func() (int, error) { ran = true; return 0, nil }, nil); !errors.Is(err, ErrDeadline) || ran {
		t.Fatalf("one call too many: %v, ran %v", err, ran)
	}
	close(release)
	for range maxStuck {
		<-cleaned
	}
	if n, err := call(context.Background(), c, time.Minute, func() (int, error) { return 7, nil }, nil); n != 7 || err != nil {
		t.Fatalf("after they came back: %d, %v", n, err)
	}
}

// The counter in the upper half is added up over its overflow, and a service that does not count still shows changes.
func TestNote(t *testing.T) {
	s := &system{now: time.Now}
	known := map[string]*seen{}
	at := func(f scard.StateFlag, counter uint16) uint32 {
		s.note(scard.ReaderState{Reader: "r", EventState: f | scard.StateChanged | scard.StateFlag(counter)<<16, Atr: []byte{0x3B}}, known)
		return known["r"].event.Count
	}
	if n := at(scard.StatePresent, 0xFFFF); n != 0xFFFF {
		t.Fatalf("first: %d", n)
	}
	if n := at(scard.StatePresent|scard.StateInuse, 0xFFFF); n != 0xFFFF {
		t.Fatalf("in use: %d", n)
	}
	if n := at(scard.StatePresent, 1); n != 0x10001 {
		t.Fatalf("swap over the overflow: %d", n)
	}
	if n := at(scard.StateEmpty, 1); n != 0x10002 || known["r"].event.ATR != nil {
		t.Fatalf("without a counter: %d", n)
	}
	if n := at(scard.StatePresent|scard.StateMute, 2); n != 0x10003 || known["r"].event.Kind != cardreader.Mute {
		t.Fatalf("mute: %d", n)
	}
	outdate(known)
	if n := at(scard.StatePresent|scard.StateMute, 2); n != 0x10005 {
		t.Fatalf("after the service was away: %d", n)
	}
}

func TestFind(t *testing.T) {
	b := []byte{0x01, 1, 9, 0x0A, 4, 0, 0, 1, 0}
	if v := find(b, maxDataSize); !bytes.Equal(v, []byte{0, 0, 1, 0}) {
		t.Errorf("%X", v)
	}
	for _, bad := range [][]byte{nil, {0x0A}, {0x0A, 4, 0}, {0x01, 0xFF, 0x0A, 4}} {
		if v := find(bad, maxDataSize); v != nil {
			t.Errorf("%X gives %X", bad, v)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{0x12, 4, 0x42, 0x33, 0, 0x12}, byte(0x12))
	f.Fuzz(func(t *testing.T, b []byte, tag byte) { find(b, tag) })
}

func ExampleErrReset() {
	err := wrap("transmit", errors.Join(ErrReset, scard.ErrResetCard))
	fmt.Println(errors.Is(err, ErrReset), err.(*cardreader.Error).Code())
	// Output: true card-reader-busy
}

func TestDifference(t *testing.T) {
	in := func(reader string, kind cardreader.EventKind, count uint32, atr ...byte) cardreader.Event {
		return cardreader.Event{Reader: reader, Kind: kind, Count: count, ATR: atr}
	}
	one, off := in("1", cardreader.Present, 3, 0x3B), cardreader.Event{Kind: cardreader.ServiceOff}
	for _, tc := range []struct {
		name        string
		told, state []cardreader.Event
		want        []cardreader.EventKind
	}{
		{"nothing new", []cardreader.Event{one}, []cardreader.Event{one}, nil},
		{"swapped unseen", []cardreader.Event{one}, []cardreader.Event{in("1", cardreader.Present, 5, 0x3B)}, []cardreader.EventKind{cardreader.Present}},
		{"other answer to reset", []cardreader.Event{one}, []cardreader.Event{in("1", cardreader.Present, 3, 0x3F)}, []cardreader.EventKind{cardreader.Present}},
		{"second reader", []cardreader.Event{one}, []cardreader.Event{one, in("2", cardreader.Empty, 0)}, []cardreader.EventKind{cardreader.Empty}},
		{"unplugged", []cardreader.Event{one}, []cardreader.Event{{Kind: cardreader.NoReader}}, []cardreader.EventKind{cardreader.Removed, cardreader.NoReader}},
		{"service off", []cardreader.Event{one}, []cardreader.Event{off}, []cardreader.EventKind{cardreader.ServiceOff}},
		{"service back", []cardreader.Event{off}, []cardreader.Event{one}, []cardreader.EventKind{cardreader.Present}},
	} {
		var got []cardreader.EventKind
		for _, e := range difference(tc.told, tc.state) {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	if n := narrow([]cardreader.Event{one}, "2"); len(n) != 1 || n[0].Kind != cardreader.Removed || n[0].Reader != "2" {
		t.Errorf("a reader that is not there: %v", n)
	}
	if n := narrow([]cardreader.Event{{Kind: cardreader.NoReader}}, "2"); len(n) != 1 || n[0].Kind != cardreader.Removed {
		t.Errorf("no reader at all: %v", n)
	}
	if n := narrow([]cardreader.Event{off}, "2"); len(n) != 1 || n[0].Kind != cardreader.ServiceOff {
		t.Errorf("service off: %v", n)
	}
}
