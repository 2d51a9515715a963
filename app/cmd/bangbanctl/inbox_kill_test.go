package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	mrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/pg"
	"bangban/app/institution"
	"bangban/app/queue"
	"bangban/app/queue/https"
	"bangban/app/store"
)

// many is how often a fault is tried: a few times, or with BANGBAN_FULL as often as the fault matrix wants.
func many(few, all int) int {
	if os.Getenv("BANGBAN_FULL") != "" {
		return all
	}
	return few
}

// careless names the environment in which the program is a gateway that is broken on purpose: it signs before it stores.
const careless = "BANGBAN_TEST_CARELESS"

// hasty is an inbox that says that all is stored, and stores it later.
type hasty struct {
	*pg.Store
	later chan inbox.Intake
}

// Take implements inbox.Store.
func (h hasty) Take(_ context.Context, in inbox.Intake) (out []inbox.Taken, _ error) {
	for _, i := range in.Items {
		out = append(out, inbox.Taken{Ref: inbox.Ref{Station: in.Station, Epoch: in.Epoch, Seq: i.Envelope.Header.Seq}, Result: queue.Accepted, Held: i.Envelope.Hash})
	}
	in.Checkpoint = nil
	h.later <- in
	return out, nil
}

// serveCareless runs the control: ADDRESS STORE KEYS INSTITUTION.
func serveCareless(args []string) error {
	ctx := context.Background()
	box, err := pg.Open(ctx, args[1])
	if err != nil {
		return err
	}
	s := hasty{box, make(chan inbox.Intake, 1000)}
	go func() {
		for in := range s.later {
			time.Sleep(100 * time.Millisecond) // what makes it careless
			_, _ = box.Take(ctx, in)
		}
	}()
	g, err := institution.Open(args[2], institution.Options{Rand: rand.Reader, Now: time.Now})
	if err != nil {
		return err
	}
	cert, err := g.GatewayTLS()
	if err != nil {
		return err
	}
	signer, err := g.ReceiptSigner()
	if err != nil {
		return err
	}
	gw, err := inbox.NewGateway(inbox.GatewayConfig{Institution: g.PEM(), Limits: inbox.Limits{PerMinute: 100_000},
		Deps: inbox.Deps{Store: s, Receipts: signer, Now: time.Now, Identify: inbox.Known(g.PEM(), time.Now)}})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	fmt.Printf("{\"listening\":%q}\n", l.Addr())
	return gw.Serve(ctx, l, nil, cert)
}

// front is a gateway process that is killed and started again at the same address.
type front struct {
	bin, address, store, keys string
	careless                  bool

	mu  sync.Mutex
	cmd *exec.Cmd
}

