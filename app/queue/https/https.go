package https

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"
)

// ErrURL is an address that is not https://HOST[:PORT].
var ErrURL = errors.New("https: the gateway's address is https://HOST or https://HOST:PORT")

// Config is what the sink needs. Zero durations and functions have the usual values.
type Config struct {
	URL         string                                                  // https://HOST[:PORT]
	Roots       *x509.CertPool                                          // the institution's certificates, nothing else
	Certificate func() (tls.Certificate, error)                         // the station's identity; nil: none yet
	Now         func() time.Time                                        // this computer's clock
	Jitter      func(time.Duration) time.Duration                       // nil: math/rand
	Proxy       func(*http.Request) (*url.URL, error)                   // nil: of the environment
	Dial        func(context.Context, string, string) (net.Conn, error) // nil: net.Dialer
	Stall       time.Duration                                           // for how long nothing may move; 0: 60 s
	Total       time.Duration                                           // for one batch; 0: 10 min
}

var _ queue.Sink = (*Sink)(nil)

// Sink posts batches. Its methods are safe for concurrent use. It keeps connections open between batches.
type Sink struct {
	c      Config
	host   string
	base   string
	client *http.Client
	gate   *gate

	mu   sync.Mutex
	skew time.Duration
	told bool
}

// New makes the sink of a gateway.
func New(c Config) (*Sink, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, ErrURL
	}
	c.fill()
	s := &Sink{c: c, host: u.Hostname(), base: "https://" + u.Host, gate: &gate{now: c.Now, jitter: c.Jitter}}
	s.client = &http.Client{
		Transport:     s.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

func (c *Config) fill() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = func(most time.Duration) time.Duration { return rand.N(most) }
	}
	if c.Proxy == nil {
		c.Proxy = http.ProxyFromEnvironment
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	if c.Stall <= 0 {
		c.Stall = time.Minute
	}
	if c.Total <= 0 {
		c.Total = 10 * time.Minute
	}
}

func (s *Sink) transport() *http.Transport {
	return &http.Transport{
		Proxy: s.c.Proxy, DialContext: s.c.Dial, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: min(s.c.Stall, 20*time.Second), MaxResponseHeaderBytes: 16 << 10,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: s.c.Roots, Time: s.c.Now,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if s.c.Certificate == nil {
					return &tls.Certificate{}, nil
				}
				cert, err := s.c.Certificate()
				return &cert, err
			}},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return &proxyError{res.StatusCode}
			}
			return nil
		},
	}
}

// Name implements queue.Sink.
func (s *Sink) Name() string { return s.host }

// Wake lets the next delivery happen at once: "send now", or a network that came up.
func (s *Sink) Wake() { s.gate.open() }

// Close ends idle connections.
func (s *Sink) Close() { s.client.CloseIdleConnections() }

// Skew tells how far this computer's clock is ahead of the gateway's, once an answer has come.
func (s *Sink) Skew() (ahead time.Duration, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.skew, s.told
}

// Deliver implements queue.Sink.
func (s *Sink) Deliver(ctx context.Context, b queue.Batch) ([]queue.Outcome, error) {
	if len(b.Parcels) == 0 {
		return nil, nil
	}
	if wait := s.gate.wait(); wait > 0 {
		return nil, &desk.Error{Op: "queue.deliver", Code: "net-waiting", Err: queue.ErrOffline,
			Args: map[string]string{"Host": s.host, "Seconds": fmt.Sprint(int((wait + time.Second - 1) / time.Second))}}
	}
	data, err := b.Encode()
	if err != nil {
		return nil, err
	}
	body, err := s.call(ctx, http.MethodPost, queue.PathBatches, queue.Attributes(&b), data, queue.TypeAnswer, queue.MaxAnswer)
	var status *statusError
	switch {
	case errors.As(err, &status) && !errors.Is(err, queue.ErrOffline) && len(b.Parcels) == 1:
		return []queue.Outcome{{Seq: b.Parcels[0].Seq, Result: queue.Retry, Reason: fmt.Sprintf("gateway-%d", status.status)}}, nil
	case err != nil:
		return nil, err
	}
	answer, err := queue.DecodeAnswer(body)
	if err != nil || answer.Station != b.Station || answer.Epoch != b.Epoch {
		s.gate.shut(0)
		return nil, s.fault("net-odd", errors.Join(errAnswer, queue.ErrNoAnswer, err))
	}
	s.gate.well()
	return answer.Outcomes(b), nil
}

// call sends one request and reads the whole answer. Every error that is the network's or the gateway's fault shuts the
// gate and is queue.ErrOffline.
func (s *Sink) call(ctx context.Context, method, path string, fields http.Header, data []byte, want string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Total)
	defer cancel()
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	dog := time.AfterFunc(s.c.Stall, func() { stop(errStalled) })
	defer dog.Stop()
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header, req.ContentLength = fields, int64(len(data))
	if method == http.MethodPost {
		req.GetBody = func() (io.ReadCloser, error) {
			return io.NopCloser(&moving{bytes.NewReader(data), func() { dog.Reset(s.c.Stall) }}), nil
		}
		req.Body, _ = req.GetBody()
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, s.off(ctx, err, wrote.Load())
	}
	defer res.Body.Close()
	s.clock(res.Header.Get("Date"))
	res.Body = struct {
		io.Reader
		io.Closer
	}{&moving{res.Body, func() { dog.Reset(s.c.Stall) }}, res.Body}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if res.StatusCode != http.StatusOK || kind != want {
		err, retry := s.judge(res)
		if errors.Is(err, queue.ErrOffline) {
			s.gate.shut(retry)
		}
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, s.off(ctx, err, true)
	}
	if int64(len(body)) > limit {
		s.gate.shut(0)
		return nil, s.fault("net-odd", errors.Join(errAnswer, queue.ErrNoAnswer))
	}
	return body, nil
}

// off is a failure on the way, before the request went out or after. Where the caller has stopped it is the caller's own.
func (s *Sink) off(ctx context.Context, err error, sent bool) error {
	if sent {
		err = fmt.Errorf("%w: %w", queue.ErrNoAnswer, err)
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return err
	}
	s.gate.shut(0)
	return s.broken(ctx, err)
}

// clock notes how far apart the two clocks are.
func (s *Sink) clock(date string) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew, s.told = s.c.Now().Sub(at), true
}

// moving tells that bytes move.
type moving struct {
	r     io.Reader
	moved func()
}

// Read implements io.Reader.
func (m *moving) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 {
		m.moved()
	}
	return n, err
}

func decodeJSON(r io.Reader, v any) error { return json.NewDecoder(r).Decode(v) }
