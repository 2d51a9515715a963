package station

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sim"
)

func openTraining(t *testing.T, change func(*Options)) *Station {
	t.Helper()
	o := Options{Dir: filepath.Join(t.TempDir(), "st"), Training: true, Program: "test", Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 2}}
	change(&o)
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// identityCards are the shipped specimens that only a security module reads.
func identityCards(t *testing.T) []sim.Specimen {
	t.Helper()
	list, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	var cards []sim.Specimen
	for _, s := range list {
		if s.OfSAM() && s.Truth.Number != "" { // not those that are pulled or refused
			cards = append(cards, s)
		}
	}
	if len(cards) < 6 {
		t.Fatalf("%d specimens", len(cards))
	}
	return cards
}

// A training visit takes every simulated identity card, as its file says it is.
func TestTrainingTakesIdentityCards(t *testing.T) {
	s := openTraining(t, func(*Options) {})
	for _, card := range identityCards(t) {
		shown := false
		doc, err := s.cards.Read(context.Background(), sim.Prefix+card.Name, nil, func(p cardreader.Progress) { shown = shown || p.Subject != nil })
		if err != nil || doc.Subject != card.Truth || !shown {
			t.Errorf("%s: %v, shown %v", card.Name, err, shown)
		}
	}
}

// The same through the tray of the window; a card lifted in between is pulled, and chips still work there.
func TestTrayTakesIdentityCards(t *testing.T) {
	s := openTraining(t, func(o *Options) { o.Tray = true })
	ctx := context.Background()
	for range 2 { // laid twice, read twice
		for _, card := range identityCards(t) {
			if err := s.cards.Lay(card.Name); err != nil {
				t.Fatal(err)
			}
			if doc, err := s.cards.Read(ctx, TrayReader, nil, nil); err != nil || doc.Subject != card.Truth {
				t.Errorf("%s: %v", card.Name, err)
			}
		}
	}
	if err := s.cards.Lay("emrtd"); err != nil {
		t.Fatal(err)
	}
	if doc, err := s.cards.Read(ctx, TrayReader, nil, nil); err != nil || doc.Kind != "emrtd" {
		t.Errorf("a passport on the tray: %v", err)
	}
	if err := s.cards.Lay("cnid"); err != nil {
		t.Fatal(err)
	}
	r, err := s.cards.find(ctx, TrayReader)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := r.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cards.Lay(""); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.(cardreader.RecordReader).ReadRecord(ctx); !errors.Is(err, cardreader.ErrPulled) {
		t.Errorf("lifted before the reading: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.cards.Read(ctx, TrayReader, nil, nil); !errors.Is(err, cardreader.ErrNoCard) {
		t.Errorf("an empty tray: %v", err)
	}
}

// bridge is a reader with a real module, as far as anybody can tell over TCP.
func bridge(t *testing.T, specimen string) string {
	t.Helper()
	card, err := sim.Load(specimen)
	if err != nil {
		t.Fatal(err)
	}
	module := sim.NewSAM()
	module.Lay(card)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); module.Serve(c) }()
		}
	}()
	return "tcp://" + l.Addr().String()
}

// A real person's card at a real reader is named in training, not shown; `card read` prints it.
func TestTrainingRefusesRealModules(t *testing.T) {
	port := bridge(t, "cnid")
	s := openTraining(t, func(o *Options) { o.SAM = []string{port} })
	_, err := s.cards.Read(context.Background(), port, nil, func(p cardreader.Progress) {
		if p.Subject != nil {
			t.Error("the person was shown")
		}
	})
	var d *desk.Error
	if !errors.As(err, &d) || d.Code != "card-not-training" {
		t.Errorf("a real reader in a training visit: %v", err)
	}
	port = bridge(t, "cnid-long")
	s = openTraining(t, func(o *Options) { o.SAM = []string{port} })
	r, err := s.cards.ReadNext(context.Background(), port, nil, 10*time.Second)
	if err != nil || r.Document.Subject.Expires != "9999-12-31" {
		t.Errorf("card read: %v", err)
	}
}

func TestPractice(t *testing.T) {
	for _, tc := range []struct {
		name, reader string
		check        check.Check
		want         bool
	}{
		{"training authority", "ACS ACR1252", check.Pass("csca", "TRAINING CSCA"), true},
		{"unknown authority", "ACS ACR1252", check.Unsure("csca", check.UnknownIssuer, ""), false},
		{"simulated module", "sim:cnid", check.Pass("sam", simulatedModule), true},
		{"simulated module, real reader", "/dev/ttyUSB0", check.Pass("sam", simulatedModule), false},
		{"real module", "/dev/ttyUSB0", check.Pass("sam", "05.01-20200101-0000000000-0000000000"), false},
		{"a kind that nothing proves, specimen", "sim:sscard", check.Unsure("issuer", check.NotSupported, ""), true},
		{"a kind that nothing proves, real reader", "ACS ACR39U", check.Unsure("issuer", check.NotSupported, ""), false},
		{"another check says so", "/dev/ttyUSB0", check.Pass("name", simulatedModule), false},
	} {
		if got := practice(tc.reader, &cardreader.Document{Checks: []check.Check{tc.check}}); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	if practice("ACS ACR39U", &cardreader.Document{}) {
		t.Error("a document without checks")
	}
}

// A real station opens ports that were named and no others; a name that is no port is said.
func TestRealStationNamesPorts(t *testing.T) {
	port := bridge(t, "cnid-y")
	o := Options{Dir: filepath.Join(t.TempDir(), "real"), SAM: []string{port}}
	c, err := OpenCards(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.ReadNext(context.Background(), port, nil, 10*time.Second)
	if err != nil || r.Document.Subject.Nationality != "UTO" {
		t.Errorf("%v", err)
	}
	if _, err := c.find(context.Background(), "sim:cnid"); err == nil {
		t.Error("a real station finds a simulated reader")
	}
	for _, name := range []string{"sim:cnid", "udp://hall:1"} {
		var d *desk.Error
		if _, err := OpenCards(context.Background(), Options{Dir: o.Dir, SAM: []string{name}}); !errors.As(err, &d) || d.Code != "reader-port-unknown" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
