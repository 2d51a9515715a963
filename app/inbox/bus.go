package inbox

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// BusConfig says where accepted parcels are published.
type BusConfig struct {
	URL      string // nats://HOST:PORT
	Stream   string // its name; empty: BANGBAN
	Subject  string // beginning of the subjects; empty: bangban.parcels
	Replicas int    // 0: 1
}

// Bus publishes accepted parcels to NATS JetStream: subject <Subject>.<kind>.<station>, the sealed envelope as body,
// CloudEvents attributes as headers, Nats-Msg-Id = station/epoch/seq. Delivery is at least once: the broker forgets ids
// after minutes, so a consumer keeps (station, epoch, seq) itself. An envelope that is larger than the server takes is
// announced without a body and the header Bangban-Body: fetch.
type Bus struct {
	c  BusConfig
	nc *nats.Conn
	js jetstream.JetStream
}

// ErrBus is a bus that did not take what was published.
var ErrBus = errors.New("inbox: the bus did not confirm")

// OpenBus connects and makes the stream, stored in files, where there is none.
func OpenBus(ctx context.Context, c BusConfig) (*Bus, error) {
	if c.Stream == "" {
		c.Stream = "BANGBAN"
	}
	if c.Subject == "" {
		c.Subject = "bangban.parcels"
	}
	if c.Replicas <= 0 {
		c.Replicas = 1
	}
	nc, err := nats.Connect(c.URL, nats.Name("bangban inbox"), nats.MaxReconnects(-1), nats.Timeout(5*time.Second))
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(nc)
	if err == nil {
		_, err = js.Stream(ctx, c.Stream)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: c.Stream, Subjects: []string{c.Subject + ".>"},
				Storage: jetstream.FileStorage, Replicas: c.Replicas})
		}
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Bus{c, nc, js}, nil
}

// Close ends the connection.
func (b *Bus) Close() { b.nc.Close() }

// Publish hands events over and returns when every one is stored.
func (b *Bus) Publish(ctx context.Context, events []Event) error {
	futures := make([]jetstream.PubAckFuture, 0, len(events))
	for _, e := range events {
		f, err := b.js.PublishMsgAsync(b.message(e))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBus, err)
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		select {
		case <-f.Ok():
		case err := <-f.Err():
			return fmt.Errorf("%w: %w", ErrBus, err)
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrBus, ctx.Err())
		}
	}
	return nil
}

func (b *Bus) message(e Event) *nats.Msg {
	id := fmt.Sprintf("%s/%d/%d", e.Station, e.Epoch, e.Seq)
	m := nats.NewMsg(b.c.Subject + "." + token(e.Kind) + "." + token(e.Station))
	for k, v := range map[string]string{jetstream.MsgIDHeader: id, "ce-specversion": "1.0", "ce-id": id, "ce-source": "urn:bangban:station:" + e.Station,
		"ce-type": "bangban.parcel." + e.Kind + ".1", "ce-time": e.Day + "T00:00:00Z", "Bangban-Hash": hex.EncodeToString(e.Hash[:])} {
		m.Header.Set(k, v)
	}
	const headroom = 4 << 10
	if int64(len(e.Sealed)+headroom) > b.nc.MaxPayload() {
		m.Header.Set("Bangban-Body", "fetch")
		return m
	}
	m.Data = e.Sealed
	return m
}

// token makes one token of a subject.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, s)
}

// drainSize is how many parcels are published at once.
const drainSize = 128

// FanOut publishes what the outbox holds until ctx ends. It wakes on every accepted batch and every second, because
// other gateways accept too.
func (g *Gateway) FanOut(ctx context.Context, box Outbox, publish func(context.Context, []Event) error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		one, cancel := context.WithTimeout(ctx, 30*time.Second)
		n, err := box.Drain(one, drainSize, publish)
		cancel()
		if err != nil && ctx.Err() == nil {
			g.metrics.fanned.WithLabelValues("failed").Inc()
			g.c.Log.Warn("not published", "error", err)
		}
		g.metrics.fanned.WithLabelValues("published").Add(float64(n))
		if n == drainSize && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-g.news:
		}
	}
}
