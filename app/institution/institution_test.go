package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/trust"
	"bangban/app/voucher"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// clock is the office's clock, which tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const issuer = "https://specimen.example/id"

func newOffice(t testing.TB, edit ...func(*Options)) (*Institution, *clock, string) {
	t.Helper()
	c := &clock{at: start}
	o := Options{Name: desk.Text{"en": "SPECIMEN office"}, Issuer: issuer, Rand: rand.Reader, Now: c.now}
	for _, e := range edit {
		e(&o)
	}
	dir := filepath.Join(t.TempDir(), "institution")
	i, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return i, c, dir
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func TestCreateOpen(t *testing.T) {
	made, c, dir := newOffice(t)
	i, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	if i.Issuer() != issuer || i.Training() || i.Name().In("en") != "SPECIMEN office" || !bytes.Equal(i.PEM(), made.PEM()) ||
		i.Fingerprint() != bundle.Fingerprint(made.Root()) {
		t.Fatal("another institution came back")
	}
	parsed, err := voucher.ParseInstitution(i.PEM())
	if err != nil || parsed.Name() != issuer || len(parsed.Issuing()) != 1 {
		t.Fatalf("relying office: %v", err)
	}
	if _, err := trust.ParseInstitution(i.PEM()); err != nil {
		t.Fatalf("trust: %v", err)
	}
	root, issuing := i.Root(), i.Issuing()
	if got := root.NotAfter.Sub(root.NotBefore); got < 9*365*24*time.Hour {
		t.Fatalf("root lives %v", got)
	}
	if !issuing.MaxPathLenZero || issuing.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature {
		t.Fatal("issuing certificate's limits")
	}
	for _, name := range []string{"root.key", "issuing-1.key", "bundle-1.key", "receipt-1.key", "holder-1.key", "holder-2.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v %v", name, info, err)
		}
	}
	_, err = Create(dir, Options{Name: desk.Text{"en": "x"}, Issuer: issuer, Rand: rand.Reader, Now: c.now})
	wantErr(t, err, ErrExists)
}

func TestCreateRefuses(t *testing.T) {
	name := desk.Text{"en": "SPECIMEN"}
	for _, tc := range []struct {
		what string
		o    Options
		want error
	}{
		{"no name", Options{Issuer: issuer}, ErrName},
		{"no issuer", Options{Name: name}, ErrName},
		{"relative", Options{Name: name, Issuer: "office"}, ErrName},
		{"a space", Options{Name: name, Issuer: "urn:a b"}, ErrName},
		{"a plus", Options{Name: name, Issuer: "urn:a+b"}, ErrName},
		{"real by a training name", Options{Name: name, Issuer: bundle.TrainingPrefix + "x"}, ErrTraining},
		{"training by a real name", Options{Name: name, Issuer: issuer, Training: true}, ErrTraining},
	} {
		dir := filepath.Join(t.TempDir(), "i")
		tc.o.Rand, tc.o.Now = rand.Reader, func() time.Time { return start }
		if _, err := Create(dir, tc.o); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: left a folder", tc.what)
		}
	}
	_, err := Open(t.TempDir(), Options{})
	wantErr(t, err, ErrNone)
}

// broken fails after n bytes: a random source that dies, or a power cut, at every stage of making an institution.
type broken struct{ n int }

func (b *broken) Read(p []byte) (int, error) {
	if b.n -= len(p); b.n < 0 {
		return 0, errors.New("broken")
	}
	return rand.Read(p)
}

func TestHalfMadeFolderIsNeverSeen(t *testing.T) {
	failed := 0
	for n := 0; n < 200; n += 16 {
		dir := filepath.Join(t.TempDir(), "institution")
		_, err := Create(dir, Options{Name: desk.Text{"en": "SPECIMEN"}, Issuer: issuer, Rand: &broken{n}, Now: func() time.Time { return start }})
		if err == nil {
			continue
		}
		failed++
		if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) > 0 {
			t.Fatalf("left %v", left)
		}
	}
	if failed < 3 {
		t.Fatalf("only %d failures: the test cannot fail", failed)
	}
}

func TestPassphrase(t *testing.T) {
	cheap := keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}
	_, c, dir := newOffice(t, func(o *Options) { o.Passphrase, o.Cost = []byte("SPECIMEN pass"), cheap })
	req := DelegateRequest{Station: "T01", Key: &newKey(t).PublicKey, Count: 10, NotBefore: start, Expires: start.Add(time.Hour), MaxLife: time.Hour}
	for pass, want := range map[string]error{"": keys.ErrPassphrase, "wrong": keys.ErrWrongPassphrase, "SPECIMEN pass": nil} {
		i, err := Open(dir, Options{Rand: rand.Reader, Now: c.now, Passphrase: []byte(pass)})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = i.Delegate(req)
		wantErr(t, err, want)
	}
}

func TestLists(t *testing.T) {
	i, c, _ := newOffice(t)
	key := newKey(t)
	if _, _, err := i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, First: 200_000, Last: 200_010, NotBefore: start,
		Expires: start.Add(time.Hour), MaxLife: time.Hour}); err != nil {
		t.Fatal(err)
	}
	kid, _ := voucher.VoucherKeyID(&key.PublicKey)
	out := t.TempDir()
	r := Revoked{Vouchers: map[string][]uint64{"T01": {200_003}}, Keys: []trust.Withdrawn{{Station: "T01", KeyID: kid}}}
	if err := i.Status(out, r); err != nil {
		t.Fatal(err)
	}
	store := trust.New(nil)
	for _, name := range []string{"institution.pem", "status/T01", "withdrawn-delegations.cwt"} {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Add(data, "file", c.now()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for index, want := range map[uint64]uint8{200_003: 1, 200_004: 0, 200_010: 0} {
		a := store.Status(issuer, i.StatusURI("T01"), index, start)
		if !a.Held || !a.Listed || a.TooOld || a.Value != want {
			t.Fatalf("%d: %+v", index, a)
		}
	}
	if a := store.Status(issuer, i.StatusURI("T01"), 1, start.Add(listLife+time.Second)); !a.TooOld {
		t.Fatal("a list past its end is still good")
	}
	if a := store.Delegation(issuer, "T01", kid, start); !a.Held || !a.Listed {
		t.Fatalf("%+v", a)
	}
	_, err := i.StatusList("T01", []uint64{1 << 40})
	wantErr(t, err, trust.ErrBits)
	_, err = i.StatusList("..", nil)
	wantErr(t, err, ErrStation)
}
