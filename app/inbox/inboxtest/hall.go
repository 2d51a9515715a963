package inboxtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/inbox"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/https"
	"bangban/app/store"

	"golang.org/x/mod/sumdb/note"
)

// Start is the moment at which a hall opens.
var Start = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

// Person and PersonNumber are whom every voucher of a hall is for: an invented person whose name must lie open nowhere.
const (
	Person       = "SPECIMEN QINGLAN"
	PersonNumber = "SPECIMEN330106195003124417"
)

// Hall is an institution and what tests need of it: a clock, a gateway's folder, stations.
type Hall struct {
	Institution *institution.Institution
	Dir, Keys   string // of the institution, of its gateway
	Roots       *x509.CertPool
	Receipts    note.Verifiers

	mu sync.Mutex
	at time.Time
}

// NewHall makes an institution and the folder of its gateway on 127.0.0.1.
func NewHall(t testing.TB) *Hall {
	t.Helper()
	dir := t.TempDir()
	h := &Hall{Dir: filepath.Join(dir, "institution"), Keys: filepath.Join(dir, "gateway"), Roots: x509.NewCertPool(), at: Start}
	var err error
	if h.Institution, err = institution.Create(h.Dir, institution.Options{Name: desk.Text{"en": "SPECIMEN office"},
		Issuer: "https://specimen.example/id", Rand: rand.Reader, Now: h.Now}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Institution.MakeGateway(h.Keys, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	h.Roots.AppendCertsFromPEM(h.Institution.PEM())
	vkeys, err := h.Institution.ReceiptKeys()
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkeys[0])
	if err != nil {
		t.Fatal(err)
	}
	h.Receipts = note.VerifierList(v)
	return h
}

// Now is the hall's time.
func (h *Hall) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// Pass lets time pass.
func (h *Hall) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// Gateway is a gateway's configuration on a store.
func (h *Hall) Gateway(t testing.TB, s inbox.Store) inbox.GatewayConfig {
	t.Helper()
	signer, err := h.Institution.ReceiptSigner()
	if err != nil {
		t.Fatal(err)
	}
	c := inbox.GatewayConfig{Institution: h.Institution.PEM(),
		Deps: inbox.Deps{Store: s, Receipts: signer, Now: h.Now, Identify: inbox.Remember(inbox.Known(h.Institution.PEM(), h.Now), 1000)}}
	holders, err := h.Institution.Holders()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range holders {
		one, err := queue.NewHolder(k)
		if err != nil {
			t.Fatal(err)
		}
		c.Holders = append(c.Holders, one)
	}
	return c
}

// Serve runs a gateway until the test ends and gives its address.
func (h *Hall) Serve(t testing.TB, c inbox.GatewayConfig) (g *inbox.Gateway, address string) {
	t.Helper()
	g, err := inbox.NewGateway(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Serve(ctx, l, nil, h.ServerCertificate(t)) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("gateway: %v", err)
		}
	})
	return g, l.Addr().String()
}

// ServerCertificate is the gateway's.
func (h *Hall) ServerCertificate(t testing.TB) tls.Certificate {
	t.Helper()
	i, err := institution.Open(h.Keys, institution.Options{Rand: rand.Reader, Now: h.Now})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := i.GatewayTLS()
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// Counter is a station with a store of its own.
type Counter struct {
	*store.Store
	Name string
	Key  *ecdsa.PrivateKey
	Cert *x509.Certificate
	Pace *queue.Pace // of Deliver; nil: 64 parcels a batch

	h    *Hall
	path string
}

// Path is the counter's database.
func (c *Counter) Path() string { return c.path }

// Counter makes a station. Two of the same name and key are a station and its clone.
func (h *Hall) Counter(t testing.TB, name string, key *ecdsa.PrivateKey) *Counter {
	t.Helper()
	var err error
	c := &Counter{Name: name, Key: key, h: h}
	if key == nil {
		if c.Key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	if c.Cert, err = h.Institution.IdentityCertificate(name, &c.Key.PublicKey); err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(name, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	c.path = filepath.Join(t.TempDir(), "bangban.db")
	c.Store, err = store.Open(t.Context(), store.Config{Path: c.path, Station: name, Now: h.Now,
		Sealer: h.Sealer(t, c.Key, c.Cert), Signer: signer, Block: store.Block{First: 1, Last: 100_000}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Store.Close() })
	return c
}

// Sealer seals to the institution's back office.
func (h *Hall) Sealer(t testing.TB, key *ecdsa.PrivateKey, cert *x509.Certificate) *queue.Sealer {
	t.Helper()
	s := &queue.Sealer{Identity: key, IdentityCert: cert.Raw}
	holders, err := h.Institution.Holders()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range holders[:2] { // as a bundle names them
		one, err := queue.NewHolder(k)
		if err != nil {
			t.Fatal(err)
		}
		s.Holders = append(s.Holders, one)
	}
	return s
}

// Issue writes n vouchers: n parcels.
func (c *Counter) Issue(t testing.TB, n int) {
	t.Helper()
	for range n {
		_, err := c.Store.Issue(t.Context(), func(slot flow.Slot) (flow.Signed, error) {
			b := desk.Before{Schema: 1, Station: c.Name, At: Start, OSTime: Start, Expires: Start.Add(24 * time.Hour), Clerk: "01", Purpose: "housing-fund",
				Person: desk.Person{Name: Person, Number: PersonNumber}, Consent: desk.Consent{Answer: desk.YesOwn, At: Start}}
			if _, err := rand.Read(b.Salt[:]); err != nil {
				return flow.Signed{}, err
			}
			enc, err := b.Encode()
			cose := append([]byte("COSE "), b.Salt[:]...)
			return flow.Signed{Before: enc, COSE: cose, CTI: b.Salt, Row: desk.LedgerRow{Serial: fmt.Sprintf("%s-%06d", c.Name, slot.Serial),
				Day: "2026-11-26", Clerk: "01", Hash: sha256.Sum256(cose)}}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Sink posts to a gateway; edit changes its configuration.
func (c *Counter) Sink(t testing.TB, address string, edit ...func(*https.Config)) *https.Sink {
	t.Helper()
	cfg := https.Config{URL: "https://" + address, Roots: c.h.Roots, Now: c.h.Now, Certificate: func() (tls.Certificate, error) {
		return tls.Certificate{Certificate: [][]byte{c.Cert.Raw}, PrivateKey: c.Key, Leaf: c.Cert}, nil
	}}
	for _, e := range edit {
		e(&cfg)
	}
	s, err := https.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Deliver makes one pass.
func (c *Counter) Deliver(ctx context.Context, s queue.Sink) (queue.Settled, error) {
	return queue.Deliver(ctx, c.Store, s, queue.Options{Receipts: c.h.Receipts, Now: true, Pace: c.Pace})
}

// Unsent counts what has no receipt yet.
func (c *Counter) Unsent(t testing.TB) int {
	t.Helper()
	st, err := c.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st.Total - st.States[queue.StatePurged]
}
