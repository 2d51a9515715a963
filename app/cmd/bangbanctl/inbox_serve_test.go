package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/inbox/inboxtest"
)

// ctl runs a command and wants its exit code.
func ctl(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	if got := run(t.Context(), args, strings.NewReader(""), &out, &errw); got != want {
		t.Fatalf("%v: exit %d, want %d\n%s%s", args, got, want, out.Bytes(), errw.Bytes())
	}
	return out.String()
}

// startServe runs inbox serve in this process until the test ends.
func startServe(t *testing.T, args ...string) (address string) {
	t.Helper()
	r, w := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	var errw bytes.Buffer
	done := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"inbox", "serve", "--listen", "127.0.0.1:0", "--operations", "127.0.0.1:0", "--json"}, args...), strings.NewReader(""), w, &errw)
		w.CloseWithError(errors.New("ended"))
		done <- code
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("inbox serve: exit %d\n%s", code, errw.Bytes())
		}
	})
	var said struct{ Listening, Operations string }
	if err := json.NewDecoder(r).Decode(&said); err != nil || said.Operations == "" {
		t.Fatalf("%v %+v", err, said)
	}
	return said.Listening
}

// Counters → two gateways → PostgreSQL → records in a folder, and to a program, once each; the report names the clone.
func TestServePostgres(t *testing.T) {
	server := inboxtest.StartPostgres(t)
	url := server.Database(t)
	serveAndHand(t, url)
}

func TestServeLite(t *testing.T) {
	serveAndHand(t, "lite:"+filepath.Join(t.TempDir(), "inbox.db"))
}

func serveAndHand(t *testing.T, store string) {
	h := inboxtest.NewHall(t)
	h.Pass(time.Since(h.Now())) // the program has the real clock
	if _, err := h.Institution.MakeGateway(h.Keys, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	ctl(t, 2, "inbox", "serve", "--store", store)
	ctl(t, 1, "inbox", "serve", "--store", store, "--keys", t.TempDir())
	ctl(t, 1, "inbox", "serve", "--store", store, "--keys", h.Keys, "--enrol", "--listen", "127.0.0.1:0")
	gateways := []string{startServe(t, "--store", store, "--keys", h.Keys), startServe(t, "--store", store, "--keys", h.Keys)}
	c := h.Counter(t, "T01", nil)
	for i := range 4 {
		c.Issue(t, 2)
		if done, err := c.Deliver(t.Context(), c.Sink(t, gateways[i%2])); err != nil || done.Purged != 2 {
			t.Fatalf("%+v %v", done, err)
		}
	}
	clone := h.Counter(t, "T01", c.Key)
	clone.Issue(t, 1)
	if _, err := clone.Deliver(t.Context(), clone.Sink(t, gateways[0])); err != nil {
		t.Fatal(err)
	}
	if out := ctl(t, 0, "inbox", "stations", "--to", store, "--json"); !strings.Contains(out, `"states":["forked"`) || !strings.Contains(out, `"parcels":8`) {
		t.Errorf("stations: %s", out)
	}
	dir := t.TempDir()
	hand, mark := filepath.Join(dir, "records"), filepath.Join(dir, "mark")
	ctl(t, 2, "inbox", "open")
	ctl(t, 1, "inbox", "open", "--store", store, "--keys", h.Keys, "--hand", hand) // no back-office key there
	for range 2 {
		ctl(t, 0, "inbox", "open", "--store", store, "--keys", h.Dir, "--hand", hand)
		entries, err := os.ReadDir(hand)
		if err != nil || len(entries) != 8 || entries[7].Name() != "T01-1-8.json" {
			t.Fatalf("%v %v", entries, err)
		}
	}
	for _, want := range []int{8, 0} {
		out := ctl(t, 0, "inbox", "open", "--store", store, "--keys", h.Dir, "--exec", "cat", "--mark", mark)
		if got := strings.Count(out, `"name":"SPECIMEN QINGLAN"`); got != want {
			t.Fatalf("the program got %d records, want %d\n%s", got, want, out)
		}
	}
	c.Issue(t, 1)
	if _, err := c.Deliver(t.Context(), c.Sink(t, gateways[1])); err != nil {
		t.Fatal(err)
	}
	ctl(t, 1, "inbox", "open", "--store", store, "--keys", h.Dir, "--exec", "false", "--mark", mark)
	if out := ctl(t, 0, "inbox", "open", "--store", store, "--keys", h.Dir, "--exec", "cat", "--mark", mark); strings.Count(out, "\n") != 1 {
		t.Fatalf("after a program that failed: %s", out)
	}
}