func (f *front) start(t *testing.T) {
	t.Helper()
	args := []string{"inbox", "serve", "--json", "--listen", f.address, "--operations", "-", "--store", f.store, "--keys", f.keys, "--per-minute", "100000"}
	env := os.Environ()
	if f.careless {
		args, env = []string{f.address, f.store, f.keys}, append(env, careless+"=1")
	}
	for try := 0; ; try++ {
		cmd := exec.Command(f.bin, args...)
		var said bytes.Buffer
		cmd.Env, cmd.Stderr = env, &said
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var is struct{ Listening string }
		if err = json.NewDecoder(out).Decode(&is); err == nil {
			f.mu.Lock()
			f.cmd, f.address = cmd, is.Listening
			f.mu.Unlock()
			return
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if try > 20 { // PostgreSQL may still be coming up
			t.Fatalf("the gateway does not start: %v\n%s", err, said.Bytes())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (f *front) kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cmd != nil {
		_ = f.cmd.Process.Kill()
		_ = f.cmd.Wait()
		f.cmd = nil
	}
}

// siege is a hall under attack: one counter that issues and sends, one gateway, one PostgreSQL.
type siege struct {
	h      *inboxtest.Hall
	c      *inboxtest.Counter
	server *inboxtest.Postgres
	url    string
	front  *front
}

func newSiege(t *testing.T, broken bool) *siege {
	t.Helper()
	s := &siege{h: inboxtest.NewHall(t), server: inboxtest.StartPostgres(t)}
	s.h.Pass(time.Since(s.h.Now()))
	if _, err := s.h.Institution.MakeGateway(s.h.Keys, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	s.url = s.server.Database(t)
	s.front = &front{bin: filepath.Join(programDir(t), program), address: "127.0.0.1:0", store: s.url, keys: s.h.Keys, careless: broken}
	s.front.start(t)
	t.Cleanup(s.front.kill)
	s.c = s.h.Counter(t, "T01", nil)
	return s
}

// work issues and sends until ctx ends; a gateway that is away is tried again at once.
func (s *siege) work(ctx context.Context, t *testing.T) {
	sink := s.c.Sink(t, s.front.address, func(c *https.Config) { c.Stall = 2 * time.Second })
	for ctx.Err() == nil {
		s.c.Issue(t, 1+mrand.IntN(4))
		sink.Wake()
		if _, err := s.c.Deliver(ctx, sink); err != nil {
			time.Sleep(5 * time.Millisecond) // the gateway is away
		}
	}
}

// round works for a while and kills in the middle of it.
func (s *siege) round(t *testing.T, gateway, database bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.work(ctx, t)
	}()
	time.Sleep(time.Duration(mrand.IntN(250)) * time.Millisecond) // the moment of the cut is random
	if database {
		s.server.Kill(t)
	}
	if gateway {
		s.front.kill()
	}
	if database {
		s.server.Start(t)
	}
	if gateway {
		s.front.start(t)
	}
	stop()
	<-done
}

// reckon drains the counter and compares it with what the inbox holds: every parcel once, with its bytes.
func (s *siege) reckon(t *testing.T) (lost, twice int) {
	t.Helper()
	sink := s.c.Sink(t, s.front.address)
	for try := 0; s.unsent(t) > 0; try++ {
		sink.Wake()
		_, err := s.c.Deliver(t.Context(), sink)
		if err != nil && try > 20 {
			t.Fatalf("%d parcels do not go out: %v", s.unsent(t), err)
		}
	}
	box, err := pg.Open(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	all, err := s.c.Parcels(t.Context(), store.Filter{}, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	who := inbox.Known(s.h.Institution.PEM(), s.h.Now)
	for _, p := range all {
		b, err := box.Envelope(t.Context(), inbox.Ref{Station: "T01", Epoch: 1, Seq: p.Seq})
		if err != nil {
			lost++
			continue
		}
		if e, err := queue.OpenEnvelope(b, who); err != nil || e.Header.ID.String() != p.ID {
			lost++
		}
	}
	rows, err := box.Stations(t.Context())
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	return lost, max(rows[0].Parcels+lost-len(all), 0) + rows[0].Forks
}

func (s *siege) unsent(t *testing.T) int {
	t.Helper()
	st, err := s.c.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st.Unsent
}

// open counts the marker citizen in every file of the database and of the counter; a planted one must be found.
func (s *siege) open(t *testing.T) (n int) {
	t.Helper()
	planted := filepath.Join(s.h.Keys, "planted")
	if err := os.WriteFile(planted, []byte("SPECIMEN QINGLAN"), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(planted)
	for _, dir := range []string{s.server.Data, s.h.Keys, filepath.Dir(s.c.Path())} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // a file that PostgreSQL has just taken away
			}
			if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, []byte("QINGLAN")) {
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 {
		t.Fatal("control: a planted name is not found")
	}
	return n - 1
}

// TestFaultGateway kills the gateway, PostgreSQL, and both at random moments of a counter that issues and sends: nothing is
// lost, nothing comes twice. The control is a gateway that signs its receipts before it stores.
func TestFaultGateway(t *testing.T) {
	if os.Getenv("BANGBAN_FAULTS") == "" {
		t.Skip("takes a minute: sh packaging/faults.sh")
	}
	control := 0
	for range 5 {
		s := newSiege(t, true)
		for range 10 {
			s.round(t, true, false)
		}
		lost, twice := s.reckon(t)
		s.front.kill()
		if control += lost + twice; control > 0 {
			break
		}
	}
	if control == 0 {
		t.Error("the negative control reports nothing, so the check finds nothing")
	}
	for _, tc := range []struct {
		name              string
		gateway, database bool
		kills             int
	}{{"SIGKILL of the gateway", true, false, many(5, 100)}, {"SIGKILL of PostgreSQL", false, true, many(3, 50)}, {"SIGKILL of both", true, true, many(3, 50)}} {
		s := newSiege(t, false)
		for range tc.kills {
			s.round(t, tc.gateway, tc.database)
		}
		lost, twice := s.reckon(t)
		plain := s.open(t)
		rows, err := s.c.Parcels(t.Context(), store.Filter{}, store.Page{})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("fault|%s|%d|%d|%d|%d|%d|%d queued; control: signs before it stores\n", tc.name, tc.kills, lost, twice, plain, control, len(rows))
		if lost+twice+plain > 0 {
			t.Errorf("%s: lost %d, twice %d, plaintext %d", tc.name, lost, twice, plain)
		}
		s.front.kill()
	}
}
