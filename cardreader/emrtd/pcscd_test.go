package emrtd_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// Every way to open a card and to prove its chip goes through a real card service.
func TestThroughService(t *testing.T) {
	if !pcsc.Available() {
		t.Skip("this build has no PC/SC")
	}
	service := pcscdtest.Start(t)
	system, err := pcsc.Open(pcsc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]check.Verdict{
		"emrtd-pace": check.Passed, "emrtd-cam": check.Passed, "emrtd-aa": check.Passed, "emrtd-clone": check.Failed,
	} {
		doc := throughService(t, service, system, name)
		if doc == nil {
			continue
		}
		if doc.Verdict() != want || doc.Subject != truth(t, name) {
			t.Errorf("%s: %v: %+v", name, doc.Verdict(), doc.Checks)
		}
	}
}

func throughService(t *testing.T, service *pcscdtest.Service, system cardreader.System, name string) *cardreader.Document {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	card, err := sim.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	await(t, ctx, system, cardreader.Empty) // of the card before, which the service may not have missed yet
	session, err := vpcd.Insert(ctx, service.Addr(0), card)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Remove()
	await(t, ctx, system, cardreader.Present)
	readers, err := system.Readers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(readers, func(r cardreader.Reader) bool { return r.Name() == vpcd.Readers()[0] })
	if i < 0 {
		t.Fatal("the virtual reader is not there")
	}
	conn, err := readers[i].Connect(ctx)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer conn.Close()
	doc, err := passport(t).Read(ctx, conn, sim.Secrets(name), nil)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	return doc
}

// await waits until this is so at the first reader.
func await(t *testing.T, ctx context.Context, system cardreader.System, kind cardreader.EventKind) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		if e.Reader == vpcd.Readers()[0] && e.Kind == kind {
			return
		}
	}
	t.Fatalf("the reader was never %v", kind)
}

// fingerprint is a hash of all that a document says.
func fingerprint(doc *cardreader.Document) [32]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(doc.Raw)) {
		h.Write([]byte(name))
		h.Write(doc.Raw[name])
	}
	h.Write(doc.Photo)
	for _, c := range doc.Checks {
		h.Write([]byte(c.Name + c.Verdict.String() + string(c.Reason) + c.Detail))
	}
	return [32]byte(h.Sum(nil))
}

// A card pulled at any command and laid again gives the same document.
func TestPulledAndLaidAgain(t *testing.T) {
	for _, name := range []string{"emrtd-pace", "emrtd-cam"} {
		whole := &kindtest.Conn{Inner: open(name)(t)}
		want := fingerprint(read(t, passport(t), whole, name))
		for at := 1; at <= whole.APDUs; at++ {
			_, err := passport(t).Read(context.Background(), open(name, sim.PullAt(at))(t), sim.Secrets(name), nil)
			if !errors.Is(err, cardreader.ErrPulled) {
				t.Errorf("%s pulled at %d: %v", name, at, err)
			}
			if got := fingerprint(read(t, passport(t), open(name)(t), name)); got != want {
				t.Errorf("%s pulled at %d: another document", name, at)
			}
		}
	}
}
