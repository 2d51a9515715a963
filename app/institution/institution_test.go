package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

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

func TestDelegate(t *testing.T) {
	i, _, dir := newOffice(t)
	key := newKey(t)
	req := DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 100, NotBefore: start, Expires: start.Add(MaxDelegation), MaxLife: 24 * time.Hour}
	raw, cert, err := i.Delegate(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, cert, err = DecodeDelegation(EncodeDelegation(raw, cert))
	if err != nil {
		t.Fatal(err)
	}
	inst, err := voucher.ParseInstitution(i.PEM())
	if err != nil {
		t.Fatal(err)
	}
	d, err := voucher.OpenDelegation(raw, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil {
		t.Fatal(err)
	}
	if d.First != 1 || d.Last != 100 || d.Station != "T01" || !d.Key.Equal(&key.PublicKey) || d.Issuer != issuer {
		t.Fatalf("%+v", d)
	}
	roots, inter := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(i.Root())
	inter.AddCert(i.Issuing())
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: inter, CurrentTime: start.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey.Equal(cert.PublicKey) || cert.KeyUsage&x509.KeyUsageContentCommitment == 0 {
		t.Fatal("certificate of the voucher key")
	}
	// The next block begins behind, also for a process that opens the folder anew.
	again, err := Open(dir, Options{Rand: rand.Reader, Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err = again.Delegate(req)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = again.openDelegation(raw); err != nil || d.First != 101 || d.Last != 200 {
		t.Fatalf("%+v %v", d, err)
	}
	other := req
	other.Station = "T02"
	raw, _, err = again.Delegate(other)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = again.openDelegation(raw); err != nil || d.First != 1 {
		t.Fatalf("another station: %+v %v", d, err)
	}
}

func TestDelegateRefuses(t *testing.T) {
	i, _, dir := newOffice(t)
	good := DelegateRequest{Station: "T01", Key: &newKey(t).PublicKey, First: 1000, Last: 1999, NotBefore: start, Expires: start.Add(time.Hour), MaxLife: time.Hour}
	if _, _, err := i.Delegate(good); err != nil {
		t.Fatal(err)
	}
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	for _, tc := range []struct {
		what string
		edit func(*DelegateRequest)
		want error
	}{
		{"same block", func(*DelegateRequest) {}, ErrOverlap},
		{"overlaps below", func(r *DelegateRequest) { r.First, r.Last = 1, 1000 }, ErrOverlap},
		{"overlaps above", func(r *DelegateRequest) { r.First, r.Last = 1999, 2500 }, ErrOverlap},
		{"inside", func(r *DelegateRequest) { r.First, r.Last = 1500, 1501 }, ErrOverlap},
		{"around", func(r *DelegateRequest) { r.First, r.Last = 1, 5000 }, ErrOverlap},
		{"upside down", func(r *DelegateRequest) { r.First, r.Last = 9, 8 }, ErrBlock},
		{"no block", func(r *DelegateRequest) { r.First, r.Last = 0, 0 }, ErrBlock},
		{"from zero", func(r *DelegateRequest) { r.First, r.Last = 0, 8 }, ErrBlock},
		{"huge", func(r *DelegateRequest) { r.First, r.Last = 5000, 5000+maxBlock }, ErrBlock},
		{"past the end", func(r *DelegateRequest) { r.First, r.Last = maxSerial, maxSerial+1 }, ErrBlock},
		{"wraps", func(r *DelegateRequest) { r.First, r.Last = 1<<64-1, 1<<64-1 }, ErrBlock},
		{"bad station", func(r *DelegateRequest) { r.Station = "../T01" }, ErrStation},
		{"no station", func(r *DelegateRequest) { r.Station = "" }, ErrStation},
		{"no key", func(r *DelegateRequest) { r.Key = nil }, ErrKey},
		{"other curve", func(r *DelegateRequest) { r.Key = &p384.PublicKey }, ErrKey},
		{"eight days", func(r *DelegateRequest) { r.Expires = start.Add(MaxDelegation + time.Second) }, ErrLife},
		{"ends before it begins", func(r *DelegateRequest) { r.Expires = start }, ErrLife},
		{"before the issuing certificate", func(r *DelegateRequest) { r.NotBefore = start.Add(-time.Second) }, ErrLife},
		{"no life", func(r *DelegateRequest) { r.First, r.Last, r.MaxLife = 1, 2, 0 }, ErrLife},
	} {
		r := good
		tc.edit(&r)
		if raw, cert, err := i.Delegate(r); !errors.Is(err, tc.want) || raw != nil && err != nil || cert != nil && !errors.Is(err, ErrLife) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "issuing-1.key")); err != nil {
		t.Fatal(err)
	}
	_, _, err := i.Delegate(good)
	wantErr(t, err, ErrNoKey)
}

func TestConcurrentDelegationsDoNotOverlap(t *testing.T) {
	i, _, _ := newOffice(t)
	key := newKey(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 10, NotBefore: start,
				Expires: start.Add(time.Hour), MaxLife: time.Hour}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	blocks, err := i.blocks("T01")
	if err != nil || len(blocks) != 8 {
		t.Fatalf("%d blocks, %v", len(blocks), err)
	}
	for n, b := range blocks {
		if b.First != uint64(10*n+1) || b.Last != uint64(10*n+10) {
			t.Fatalf("block %d: %+v", n, b)
		}
	}
}

func TestIdentity(t *testing.T) {
	i, _, _ := newOffice(t)
	other, _, _ := newOffice(t)
	key := newKey(t)
	cert, err := i.IdentityCertificate("T01", &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	_, voucherCert, err := i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 1, NotBefore: start,
		Expires: start.Add(time.Hour), MaxLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := VerifyIdentity(i.PEM(), cert, start.Add(time.Hour)); err != nil || s != "T01" {
		t.Fatalf("%q %v", s, err)
	}
	for _, tc := range []struct {
		what string
		pem  []byte
		cert *x509.Certificate
		at   time.Time
		want error
	}{
		{"of another institution", other.PEM(), cert, start, ErrUntrusted},
		{"a voucher key's", i.PEM(), voucherCert, start, ErrIdentity},
		{"the issuing certificate", i.PEM(), i.Issuing(), start, ErrUntrusted},
		{"too early", i.PEM(), cert, start.Add(-time.Second), ErrTime},
		{"ended", i.PEM(), cert, start.Add(IdentityLife + time.Second), ErrTime},
		{"no institution", nil, cert, start, voucher.ErrInstitution},
	} {
		if _, err := VerifyIdentity(tc.pem, tc.cert, tc.at); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
	}
	_, err = i.IdentityCertificate("t 1", &key.PublicKey)
	wantErr(t, err, ErrStation)
	_, err = i.IdentityCertificate("T01", nil)
	wantErr(t, err, ErrKey)
}

func TestParseKey(t *testing.T) {
	key := newKey(t)
	spki, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "T01"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Clone(csr)
	forged[len(forged)-1] ^= 1
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	spki384, _ := x509.MarshalPKIXPublicKey(&p384.PublicKey)
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for _, good := range [][]byte{block("PUBLIC KEY", spki), block("CERTIFICATE REQUEST", csr)} {
		if got, err := ParseKey(good); err != nil || !got.Equal(&key.PublicKey) {
			t.Fatalf("%v", err)
		}
	}
	for name, bad := range map[string][]byte{"empty": nil, "forged request": block("CERTIFICATE REQUEST", forged),
		"P-384": block("PUBLIC KEY", spki384), "private": block("PRIVATE KEY", spki), "noise": block("PUBLIC KEY", []byte{1})} {
		if _, err := ParseKey(bad); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err = DecodeDelegation(block("CERTIFICATE", spki))
	wantErr(t, err, ErrFormat)
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

func testBundle() *bundle.Bundle {
	b := demoBundle(time.Time{})
	b.NotAfter = start.Add(listLife)
	return b
}

func TestSignBundle(t *testing.T) {
	i, c, dir := newOffice(t)
	file, err := i.SignBundle(testBundle())
	if err != nil {
		t.Fatal(err)
	}
	first, err := bundle.Bootstrap(file, i.Fingerprint(), bundle.Conditions{At: start})
	if err != nil {
		t.Fatal(err)
	}
	if first.Version != 1 || first.Issuer != issuer || len(first.BackOffice) != 2 || len(first.ReceiptKeys) != 1 || first.Training {
		t.Fatalf("%+v", first.Bundle)
	}
	again, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	file, err = again.SignBundle(testBundle())
	if err != nil {
		t.Fatal(err)
	}
	second, err := bundle.Accept(first, file, bundle.Conditions{At: start, Highest: 1})
	if err != nil || second.Version != 2 {
		t.Fatalf("%v", err)
	}
	jump := testBundle()
	jump.Version = 50
	if file, err = again.SignBundle(jump); err != nil {
		t.Fatal(err)
	}
	if b, err := bundle.Accept(first, file, bundle.Conditions{At: start}); err != nil || b.Version != 50 {
		t.Fatalf("%v", err)
	}
	// What is in the bundle is what the gateway signs and the back office opens with.
	checkReceipt(t, again, first.ReceiptKeys[0])
	checkHolders(t, again, first.BackOffice)
}

func checkReceipt(t *testing.T, i *Institution, vkey string) {
	t.Helper()
	s, err := i.ReceiptSigner()
	if err != nil {
		t.Fatal(err)
	}
	msg, err := note.Sign(&note.Note{Text: "SPECIMEN\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(msg, note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
}

func checkHolders(t *testing.T, i *Institution, holders []bundle.Holder) {
	t.Helper()
	all, err := i.HolderKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holders {
		pub, err := hpke.MLKEM768X25519().NewPublicKey(h.Public)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := hpke.Seal(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), nil, []byte("SPECIMEN"))
		if err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(all, func(k *keys.HolderKey) bool { return bytes.Equal(k.ID(), h.ID) })
		if n < 0 {
			t.Fatal("the folder has no key for a holder of the bundle")
		}
		if _, err := hpke.Open(all[n].Private(), hpke.HKDFSHA256(), hpke.AES256GCM(), nil, sealed); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMissingKeys(t *testing.T) {
	i, _, dir := newOffice(t)
	for _, name := range []string{"root.key", "bundle-1.key", "receipt-1.key", "holder-1.key", "holder-2.key"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := i.SignBundle(testBundle())
	wantErr(t, err, ErrNoKey)
	_, err = i.ReceiptSigner()
	wantErr(t, err, ErrNoKey)
	_, err = i.HolderKeys()
	wantErr(t, err, ErrNoKey)
	wantErr(t, i.Rotate(RoleReceipt), ErrNoKey)
	wantErr(t, i.Rotate("root"), ErrReserved)
}

func TestRotate(t *testing.T) {
	i, c, dir := newOffice(t)
	old := i.PEM()
	raw, _, err := i.Delegate(DelegateRequest{Station: "T01", Key: &newKey(t).PublicKey, Count: 1, NotBefore: start,
		Expires: start.Add(time.Hour), MaxLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if due, err := i.Due(); err != nil || len(due) != 0 {
		t.Fatalf("%v %v", due, err)
	}
	c.pass(61 * 24 * time.Hour)
	if due, err := i.Due(); err != nil || !slices.Equal(due, []string{RoleReceipt}) {
		t.Fatalf("%v %v", due, err)
	}
	c.pass(200 * 24 * time.Hour)
	_, err = i.ReceiptSigner()
	wantErr(t, err, ErrKeyEnded)
	b := testBundle()
	b.NotAfter = c.now().Add(time.Hour)
	_, err = i.SignBundle(b)
	wantErr(t, err, ErrKeyEnded)
	due, err := i.Due()
	if err != nil || len(due) != 4 {
		t.Fatalf("%v %v", due, err)
	}
	if err := i.Rotate(due...); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(i.PEM(), old) || strings.Count(string(i.PEM()), "BEGIN") != 3 {
		t.Fatal("old certificates must stay, the new one comes last")
	}
	again, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.openDelegation(raw); err != nil {
		t.Fatalf("old delegation: %v", err)
	}
	file, err := again.SignBundle(b)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := bundle.Open(file, bundle.Anchor{Root: i.Root().Raw})
	if err != nil {
		t.Fatal(err)
	}
	checkReceipt(t, again, opened.ReceiptKeys[0])
	checkHolders(t, again, opened.BackOffice)
	if all, _ := again.HolderKeys(); len(all) != 4 {
		t.Fatalf("%d holder keys, old parcels need the old ones", len(all))
	}
}
