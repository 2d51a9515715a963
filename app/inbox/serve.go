package inbox

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// stopTime is how long requests in hand have to end.
const stopTime = 20 * time.Second

// Serve answers on both listeners until ctx ends, then lets the requests in hand end. operations may be nil.
func (g *Gateway) Serve(ctx context.Context, public, operations net.Listener, cert tls.Certificate) error {
	main := &http.Server{Handler: g.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		WriteTimeout: 15 * time.Minute, ErrorLog: slog.NewLogLogger(g.c.Log.Handler(), slog.LevelDebug)}
	servers := []*http.Server{main}
	failed := make(chan error, 2)
	go func() { failed <- main.Serve(tls.NewListener(public, g.TLS(cert))) }()
	if operations != nil {
		ops := &http.Server{Handler: g.Operations(), ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
		servers = append(servers, ops)
		go func() { failed <- ops.Serve(operations) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	g.Drain()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	for _, s := range servers {
		if e := s.Shutdown(stop); e != nil {
			err = errors.Join(err, e, s.Close())
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}
