package station_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/keys"
	"bangban/app/station"
)

// emulator starts a TPM 2.0 emulator and gives its address, and what stops it.
func emulator(t *testing.T) (address string, stop func()) {
	t.Helper()
	program, err := exec.LookPath("swtpm")
	if err != nil {
		t.Skip("swtpm (Debian package swtpm) is not installed: no counter with a TPM is tested")
	}
	dir, err := os.MkdirTemp("", "tpm") // short: a Unix socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(program, "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket, "--flags", "not-need-init,startup-clear")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	t.Cleanup(func() { stop(); os.RemoveAll(dir) })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("unix", socket); err == nil {
			c.Close()
			return "tpm:" + socket, stop
		}
		if time.Now().After(deadline) {
			t.Fatal("swtpm does not listen")
		}
	}
}

// TestTPMCounter sets a counter up whose two keys lie in a TPM, lets a clerk in, renews the key there, and takes the TPM
// away.
func TestTPMCounter(t *testing.T) {
	address, stop := emulator(t)
	ctx := context.Background()
	f := newRealOffice(t)
	l, err := f.inst.Enrol("H12")
	f.must(err)
	request, err := station.SetUp(ctx, f.options(), station.Setup{Bundle: f.bundle(nil), Fingerprint: l.Fingerprint, Station: "H12", Code: l.Code,
		Key: address, Identity: address})
	f.must(err)
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	f.must(s.Import(ctx, f.answer(request, 0)))
	for id, pin := range f.pins {
		_, err := s.Enrol(ctx, id, f.codes[id], station.PIN(pin))
		f.must(err)
	}
	show, err := s.Show(ctx)
	f.must(err)
	if show.Key != keys.KindTPM || show.IdentityKey != keys.KindTPM {
		t.Fatalf("key %q, identity %q", show.Key, show.IdentityKey)
	}
	for _, name := range []string{"voucher.vault", "identity.key"} {
		b, err := os.ReadFile(filepath.Join(f.data, "keys", name))
		f.must(err)
		if bytes.Contains(b, []byte("BEGIN PRIVATE KEY")) || len(b) == 0 {
			t.Fatalf("%s holds a private key", name)
		}
	}
	next, err := s.Rotate(ctx, "02", station.PIN(f.pins["02"]))
	f.must(err)
	f.must(s.Import(ctx, f.answer(next, 0)))
	_, err = s.Login(ctx, "01", station.PIN(f.pins["01"]))
	f.must(err)
	if s.Ports().Rules.Station().Software {
		t.Fatal("a TPM key is called a software key")
	}
	s.Lock()
	stop()
	_, err = s.Login(ctx, "01", station.PIN(f.pins["01"]))
	wantCode(t, err, keys.CodePlaceNone)
	_ = s.Close() // the last checkpoint cannot be signed
	_, err = station.Open(ctx, f.options())
	wantCode(t, err, keys.CodePlaceNone)
	o = f.options()
	o.ReadOnly = true
	s, err = station.Open(ctx, o) // to look needs no TPM
	f.must(err)
	if show, err = s.Show(ctx); err != nil || show.IdentityKey != keys.KindTPM {
		t.Fatal(show.IdentityKey, err)
	}
	f.must(s.Close())
}

func TestPlacesRefused(t *testing.T) {
	f := newRealOffice(t)
	l, err := f.inst.Enrol("H12")
	f.must(err)
	for key, code := range map[string]string{"usb": keys.CodePlaceAddress, "tpm:" + filepath.Join(t.TempDir(), "none"): keys.CodePlaceNone} {
		_, err := station.SetUp(context.Background(), f.options(), station.Setup{Bundle: f.bundle(nil), Fingerprint: l.Fingerprint, Station: "H12", Code: l.Code, Key: key})
		wantCode(t, err, code)
	}
}
