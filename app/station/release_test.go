package station_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	"bangban/app/station"
)

// publish runs a gateway that hands out a folder, and gives its address.
func (f *realOffice) publish(folder string) string {
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
	box, err := lite.Open(context.Background(), filepath.Join(f.t.TempDir(), "inbox.db"))
	f.must(err)
	f.t.Cleanup(func() { box.Close() })
	gw, err := inbox.NewGateway(inbox.GatewayConfig{Institution: f.inst.PEM(), Enrol: f.inst, WellKnown: folder, Grant: institution.Grant{Count: 100, MaxLife: 72 * time.Hour},
		Deps: inbox.Deps{Store: box, Receipts: signer, Now: f.clock.Now, Identify: inbox.Known(f.inst.PEM(), f.clock.Now)}})
	f.must(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	f.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- gw.Serve(ctx, l, nil, cert) }()
	f.t.Cleanup(func() { cancel(); f.must(<-done) })
	return l.Addr().String()
}

func programProbe(t *testing.T, s *station.Station) desk.Probe {
	t.Helper()
	return s.Health(t.Context()).Probe("program")
}

// The institution publishes; an open counter asks by itself, says so on the screen, and refuses what is older, changed, or of
// somebody else. It installs nothing.
func TestReleaseOverTheNetwork(t *testing.T) {
	ctx := t.Context()
	f := newRealOffice(t)
	folder := t.TempDir()
	address := f.publish(folder)
	f.setUp(f.bundle(func(src map[string]any) {
		src["sinks"] = []any{map[string]any{"kind": "https", "address": "https://" + address}}
	}))
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	f.must(s.EnrolOnline(ctx, ""))
	if _, err := s.FetchRelease(ctx); codeOf(err) != "release-none" {
		t.Fatalf("nothing is published: %v", err)
	}
	if p := programProbe(t, s); p.Code != "" {
		t.Errorf("nothing is known: %+v", p)
	}
	say := func(version, least string) []byte {
		t.Helper()
		file, err := f.inst.SignRelease(&bundle.Release{Version: version, Least: least, NotAfter: f.clock.Now().Add(30 * 24 * time.Hour),
			Files: []bundle.ReleaseFile{{Name: "bangban.deb", Size: 3, Sum: sha256.Sum256([]byte("deb"))}}})
		f.must(err)
		f.must(os.WriteFile(filepath.Join(folder, station.ReleaseName), file, 0o600))
		return file
	}
	first := say("99.0.0", "")
	courier, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); s.Courier(courier) }()
	for programProbe(t, s).Code == "" {
		select {
		case <-done:
			t.Fatal("the courier ended")
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	<-done
	if p := programProbe(t, s); p.Level != desk.LevelWarn || p.Code != "program-newer" || p.Args["Version"] != "99.0.0" {
		t.Errorf("a newer one: %+v", p)
	}
	f.must(s.CheckPackage("bangban.deb", bytes.NewReader([]byte("deb"))))
	for name, content := range map[string]string{"bangban.deb": "bed", "bangban.exe": "deb"} {
		if err := s.CheckPackage(name, bytes.NewReader([]byte(content))); !errors.Is(err, station.ErrPackage) {
			t.Errorf("%s with %s: %v", name, content, err)
		}
	}
	say("99.1.0", "99.0.0")
	st, err := s.FetchRelease(ctx)
	f.must(err)
	if p := programProbe(t, s); !st.TooOld || p.Code != "program-old" {
		t.Errorf("too old: %+v %+v", st, p)
	}
	if _, err := s.TakeRelease(first); codeOf(err) != "release-older" {
		t.Errorf("an older word: %v", err)
	}
	changed := bytes.Clone(first)
	changed[len(changed)-1] ^= 1
	if _, err := s.TakeRelease(changed); codeOf(err) != "release-unsigned" {
		t.Errorf("a changed word: %v", err)
	}
	f.clock.now = f.clock.now.Add(31 * 24 * time.Hour)
	if p := programProbe(t, s); p.Code != "" {
		t.Errorf("past its end it still speaks: %+v", p)
	}
	if _, err := s.FetchRelease(ctx); codeOf(err) != "release-ended" {
		t.Errorf("past its end: %v", err)
	}
}
