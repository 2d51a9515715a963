package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/pg"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startNATS starts a real nats-server with JetStream on a free loopback port, in a folder of its own.
func startNATS(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("nats-server")
	if err != nil {
		if _, err := os.Stat("/usr/sbin/nats-server"); err != nil {
			t.Skip("no nats-server here: package nats-server brings it")
		}
		bin = "/usr/sbin/nats-server"
	}
	port := inboxtest.FreePort(t)
	dir := t.TempDir()
	cmd := exec.Command(bin, "-a", "127.0.0.1", "-p", fmt.Sprint(port), "-js", "-sd", filepath.Join(dir, "js"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for until := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return "nats://" + address
		}
		if time.Now().After(until) {
			t.Fatalf("nats-server does not answer: %v", err)
		}
		time.Sleep(20 * time.Millisecond) // waits for another process, not for ours
	}
}

// consume reads everything on the stream as a consumer would: messages, and what is new by (station, epoch, seq).
func consume(t *testing.T, url string) (messages int, ids []string) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), "BANGBAN")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := s.Info(t.Context()); err != nil || info.Config.Storage != jetstream.FileStorage {
		t.Fatalf("storage %v, %v", info.Config.Storage, err)
	}
	c, err := s.OrderedConsumer(t.Context(), jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		batch, err := c.FetchNoWait(100)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for m := range batch.Messages() {
			n++
			id := m.Headers().Get("ce-id")
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if messages += n; n == 0 {
			return messages, ids
		}
	}
}

// What is accepted is published after the commit: also what a gateway left behind that died between commit and publish,
// and once in effect where it died between publish and forgetting.
func TestFanOut(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		store, err := pg.Open(t.Context(), inboxtest.StartPostgres(t).Database(t))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		fanOut(t, store)
	})
	t.Run("SQLite", func(t *testing.T) { fanOut(t, openLite(t)) })
}

func fanOut(t *testing.T, store interface {
	inbox.Store
	inbox.Outbox
}) {
	url := startNATS(t)
	bus, err := inbox.OpenBus(t.Context(), inbox.BusConfig{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	if err := store.Subscribe(t.Context(), "BANGBAN"); err != nil {
		t.Fatal(err)
	}
	h := inboxtest.NewHall(t)
	g, address := h.Serve(t, h.Gateway(t, store))
	c := h.Counter(t, "T01", nil)
	c.Issue(t, 4)
	if done, err := c.Deliver(t.Context(), c.Sink(t, address)); err != nil || done.Purged != 4 {
		t.Fatalf("%+v %v", done, err)
	}
	// Nobody published: the gateway died after its commit. The next one finds the notes and dies after publishing two.
	died := errors.New("test: dies after publishing")
	if _, err := store.Drain(t.Context(), 2, func(ctx context.Context, e []inbox.Event) error {
		return errors.Join(bus.Publish(ctx, e), died)
	}); !errors.Is(err, died) {
		t.Fatalf("got %v", err)
	}
	if n, err := store.Waiting(t.Context()); err != nil || n != 4 {
		t.Fatalf("%d noted, %v", n, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	emptied := make(chan struct{}, 64)
	go func() {
		defer close(ended)
		g.FanOut(ctx, store, func(ctx context.Context, e []inbox.Event) error {
			defer func() { emptied <- struct{}{} }()
			return bus.Publish(ctx, e)
		})
	}()
	c.Issue(t, 3)
	if done, err := c.Deliver(t.Context(), c.Sink(t, address)); err != nil || done.Purged != 3 {
		t.Fatalf("%+v %v", done, err)
	}
	for {
		n, err := store.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		<-emptied
	}
	stop()
	<-ended
	messages, ids := consume(t, url)
	if messages != 7 || len(ids) != 7 {
		t.Fatalf("%d messages, %d parcels", messages, len(ids))
	}
	// The control: without an id the same publication doubles.
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	m := nats.NewMsg("bangban.parcels.voucher.T01")
	m.Header.Set("ce-id", "T01/1/1")
	if _, err := js.PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if messages, ids := consume(t, url); messages != 8 || len(ids) != 7 {
		t.Fatalf("control: %d messages, %d parcels", messages, len(ids))
	}
}
