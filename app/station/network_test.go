package station_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	"bangban/app/station"
)

// serve runs the institution's gateway, which enrols and hands out a folder, if there is one, and gives its address and how to
// stop it.
func (f *realOffice) serve(at, folder string, box *lite.Store) (address string, _ *lite.Store, stop func()) {
	f.t.Helper()
	dir := filepath.Join(f.t.TempDir(), "gateway")
	_, err := f.inst.MakeGateway(dir, []string{"127.0.0.1"})
	f.must(err)
	g, err := institution.Open(dir, institution.Options{Rand: rand.Reader, Now: f.clock.Now, Passphrase: []byte("correct horse SPECIMEN")})
	f.must(err)
	cert, err := g.GatewayTLS()
	f.must(err)
	signer, err := g.ReceiptSigner()
	f.must(err)
	if box == nil {
		box, err = lite.Open(context.Background(), filepath.Join(f.t.TempDir(), "inbox.db"))
		f.must(err)
		f.t.Cleanup(func() { box.Close() })
	}
	gw, err := inbox.NewGateway(inbox.GatewayConfig{Institution: f.inst.PEM(), Enrol: f.inst, WellKnown: folder, Grant: institution.Grant{Count: 100, MaxLife: 72 * time.Hour},
		Deps: inbox.Deps{Store: box, Receipts: signer, Intake: f.intake(), Now: f.clock.Now, Identify: inbox.Known(f.inst.PEM(), f.clock.Now)}})
	f.must(err)
	l, err := net.Listen("tcp", at)
	f.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- gw.Serve(ctx, l, nil, cert) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			f.must(<-done)
		}
	}
	f.t.Cleanup(stop)
	return l.Addr().String(), box, stop
}

func codeOf(err error) string {
	var d *desk.Error
	if errors.As(err, &d) {
		return d.Code
	}
	return ""
}

func probe(t *testing.T, s *station.Station) desk.Probe {
	t.Helper()
	for _, p := range s.Health(t.Context()).Probes {
		if p.Name == "network" {
			return p
		}
	}
	t.Fatal("no probe of the network")
	return desk.Probe{}
}

// A real counter enrols over the network, sends a visit's parcels to the gateway, is told why it cannot when the gateway
// is gone, and renews at two thirds of its delegation.
func TestOverTheNetwork(t *testing.T) {
	ctx := t.Context()
	f := newRealOffice(t)
	address, box, stop := f.serve("127.0.0.1:0", "", nil)
	s := f.online(address)
	f.hire(s)
	f.must(s.Close())
	s = open(t, f.options())
	if p := probe(t, s); p.Level != desk.LevelUnknown {
		t.Errorf("before any try: %+v", p)
	}
	stop()
	f.begin(t, s).issue()
	if _, err := s.SendNow(ctx); codeOf(err) != "net-none" {
		t.Fatalf("got %v", err)
	}
	if p := probe(t, s); p.Level != desk.LevelWarn || p.Code != "net-none" {
		t.Errorf("without a gateway: %+v", p)
	}
	if _, err := s.Deliver(ctx); codeOf(err) != "net-waiting" && codeOf(err) != "net-none" {
		t.Fatalf("got %v", err)
	}
	if stats, _ := s.QueueStats(ctx); stats.Unsent != 2 {
		t.Fatalf("%+v", stats)
	}
	f.serve(address, "", box)
	n, err := s.SendNow(ctx)
	f.must(err)
	stats, err := s.QueueStats(ctx)
	f.must(err)
	rows, err := box.Stations(ctx)
	f.must(err)
	if n != 2 || stats.Unsent != 0 || len(rows) != 1 || rows[0].Station != "H12" || rows[0].Mark != 2 || rows[0].Unproven != 0 {
		t.Fatalf("sent %d, %d unsent, inbox %+v", n, stats.Unsent, rows)
	}
	if p := probe(t, s); p.Level != desk.LevelGood {
		t.Errorf("after sending: %+v", p)
	}
}

func TestRenewsByItself(t *testing.T) {
	ctx := t.Context()
	f := newRealOffice(t)
	address, _, _ := f.serve("127.0.0.1:0", "", nil)
	s := f.online(address)
	before, err := s.Show(ctx)
	f.must(err)
	for _, step := range []struct {
		pass  time.Duration
		renew bool
	}{{institution.MaxDelegation / 2, false}, {institution.MaxDelegation / 4, true}} {
		f.clock.now = f.clock.now.Add(step.pass)
		_, err = s.Deliver(ctx)
		f.must(err)
		after, err := s.Show(ctx)
		f.must(err)
		if (after.KeyEnds != before.KeyEnds) != step.renew || (after.Identity != before.Identity) != step.renew {
			t.Fatalf("after %v: %s, was %s", step.pass, after.KeyEnds, before.KeyEnds)
		}
	}
	if _, err := station.Open(ctx, f.options()); err == nil {
		t.Error("the lock is not held")
	}
}
