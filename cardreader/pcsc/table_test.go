//go:build cgo && linux

package pcsc_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/locales"
)

// row is one thing that goes wrong, made for real.
type row struct {
	event string
	code  string        // the counter's; "": it goes on by itself
	bound time.Duration // nothing takes longer
	make  func(t *testing.T) (err error, control error)
}

// done is a row as the table shows it.
type done struct{ event, api, code, zh, en, took string }

// within runs f and fails where it hangs beyond its deadline; a hanging call is not waited for.
func within[T any](t *testing.T, bound time.Duration, f func() (T, error)) (T, error) {
	t.Helper()
	type result struct {
		v   T
		err error
	}
	c := make(chan result, 1)
	go func() { v, err := f(); c <- result{v, err} }()
	select {
	case r := <-c:
		return r.v, r.err
	case <-time.After(bound + atMost/2): // a loaded machine is no failure, a call that hangs is one
		t.Fatalf("hangs: not back %v after its deadline of %v", atMost/2, bound)
		panic("not reached")
	}
}

func connecting(r cardreader.Reader) func() (cardreader.Conn, error) {
	return func() (cardreader.Conn, error) { return r.Connect(context.Background()) }
}

var getData = []byte{0, 0xCA, 0, 0, 0}

func sending(c cardreader.Conn) func() ([]byte, error) {
	return func() ([]byte, error) { return c.(cardreader.APDUer).Transmit(context.Background(), getData) }
}

func listing(h *harness) func() ([]cardreader.Reader, error) {
	return func() ([]cardreader.Reader, error) { return h.system.Readers(context.Background()) }
}

// good is the negative control: the same call where nothing is wrong.
func good[T any](_ T, err error) error { return err }

func only[T any](_ T, err error) error { return err }

// open lays a bank card down and connects to it.
func open(t *testing.T, h *harness, with ...sim.Option) (cardreader.Reader, cardreader.Conn) {
	t.Helper()
	c, err := sim.Open("bank-card", with...)
	if err != nil {
		t.Fatal(err)
	}
	r := layAny(t, h, c)
	conn, err := r.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return r, conn
}

// layAny lays any card down and waits until something is seen.
func layAny(t *testing.T, h *harness, c vpcd.Card) cardreader.Reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	t.Cleanup(cancel)
	events, err := h.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = vpcd.Serve(ctx, h.service.Addr(0), c) }()
	t.Cleanup(func() { cancel(); <-served })
	for e := range events {
		if e.Reader == h.Reader() && (e.Kind == cardreader.Present || e.Kind == cardreader.Mute) {
			return findReader(t, h)
		}
	}
	t.Fatal("no card was seen")
	return nil
}

// next waits for one event.
func next(t *testing.T, events <-chan cardreader.Event, reader string, kind cardreader.EventKind) cardreader.Event {
	t.Helper()
	for e := range events {
		if e.Kind == kind && e.Reader == reader {
			return e
		}
	}
	t.Fatalf("%v of %q was not told", kind, reader)
	return cardreader.Event{}
}

func follow(t *testing.T, h *harness) <-chan cardreader.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*atMost)
	t.Cleanup(cancel)
	events, err := h.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestFailureTable makes every failure of a card service that Linux can make, for real, and prints one table: what
// happened, what the service said, what the clerk reads, how long it took.
func TestFailureTable(t *testing.T) {
	zh, en := words(t, "zh-Hans"), words(t, "en")
	var table []done
	for _, r := range failures() {
		t.Run(r.event, func(t *testing.T) {
			began := time.Now()
			err, control := r.make(t)
			took := time.Since(began)
			if control != nil {
				t.Errorf("the control: %v", control)
			}
			d := done{event: r.event, code: "–", api: api(err), took: took.Round(time.Millisecond).String()}
			switch {
			case r.code == "" && err != nil:
				t.Errorf("%v, want it to go on by itself", err)
			case r.code != "":
				if got := code(t, err); got != r.code {
					t.Errorf("%v, want %s", err, r.code)
				}
				var e *cardreader.Error
				errors.As(err, &e)
				d.code, d.zh, d.en = r.code, say(t, zh, r.code, e.Args()), say(t, en, r.code, e.Args())
			}
			table = append(table, d)
		})
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "made\tservice said\tcode\tthe clerk reads\t\twhole row")
	for _, d := range table {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.event, d.api, d.code, d.zh, d.en, d.took)
	}
	w.Flush()
	t.Logf("%d failures\n%s", len(table), b.String())
}

func words(t *testing.T, tag string) *locales.Catalog {
	t.Helper()
	c, err := locales.Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// say gives the sentence and fails where there is none, or none of what to do.
func say(t *testing.T, c *locales.Catalog, code string, args map[string]string) string {
	t.Helper()
	for _, key := range []string{"error." + code, "hint." + code} {
		if s := c.T(key, args); !c.Has(key) || strings.ContainsAny(s, "[…{") {
			t.Errorf("%s %s: %q", c.Tag(), key, s)
		}
	}
	return c.T("error."+code, args) + " → " + c.T("hint."+code, args)
}

// A sentence that is missing is caught.
func TestSayCatches(t *testing.T) {
	if c := words(t, "en"); c.Has("error.no-such-code") || !strings.ContainsAny(c.T("error.no-such-code"), "[") {
		t.Error("a missing sentence reads like one")
	}
}

func api(err error) string {
	var e scard.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%08X", uint32(e))
	}
	return "–"
}

// asNobody runs f's twin in a process of the user nobody and gives the code it ended with.
func asNobody(t *testing.T, socket string) error {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can become nobody")
	}
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "bangban-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	copied := filepath.Join(dir, "client")
	if err := errors.Join(os.WriteFile(copied, program, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run=^TestClient$", "-test.v")
	cmd.Dir = dir
	cmd.Env = []string{"PCSCLITE_CSOCK_NAME=" + socket, clientEnv + "=1"}
	cmd.SysProcAttr = nobody()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, said, _ := strings.Cut(string(out), "client: ")
	said, _, _ = strings.Cut(said, "\n")
	if said == "ok" {
		return nil
	}
	return cardreader.NewError(said, nil, nil)
}

const clientEnv = "BANGBAN_PCSC_CLIENT"

// TestClient is what asNobody runs.
func TestClient(t *testing.T) {
	if os.Getenv(clientEnv) == "" {
		t.Skip("for other tests")
	}
	said := "ok"
	if _, err := newClient(t).Readers(context.Background()); err != nil {
		said = code(t, err)
	}
	fmt.Println("client: " + said)
}
