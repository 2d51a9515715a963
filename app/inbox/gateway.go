package inbox

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"bangban/app/institution"
	"bangban/app/queue"
)

// GatewayConfig is all that a gateway is made of. It keeps nothing of its own: any number may stand before one store.
type GatewayConfig struct {
	Deps
	Institution []byte         // institution.pem
	Holders     []queue.Holder // whom parcels may be sealed to; none: anybody
	Rights      *Rights        // nil: every certified station may send everything
	Limits      Limits
	WellKnown   string            // folder that `institution status` writes; empty: none
	Enrol       Enroller          // nil: no enrolment here
	Grant       institution.Grant // what an enrolment gives
	Log         *slog.Logger      // nil: none
}

// Gateway is the HTTPS face of an inbox.
type Gateway struct {
	c        GatewayConfig
	metrics  *metrics
	memory   *budget
	bodies   bodies
	stations *buckets
	enrols   *buckets
	draining atomic.Bool
	news     chan struct{} // something was accepted
}

// NewGateway makes a gateway.
func NewGateway(c GatewayConfig) (*Gateway, error) {
	if c.Receipts == nil {
		return nil, ErrNoReceipts
	}
	c.Limits = c.Limits.fill(queue.MaxBatch)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	g := &Gateway{c: c, memory: &budget{most: c.Limits.Memory}, stations: newBuckets(c.Limits.Burst), enrols: newBuckets(c.Limits.Enrol),
		news: make(chan struct{}, 1)}
	g.metrics = newMetrics(g.memory)
	return g, nil
}

// Drain makes /readyz say no, so that a load balancer sends nothing more.
func (g *Gateway) Drain() { g.draining.Store(true) }

// TLS is the server's side: TLS 1.3 only. A station shows its identity certificate; which paths need one is decided
// there, because a station that enrols has none yet.
func (g *Gateway) TLS(cert tls.Certificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequestClientCert,
		NextProtos: []string{"http/1.1"}}
}

// Handler gives the paths that stations and relying offices reach.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+queue.PathBatches, g.counted("batches", g.batches))
	mux.HandleFunc("POST "+queue.PathEnrol, g.counted("enrol", g.enrol))
	mux.HandleFunc("POST "+queue.PathCarried, g.counted("carried", g.carried))
	mux.HandleFunc("GET "+queue.PathAnswers, g.counted("answers", g.answers))
	mux.HandleFunc("GET /.well-known/", g.counted("well-known", g.wellKnown))
	g.health(mux)
	return mux
}

// problem is an answer that is not a batch's (RFC 9457). Code is for programs.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`

	wait time.Duration
}

func (p *problem) Error() string { return p.Code }

func refuse(status int, code, title string) *problem {
	return &problem{Status: status, Code: code, Title: title}
}

// counted turns what a handler returns into an answer and counts it.
func (g *Gateway) counted(path string, f func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", g.c.Now().UTC().Format(http.TimeFormat)) // a station compares its clock with it
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		status, err := http.StatusOK, f(w, r)
		if err != nil {
			status = g.fail(w, path, err)
		}
		g.metrics.requests.WithLabelValues(path, strconv.Itoa(status)).Inc()
	}
}

func (g *Gateway) fail(w http.ResponseWriter, path string, err error) int {
	var p *problem
	if !errors.As(err, &p) {
		p = refuse(http.StatusServiceUnavailable, "store", "The inbox cannot store at the moment.")
		p.wait = 5 * time.Second
		g.c.Log.Error("not stored", "path", path, "error", err)
	}
	if p.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.wait+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", queue.TypeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
	return p.Status
}

// caller tells which station's certificate the connection was opened with, today.
func (g *Gateway) caller(r *http.Request) (string, *x509.Certificate, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return "", nil, refuse(http.StatusUnauthorized, "no-certificate", "A station's identity certificate is needed.")
	}
	cert := r.TLS.PeerCertificates[0]
	station, err := institution.VerifyIdentity(g.c.Institution, cert, g.c.Now())
	switch {
	case errors.Is(err, institution.ErrTime):
		return "", nil, refuse(http.StatusForbidden, "certificate-ended", "The identity certificate is not valid now.")
	case err != nil:
		return "", nil, refuse(http.StatusForbidden, "unknown-certificate", "The certificate is not one of this institution's stations.")
	case g.right(station).Blocked:
		return "", nil, refuse(http.StatusForbidden, "blocked", "This station may not send.")
	}
	return station, cert, nil
}

