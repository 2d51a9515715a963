package inbox_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/lite"
	"bangban/app/queue"
	"bangban/app/queue/https"
	"bangban/app/queue/queuetest"
)

// outcome is what one fault did.
type outcome struct {
	lost, twice int
	plain       int // markers of the person that lay open
	felt        bool
}

// TestNetworkFaults sends a batch through each fault, lets the fault go, and sends until nothing waits. Nothing may be
// lost, nothing held twice and nothing lie open, while the control, which believes any 200 and numbers nothing, loses and
// doubles.
func TestNetworkFaults(t *testing.T) {
	h := inboxtest.NewHall(t)
	rounds := 1
	if os.Getenv("BANGBAN_FULL") != "" {
		rounds = 20
	}
	open := &wire{}
	for _, half := range []string{inboxtest.Person[:7], inboxtest.Person[7:]} {
		_, _ = open.Write([]byte(half))
	}
	if open.plain() != 1 {
		t.Fatal("control: a name on the wire is not found")
	}
	var all, control outcome
	var felt, cases int
	for _, f := range faults(t, h) {
		t.Run(f.name, func(t *testing.T) {
			for range rounds {
				y := f.run(t, h)
				lost, twice := f.control(t, h)
				t.Logf("%+v; control: lost %d, doubled %d", y, lost, twice)
				all.lost, all.twice, all.plain, cases = all.lost+y.lost, all.twice+y.twice, all.plain+y.plain, cases+1
				control.lost, control.twice = control.lost+lost, control.twice+twice
				if y.felt {
					felt++
				}
				if y.lost+y.twice+y.plain > 0 {
					t.Errorf("%+v", y)
				}
			}
		})
	}
	fmt.Printf("fault|network, %d kinds|%d|%d|%d|%d|%d|%d felt; control: believes any 200, repeats all else\n", cases/rounds, cases, all.lost, all.twice,
		all.plain, control.lost+control.twice, felt)
	t.Logf("network faults: %d runs, %d felt; %+v; control: %+v", cases, felt, all, control)
	if control.lost == 0 || control.twice == 0 || felt < cases/2 {
		t.Errorf("the control lost %d and doubled %d, %d of %d faults were felt: this test proves nothing", control.lost, control.twice, felt, cases)
	}
}

// wire counts the person's markers in what is posted to a gateway.
type wire struct {
	next http.Handler

	mu    sync.Mutex
	tail  []byte // of what went by, so that nothing hides between two pieces
	found int
}

func (w *wire) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r.Body, w), r.Body}
	w.next.ServeHTTP(to, r)
}

// Write looks at a piece of what goes by.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tail = append(w.tail, p...)
	w.found += marks.In(w.tail)
	w.tail = bytes.Clone(w.tail[max(0, len(w.tail)-marks.Longest()):])
	return len(p), nil
}

func (w *wire) plain() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found
}

// marks are those of the hall's invented person.
var marks = queuetest.Marks{[]byte(inboxtest.Person), []byte(inboxtest.PersonNumber), []byte("S\x00P\x00E\x00C\x00I\x00M\x00E\x00N\x00 \x00Q\x00")}

// naive is the control: a receiver that appends whatever comes, with a sender that believes any 200.
type naive struct {
	mu   sync.Mutex
	seen map[uint64]int
}

func (n *naive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil || len(b) < 8 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	n.seen[binary.BigEndian.Uint64(b)]++
	n.mu.Unlock()
	_, _ = io.WriteString(w, strings.Repeat("ok ", 600))
}

const faultParcels = 5

func (f fault) run(t *testing.T, h *inboxtest.Hall) (y outcome) {
	kept := t.TempDir()
	store, err := lite.Open(t.Context(), filepath.Join(kept, "inbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	g, err := inbox.NewGateway(h.Gateway(t, store))
	if err != nil {
		t.Fatal(err)
	}
	posted := &wire{next: g.Handler()}
	r := f.build(t, h, posted, g.TLS(h.ServerCertificate(t)))
	c := h.Counter(t, "T01", nil)
	stall, total := 400*time.Millisecond, 3*time.Second
	if f.want != "" { // it ends by itself, and a busy computer must not make it look like a slow line
		stall, total = 20*time.Second, time.Minute
	}
	sink := c.Sink(t, r.address, func(cfg *https.Config) { cfg.Proxy, cfg.Stall, cfg.Total = r.proxy, stall, total })
	c.Issue(t, faultParcels-2)
	for range 2 {
		c.Issue(t, 1) // the journal grows between what may have arrived and what comes next
		done, err := c.Deliver(t.Context(), sink)
		y.felt = y.felt || err != nil || done.Retry > 0
		if err != nil && !errors.Is(err, queue.ErrOffline) {
			t.Fatalf("a network's fault is not said to be one: %v", err)
		}
		if f.want != "" && err != nil && code(err) != f.want {
			t.Errorf("told %s, want %s: %v", code(err), f.want, err)
		}
		sink.Wake()
	}
	if f.want != "" && !y.felt {
		t.Error("not felt")
	}
	r.heal()
	sink.Close()
	for range 10 {
		if c.Unsent(t) == 0 {
			break
		}
		sink.Wake()
		_, err = c.Deliver(t.Context(), sink)
	}
	if n := c.Unsent(t); n > 0 {
		t.Fatalf("%d never went out: %v", n, err)
	}
	row := stationRow(t, store, "T01")
	if row.Unproven > 0 {
		t.Errorf("%d checkpoints could not be proven: a fault looks like a clone", row.Unproven)
	}
	y.lost, y.twice = faultParcels-int(row.Mark), row.Parcels-faultParcels+row.Forks
	y.plain = posted.plain() + marks.Scan(t, kept, filepath.Dir(c.Path()))
	return y
}

// control sends numbers with a sender that believes any 200 and repeats everything else.
func (f fault) control(t *testing.T, h *inboxtest.Hall) (lost, doubled int) {
	n := &naive{seen: map[uint64]int{}}
	r := f.build(t, h, n, &tls.Config{Certificates: []tls.Certificate{h.ServerCertificate(t)}})
	tr := &http.Transport{Proxy: r.proxy, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, RootCAs: x509.NewCertPool()},
		DialContext: (&net.Dialer{Timeout: time.Second}).DialContext}
	defer tr.CloseIdleConnections()
	c := &http.Client{Transport: tr, Timeout: 600 * time.Millisecond}
	waiting := []uint64{1, 2}
	pass := func() {
		var left []uint64
		for _, id := range waiting {
			body := append(binary.BigEndian.AppendUint64(nil, id), make([]byte, 10_000)...)
			res, err := c.Post("https://"+r.address+queue.PathBatches, queue.TypeBatch, bytes.NewReader(body))
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
			if err != nil || res.StatusCode != http.StatusOK {
				left = append(left, id)
			}
		}
		waiting = left
	}
	pass()
	r.heal()
	tr.CloseIdleConnections()
	for range 5 {
		pass()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range []uint64{1, 2} {
		switch times := n.seen[id]; {
		case times == 0:
			lost++
		case times > 1:
			doubled += times - 1
		}
	}
	return lost, doubled
}
