package inbox

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what an operator watches. No label names a station: there are 100,000.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec // by path and status
	parcels  *prometheus.CounterVec // by result
	unproven prometheus.Counter
	seconds  prometheus.Histogram // of one batch, from the last byte in to the commit
	bytes    prometheus.Histogram
	fanned   *prometheus.CounterVec // by result
}

func newMetrics(mem *budget) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bangban_inbox_requests_total", Help: "Requests by path and status."}, []string{"path", "status"}),
		parcels:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bangban_inbox_parcels_total", Help: "Parcels by verdict."}, []string{"result"}),
		unproven: prometheus.NewCounter(prometheus.CounterOpts{Name: "bangban_inbox_unproven_checkpoints_total", Help: "Checkpoints that did not continue the one held."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "bangban_inbox_batch_seconds", Help: "From the whole batch to its receipts.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15)}),
		bytes: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "bangban_inbox_batch_bytes", Help: "Size of batches.",
			Buckets: prometheus.ExponentialBuckets(4096, 4, 8)}),
		fanned: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bangban_inbox_published_total", Help: "Parcels handed to the bus, by result."}, []string{"result"}),
	}
	memory := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "bangban_inbox_batch_memory_bytes", Help: "Bytes of batches in hand."}, mem.now)
	m.registry.MustRegister(m.requests, m.parcels, m.unproven, m.seconds, m.bytes, m.fanned, memory,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Operations is for a listener that only the machine's own operators reach: /metrics, /healthz, /readyz.
func (g *Gateway) Operations() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g.metrics.registry, promhttp.HandlerOpts{}))
	g.health(mux)
	return mux
}

// health tells a load balancer: alive, and able to take.
func (g *Gateway) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		p, ok := g.c.Store.(interface{ Ping(context.Context) error })
		switch {
		case g.draining.Load():
			plain(w, http.StatusServiceUnavailable, "shutting down")
		case ok && p.Ping(ctx) != nil:
			plain(w, http.StatusServiceUnavailable, "the store does not answer")
		case g.c.Rights != nil && g.c.Rights.Err() != nil:
			plain(w, http.StatusServiceUnavailable, "rights.json cannot be read; the older rights are in force")
		default:
			plain(w, http.StatusOK, "ready")
		}
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
