package https

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
)

var start = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

// selfSigned makes a server's certificate and the pool that trusts it alone.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: start.Add(-time.Hour), NotAfter: start.Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// open makes a sink to a server that answers with handler.
func open(t *testing.T, handler http.HandlerFunc, edit ...func(*Config)) *Sink {
	t.Helper()
	cert, pool := selfSigned(t)
	s := httptest.NewUnstartedServer(handler)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	t.Cleanup(s.Close)
	c := Config{URL: "https://" + s.Listener.Addr().String(), Roots: pool, Now: func() time.Time { return start },
		Jitter: func(most time.Duration) time.Duration { return most / 2 }}
	for _, e := range edit {
		e(&c)
	}
	sink, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sink.Close)
	return sink
}

func codeOf(err error) string {
	var d *desk.Error
	if errors.As(err, &d) {
		return d.Code
	}
	return ""
}

func TestContract(t *testing.T) {
	w := queuetest.NewWorld(t)
	queuetest.TestSink(t, func(t *testing.T) queue.Sink {
		return open(t, func(rw http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			b, err := queue.DecodeBatch(data)
			if err != nil || r.Header.Get("Idempotency-Key") != queue.Attributes(b).Get("Idempotency-Key") {
				rw.WriteHeader(http.StatusBadRequest)
				return
			}
			a := queue.Answer{Station: b.Station, Epoch: b.Epoch}
			for _, p := range b.Parcels {
				a.Verdicts = append(a.Verdicts, queue.Verdict{Seq: p.Seq, Result: "accepted", Receipt: w.Receipt(t, p, queue.Accepted)})
			}
			a.Verdicts = append(a.Verdicts, queue.Verdict{Seq: 999, Result: "accepted"}) // nobody asked
			out, _ := a.Encode()
			rw.Header().Set("Content-Type", queue.TypeAnswer)
			_, _ = rw.Write(out)
		})
	})
}

// Full jitter below a doubling bound, Retry-After above it, and a clock that is set back does not keep the gate shut.
func TestGate(t *testing.T) {
	now := start
	var asked []time.Duration
	g := &gate{now: func() time.Time { return now }, jitter: func(most time.Duration) time.Duration {
		asked = append(asked, most)
		return most - 1
	}}
	for range 20 {
		g.shut(0)
	}
	if asked[0] != backoffBase || asked[1] != 2*backoffBase || asked[19] != backoffCap {
		t.Errorf("bounds %v", asked)
	}
	if w := g.wait(); w != backoffCap-1 {
		t.Errorf("waits %v", w)
	}
	g.shut(30 * time.Minute)
	if w := g.wait(); w != 30*time.Minute {
		t.Errorf("asked for 30 min, waits %v", w)
	}
	g.shut(1000 * time.Hour)
	if w := g.wait(); w != maxRetry {
		t.Errorf("asked for weeks, waits %v", w)
	}
	now = now.AddDate(-10, 0, 0)
	if w := g.wait(); w != 0 {
		t.Errorf("after the clock was set back, waits %v", w)
	}
	g.shut(0)
	g.open()
	if w := g.wait(); w != 0 {
		t.Errorf("woken, waits %v", w)
	}
}

func TestShutAndWake(t *testing.T) {
	w, calls := queuetest.NewWorld(t), atomic.Int32{}
	s := open(t, func(rw http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		rw.Header().Set("Retry-After", "120")
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	b := w.Batch(t, 1)
	for i, step := range []struct {
		wake  bool
		code  string
		calls int32
	}{{false, "net-busy", 1}, {false, "net-waiting", 1}, {true, "net-busy", 2}} {
		if step.wake {
			s.Wake()
		}
		_, err := s.Deliver(t.Context(), b)
		if codeOf(err) != step.code || !errors.Is(err, queue.ErrOffline) || calls.Load() != step.calls {
			t.Errorf("step %d: %v after %d calls", i, err, calls.Load())
		}
	}
}

// One parcel that the gateway cannot bear is tried alone and keeps its reason; a gateway that is ill is left in peace.
func TestFiveHundreds(t *testing.T) {
	w := queuetest.NewWorld(t)
	s := open(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
	if _, err := s.Deliver(t.Context(), w.Batch(t, 2)); err == nil || errors.Is(err, queue.ErrOffline) {
		t.Fatalf("two parcels: %v", err)
	}
	for range illLimit - 2 {
		out, err := s.Deliver(t.Context(), w.Batch(t, 1))
		if err != nil || out[0].Result != queue.Retry || out[0].Reason != "gateway-500" {
			t.Fatalf("%+v %v", out, err)
		}
	}
	if _, err := s.Deliver(t.Context(), w.Batch(t, 1)); codeOf(err) != "net-ill" {
		t.Fatalf("got %v", err)
	}
}

func TestSkew(t *testing.T) {
	w := queuetest.NewWorld(t)
	s := open(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Date", start.Add(-7*time.Minute).Format(http.TimeFormat))
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, known := s.Skew(); known {
		t.Fatal("known before any answer")
	}
	_, _ = s.Deliver(t.Context(), w.Batch(t, 1))
	if ahead, known := s.Skew(); !known || ahead != 7*time.Minute {
		t.Fatalf("%v %v", ahead, known)
	}
}

// A certificate that has ended by this computer's clock is said to be the clock's fault.
func TestClock(t *testing.T) {
	w := queuetest.NewWorld(t)
	s := open(t, func(http.ResponseWriter, *http.Request) {}, func(c *Config) {
		c.Now = func() time.Time { return start.AddDate(1, 0, 0) }
	})
	if _, err := s.Deliver(t.Context(), w.Batch(t, 1)); codeOf(err) != "net-clock" {
		t.Fatalf("got %v", err)
	}
}

func TestAddress(t *testing.T) {
	for _, u := range []string{"", "http://host", "https://", "https://host/path", "https://user:secret@host", "https://host?x=1", "ftp://host"} {
		if _, err := New(Config{URL: u}); !errors.Is(err, ErrURL) {
			t.Errorf("%q: %v", u, err)
		}
	}
}
