package station_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/station"
)

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
	address, _, _ := f.serve("127.0.0.1:0", folder, nil)
	s := f.online(address)
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
