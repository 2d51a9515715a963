package inbox_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"bangban/app/inbox/inboxtest"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"golang.org/x/mod/sumdb/note"
)

// fault is one thing that a network or a gateway does to a counter, for a while.
type fault struct {
	name  string
	toxic string                                 // for toxiproxy, between the two
	http  func(next http.Handler) http.Handler   // at the gateway
	proxy func(t *testing.T, to string) *url.URL // between the two, as a proxy that the counter is told of
	front func(t *testing.T) string              // instead of the gateway
	want  string                                 // desk code that a person is told; empty: not looked at
}

func toxicOf(name, stream, kind, attributes string) fault {
	return fault{name: name, toxic: fmt.Sprintf(`{"name":"t","type":%q,"stream":%q,"toxicity":1,"attributes":{%s}}`, kind, stream, attributes)}
}

func answering(name, want string, status int, fields map[string]string, body string) fault {
	return fault{name: name, want: want, http: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for k, v := range fields {
				w.Header().Set(k, v)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}}
}

// afterwards lets the gateway do its work, then changes what it answers. A nil answer cuts the line.
func afterwards(name, want string, change func(body []byte) (status int, kind string, answer []byte)) fault {
	return fault{name: name, want: want, http: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			status, kind, answer := change(rec.Body.Bytes())
			if answer == nil {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write(answer)
		})
	}}
}

// instead answers a batch without looking at it, as a liar would.
func instead(name string, receipt func(p queue.Parcel) []byte) fault {
	return fault{name: name, http: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			b, err := queue.DecodeBatch(data)
			if err != nil { // the control's own message
				return
			}
			a := queue.Answer{Station: b.Station, Epoch: b.Epoch, Proven: true}
			for _, p := range b.Parcels {
				a.Verdicts = append(a.Verdicts, queue.Verdict{Seq: p.Seq, Result: "accepted", Receipt: receipt(p)})
			}
			out, _ := a.Encode()
			w.Header().Set("Content-Type", queue.TypeAnswer)
			_, _ = w.Write(out)
		})
	}}
}