func (g *Gateway) right(station string) Right {
	if g.c.Rights == nil {
		return Right{}
	}
	return g.c.Rights.Of(station)
}

// batches takes one batch.
func (g *Gateway) batches(w http.ResponseWriter, r *http.Request) error {
	station, _, err := g.caller(r)
	if err != nil {
		return err
	}
	if err := g.paced(station); err != nil {
		return err
	}
	data, done, err := g.body(w, r, g.c.Limits.Body)
	if err != nil {
		return err
	}
	defer done()
	b, err := readBatch(r, data, station)
	if err != nil {
		return err
	}
	answer, err := g.take(r, b, g.right(station), len(data))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", queue.TypeAnswer)
	_, err = w.Write(answer)
	if err != nil {
		g.c.Log.Info("answer not delivered", "path", "batches")
	}
	return nil
}

// readBatch compares the batch with what the request says of it.
func readBatch(r *http.Request, data []byte, station string) (*queue.Batch, error) {
	if r.Header.Get("Idempotency-Key") == "" {
		return nil, refuse(http.StatusBadRequest, "no-key", "Idempotency-Key is needed.")
	}
	b, err := queue.DecodeBatch(data)
	if errors.Is(err, queue.ErrTooLarge) {
		return nil, refuse(http.StatusRequestEntityTooLarge, "too-large", "The batch is too large.")
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "malformed", "This is not a batch.")
	}
	if b.Station != station {
		return nil, refuse(http.StatusForbidden, "other-station", "The batch is of another station than the certificate.")
	}
	if len(b.Parcels) == 0 {
		return nil, refuse(http.StatusBadRequest, "empty", "The batch holds no parcel.")
	}
	for name, want := range queue.Attributes(b) {
		if got := r.Header.Get(name); got != want[0] {
			return nil, refuse(http.StatusUnprocessableEntity, "attributes", "Field "+name+" is not the batch's.")
		}
	}
	return b, nil
}

// take stores the batch and signs what was stored.
func (g *Gateway) take(r *http.Request, b *queue.Batch, right Right, size int) ([]byte, error) {
	began := time.Now()
	d := g.c.Deps
	d.Allow = func(h queue.Header) error { return errors.Join(right.allows(h), g.holders(h)) }
	rep, err := TakeBatch(r.Context(), b, d)
	if err != nil {
		return nil, err
	}
	a := queue.Answer{Station: b.Station, Epoch: b.Epoch, Verdicts: []queue.Verdict{}, Checkpoint: rep.Checkpoint, Proven: !rep.Unproven}
	for _, refused := range rep.Refused {
		a.Verdicts = append(a.Verdicts, queue.Verdict{Seq: refused.Seq, Result: queue.Refused.String(), Reason: refused.Reason})
	}
	for _, t := range rep.Taken {
		_, signed, err := t.receipt(d)
		if err != nil {
			return nil, fmt.Errorf("receipt: %w", err)
		}
		v := queue.Verdict{Seq: t.Ref.Seq, Result: t.Result.String(), Receipt: signed}
		if t.Result == queue.Refused {
			v.Result, v.Reason = queue.VerdictFork, "fork"
		}
		a.Verdicts = append(a.Verdicts, v)
	}
	for _, v := range a.Verdicts {
		g.metrics.parcels.WithLabelValues(v.Result).Inc()
	}
	select {
	case g.news <- struct{}{}:
	default:
	}
	if rep.Unproven {
		g.metrics.unproven.Inc()
		g.c.Log.Warn("checkpoint not proven", "station", b.Station, "epoch", b.Epoch)
	}
	g.metrics.seconds.Observe(time.Since(began).Seconds())
	g.metrics.bytes.Observe(float64(size))
	return a.Encode()
}

// holders demands that the institution can open the parcel with each key that it names, in its suite, and that nobody
// else can.
func (g *Gateway) holders(h queue.Header) error {
	if len(g.c.Holders) == 0 {
		return nil
	}
	for _, id := range h.Recipients {
		at := slices.IndexFunc(g.c.Holders, func(known queue.Holder) bool { return known.ID == id })
		switch {
		case at < 0:
			return ErrHolder
		case g.c.Holders[at].Suite != h.Suite:
			return fmt.Errorf("%w: key of another", queue.ErrSuite)
		}
	}
	return nil
}
