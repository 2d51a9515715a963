package station

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"
	"bangban/app/queue/https"
)

// post keeps the sink of the gateway: it remembers open connections and when to come back.
type post struct {
	mu      sync.Mutex
	address string
	sink    *https.Sink
	last    error // of the last pass over the network
	done    bool  // there was one

	pace queue.Pace
}

// of gives what is known of the line; nothing of a folder.
func (p *post) of(overNet bool) *queue.Pace {
	if overNet {
		return &p.pace
	}
	return nil
}

// gateway gives the sink of the bundle's gateway; nil: the bundle names none.
func (s *Station) gateway() (*https.Sink, error) {
	for _, k := range s.bundle.Sinks {
		if k.Kind == "https" {
			return s.sinkOf(k.Address)
		}
	}
	return nil, nil
}

func (s *Station) sinkOf(address string) (*https.Sink, error) {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	if s.post.sink != nil && s.post.address == address {
		return s.post.sink, nil
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.bundle.Institution)
	sink, err := https.New(https.Config{URL: address, Roots: roots, Now: s.o.Now, Certificate: s.clientCertificate})
	if err != nil {
		return nil, &desk.Error{Op: "queue.deliver", Code: "net-address", Args: map[string]string{"Address": address}, Err: err}
	}
	if s.post.sink != nil {
		s.post.sink.Close()
	}
	s.post.address, s.post.sink = address, sink
	return sink, nil
}

// clientCertificate is the station's identity; none before the institution has answered.
func (s *Station) clientCertificate() (tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.identityCert == nil || s.identity == nil {
		return tls.Certificate{}, nil
	}
	return tls.Certificate{Certificate: [][]byte{s.identityCert.Raw}, PrivateKey: s.identity, Leaf: s.identityCert}, nil
}

// EnrolOnline hands this counter's request in at a gateway and takes the answer in. Without an address it is the
// bundle's gateway.
func (s *Station) EnrolOnline(ctx context.Context, address string) error {
	sink, err := s.gateway()
	if address != "" {
		sink, err = s.sinkOf(address)
	}
	if err != nil {
		return err
	}
	if sink == nil {
		return &desk.Error{Op: "station.enrol", Code: "queue-no-sink"}
	}
	request, err := s.Request()
	if err != nil {
		return err
	}
	answer, err := sink.Enrol(ctx, request)
	if err != nil {
		return err
	}
	if err := s.Import(ctx, answer); err != nil {
		return err
	}
	sink.Close() // the next connection shows the new certificate
	return nil
}

// renewDue tells whether identity or delegation are past two thirds of their lives.
func (s *Station) renewDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.identityCert == nil || s.delegated == nil {
		return false
	}
	now := s.clock.Time()
	past := func(from, to time.Time) bool { return now.After(from.Add(to.Sub(from) * 2 / 3)) }
	if s.smDue(now) {
		return true
	}
	return past(s.identityCert.NotBefore, s.identityCert.NotAfter) || past(s.delegated.NotBefore, s.delegated.Expires)
}

// renew asks for the next answer after a delivery, where it is due and nobody is logged in: taking an answer in locks.
// Not being answered keeps nobody from work; the screen names an end that comes near.
func (s *Station) renew(ctx context.Context, gate *https.Sink) {
	s.mu.Lock()
	busy := s.key != nil
	s.mu.Unlock()
	if gate == nil || busy || s.o.Training || s.o.ReadOnly || !s.renewDue() {
		return
	}
	if err := s.EnrolOnline(ctx, ""); err != nil {
		s.o.Log.Warn("station", "op", "renew", "err", err)
	}
}

// deliverEvery is how often a counter that is open looks whether something waits. The sink itself decides when to try
// again after a failure.
const deliverEvery = 20 * time.Second

// Courier sends what waits by itself until ctx ends. A counter without a gateway has nothing for it to do: folders are
// filled on demand.
func (s *Station) Courier(ctx context.Context) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	var programs asking
	for {
		if gate, err := s.gateway(); err == nil && gate != nil {
			_, err := s.send(ctx, gate, queue.Options{Carried: true, Lease: sendLease, Pace: &s.post.pace})
			s.note(err)
			if err == nil {
				s.renew(ctx, gate)
				programs.ask(ctx, s)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// note keeps what the last try over the network came to; waiting for the next one is no news.
func (s *Station) note(err error) {
	var d *desk.Error
	if errors.As(err, &d) && d.Code == "net-waiting" {
		return
	}
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.last, s.post.done = err, true
}

// skewLimit is how far the two clocks may be apart before somebody is told.
const skewLimit = 5 * time.Minute

// network is the probe of the way to the gateway; without one, work goes on and is carried.
func (s *Station) network() desk.Probe {
	gate, err := s.gateway()
	if gate == nil && err == nil {
		return desk.Probe{Name: "network", Level: desk.LevelGood, Code: "offline"}
	}
	s.post.mu.Lock()
	last, done := s.post.last, s.post.done
	s.post.mu.Unlock()
	var d *desk.Error
	switch {
	case errors.As(errors.Join(err, last), &d):
		return desk.Probe{Name: "network", Level: desk.LevelWarn, Code: d.Code}
	case err != nil || last != nil:
		return desk.Probe{Name: "network", Level: desk.LevelWarn}
	case !done:
		return desk.Probe{Name: "network", Level: desk.LevelUnknown}
	}
	if ahead, known := gate.Skew(); known && ahead.Abs() > skewLimit {
		return desk.Probe{Name: "network", Level: desk.LevelWarn, Code: "net-skew"}
	}
	return desk.Probe{Name: "network", Level: desk.LevelGood}
}