func faults(t *testing.T, h *inboxtest.Hall) []fault {
	html := map[string]string{"Content-Type": "text/html"}
	const page = "<html>Please log in</html>"
	list := []fault{
		toxicOf("latency on the way up", "upstream", "latency", `"latency":120,"jitter":40`),
		toxicOf("latency on the way down", "downstream", "latency", `"latency":120,"jitter":40`),
		toxicOf("64 kbit/s", "upstream", "bandwidth", `"rate":8`),
		toxicOf("a few bytes at a time", "upstream", "slicer", `"average_size":200,"size_variation":100,"delay":300`),
		toxicOf("a few bytes at a time, down", "downstream", "slicer", `"average_size":40,"size_variation":20,"delay":300`),
		toxicOf("half open, up", "upstream", "timeout", `"timeout":0`),
		toxicOf("half open, down", "downstream", "timeout", `"timeout":0`),
		toxicOf("cut after 50 ms", "downstream", "timeout", `"timeout":50`),
		toxicOf("reset at once", "upstream", "reset_peer", `"timeout":0`),
		toxicOf("reset after 40 ms", "downstream", "reset_peer", `"timeout":40`),
		toxicOf("slow close", "downstream", "slow_close", `"delay":100`),
	}
	for _, n := range []int{0, 200, 1800, 2600, 9000, 30000} {
		list = append(list, toxicOf(fmt.Sprintf("cut after %d bytes up", n), "upstream", "limit_data", fmt.Sprintf(`"bytes":%d`, n)))
	}
	for _, n := range []int{100, 1500, 2400, 3000, 4000} {
		list = append(list, toxicOf(fmt.Sprintf("cut after %d bytes down", n), "downstream", "limit_data", fmt.Sprintf(`"bytes":%d`, n)))
	}
	stranger, other := queuetest.NewWorld(t), inboxtest.NewHall(t)
	own, err := h.Institution.ReceiptSigner()
	if err != nil {
		t.Fatal(err)
	}
	sign := func(r queue.Receipt, s note.Signer) []byte {
		b, err := queue.SignReceipt(r, s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return append(list,
		afterwards("answer lost after the commit", "net-none", func([]byte) (int, string, []byte) { return 0, "", nil }),
		afterwards("500 after the commit", "", func([]byte) (int, string, []byte) { return 500, "text/plain", []byte("x") }),
		afterwards("answer cut in half", "net-odd", func(b []byte) (int, string, []byte) { return 200, queue.TypeAnswer, b[:len(b)/2] }),
		answering("503 with Retry-After", "net-busy", 503, map[string]string{"Retry-After": "7"}, ""),
		answering("429 with Retry-After", "net-busy", 429, map[string]string{"Retry-After": "7"}, ""),
		answering("storm of 500", "net-ill", 500, nil, ""),
		answering("502 of a load balancer", "net-ill", 502, html, page),
		answering("login page, 200", "net-portal", 200, html, page),
		answering("login page, 302", "net-portal", 302, map[string]string{"Location": "https://portal.example/"}, ""),
		answering("login page, 511", "net-portal", 511, html, page),
		answering("empty 200", "net-odd", 200, map[string]string{"Content-Type": queue.TypeAnswer}, ""),
		answering("certificate refused", "net-refused", 403, nil, ""),
		instead("accepted, unsigned", func(queue.Parcel) []byte { return []byte("accepted") }),
		instead("accepted, signed by a stranger", func(p queue.Parcel) []byte {
			return sign(queue.Receipt{Station: p.Station, Epoch: p.Epoch, Seq: p.Seq, Hash: p.Hash, Result: queue.Accepted, Time: h.Now()}, stranger.Gateway)
		}),
		instead("receipts of another station", func(p queue.Parcel) []byte {
			return sign(queue.Receipt{Station: "T99", Epoch: p.Epoch, Seq: p.Seq, Hash: p.Hash, Result: queue.Accepted, Time: h.Now()}, own)
		}),
		fault{name: "another certificate", want: "net-stranger", front: func(t *testing.T) string {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.TLS = &tls.Config{Certificates: []tls.Certificate{other.ServerCertificate(t)}}
			s.StartTLS()
			t.Cleanup(s.Close)
			return s.Listener.Addr().String()
		}},
		fault{name: "login page in plain HTTP", want: "net-portal", front: func(t *testing.T) string {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) }))
			t.Cleanup(s.Close)
			return s.Listener.Addr().String()
		}},
		fault{name: "nobody listens", want: "net-none", front: func(t *testing.T) string {
			return fmt.Sprintf("127.0.0.1:%d", inboxtest.FreePort(t))
		}},
		fault{name: "proxy that wants a name", want: "net-proxy-login", proxy: refusingProxy(http.StatusProxyAuthRequired)},
		fault{name: "proxy that forbids", want: "net-proxy", proxy: refusingProxy(http.StatusForbidden)},
	)
}

func refusingProxy(status int) func(t *testing.T, to string) *url.URL {
	return func(t *testing.T, _ string) *url.URL {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
}

// road is the way from a counter to a gateway, with one fault that can be taken away.
type road struct {
	address string
	proxy   func(*http.Request) (*url.URL, error)
	heal    func()
}

// build lays the road to handler.
func (f fault) build(t *testing.T, h *inboxtest.Hall, handler http.Handler, conf *tls.Config) *road {
	var ill atomic.Bool
	ill.Store(true)
	inner := handler
	if f.http != nil {
		spoiled := f.http(inner)
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if ill.Load() {
				spoiled.ServeHTTP(w, r)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = conf
	server.StartTLS()
	t.Cleanup(server.Close)
	up := server.Listener.Addr().String()
	bad := up
	if f.front != nil {
		bad = f.front(t)
	}
	p := newToxic(t, bad)
	if f.toxic != "" {
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(f.toxic)); err != nil {
			t.Fatal(err)
		}
	}
	r := &road{address: p.Listen, proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
	if f.proxy != nil {
		through := f.proxy(t, up)
		r.proxy = func(*http.Request) (*url.URL, error) {
			if ill.Load() {
				return through, nil
			}
			return nil, nil
		}
	}
	r.heal = func() {
		ill.Store(false)
		p.Toxics.ResetToxics(context.Background())
		if f.front != nil {
			p.Stop()
			p.Upstream = up
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return r
}

func newToxic(t *testing.T, upstream string) *toxiproxy.Proxy {
	t.Helper()
	server := &toxiproxy.ApiServer{Collection: toxiproxy.NewProxyCollection(), Metrics: toxiproxy.NewMetricsContainer(nil)}
	silent(&server.Logger)
	p := toxiproxy.NewProxy(server, "p", "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// silent makes a logger that writes nowhere: its zero value.
func silent[T any](at **T) { *at = new(T) }
