//go:build unix

package ipp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/store"
	"bangban/print"
	"bangban/print/ipp"

	"github.com/OpenPrinting/goipp"
)

// killChild says "directory, socket, title" of the one voucher that this test binary, run again, prints as a counter would.
const killChild = "BANGBAN_IPP_KILL_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(killChild); what != "" {
		if err := printOne(strings.Split(what, "\n")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func printOne(what []string) error {
	dir, sock, title, blind := what[0], what[1], what[2], what[3] == "true"
	s, err := store.Open(context.Background(), store.Config{Path: filepath.Join(dir, "bangban.db"), Station: "T01"})
	if err != nil {
		return err
	}
	defer s.Close()
	c := ipp.Config{Address: "unix:" + sock, Memory: stored{s}, Every: 20 * time.Millisecond, Patience: 20 * time.Second}
	if blind {
		c.Memory = nil
	}
	queue, job := ipp.New(c).Queue("hall"), marked(title, 30_000)
	if state, found, err := queue.Find(context.Background(), title, hashOf(job)); err != nil || found && state == print.JobDone {
		return err // its paper came out before the counter died
	}
	return queue.Print(context.Background(), job)
}

// stored is the counter's memory, as package station adapts it.
type stored struct{ s *store.Store }

func (m stored) Intend(ctx context.Context, e ipp.Entry) (int64, error) {
	return m.s.IntendPrint(ctx, store.PrintJob{Printer: e.Printer, Serial: e.Title, Hash: e.Hash})
}

func (m stored) Made(ctx context.Context, row int64, job int) error {
	return m.s.PrintMade(ctx, row, job)
}

func (m stored) Ended(ctx context.Context, row int64, end ipp.End) error {
	return m.s.PrintEnded(ctx, row, string(end))
}

func (m stored) Known(ctx context.Context, printer, title string) (known []ipp.Entry, err error) {
	jobs, err := m.s.PrintJobs(ctx, printer, title)
	for _, j := range jobs {
		known = append(known, ipp.Entry{Row: j.ID, Printer: j.Printer, Title: j.Serial, Hash: j.Hash, Job: j.Job, End: ipp.End(j.Ended)})
	}
	return known, err
}

// moment is when a counter is killed: at an operation, before it has reached the print service (lost), after the service
// carried it out but before the answer (done), or with its bytes still on their way (late).
type moment struct {
	op   goipp.Op
	what string
}

func moments() []moment {
	return []moment{{goipp.OpGetPrinterAttributes, "lost"}, {goipp.OpCreateJob, "lost"}, {goipp.OpCreateJob, "late"}, {goipp.OpCreateJob, "done"},
		{goipp.OpSendDocument, "lost"}, {goipp.OpSendDocument, "late"}, {goipp.OpSendDocument, "done"}, {goipp.OpGetJobAttributes, "lost"},
		{goipp.OpGetJobAttributes, "done"}, {goipp.OpCancelJob, "done"}}
}

// wire stands between a counter and the print service and kills the counter at its moment.
type wire struct {
	to     *http.Client
	at     moment
	mu     sync.Mutex
	kill   func() // nil: it lets all through
	killed chan struct{}
	late   sync.WaitGroup
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var m goipp.Message
	if err != nil || m.Decode(bytes.NewReader(body)) != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	kill := w.kill
	if goipp.Op(m.Code) != w.at.op {
		kill = nil
	} else {
		w.kill = nil
	}
	w.mu.Unlock()
	forward := func() (*http.Response, error) {
		return w.to.Post("http://localhost"+r.URL.Path, goipp.ContentType, bytes.NewReader(body))
	}
	if kill != nil {
		if w.at.what == "done" {
			if answer, err := forward(); err == nil {
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		}
		close(w.killed) // before, so that whoever sees the counter die knows why
		kill()
		if w.at.what == "late" {
			w.late.Go(func() {
				if answer, err := forward(); err == nil {
					answer.Body.Close()
				}
			})
		}
		panic(http.ErrAbortHandler)
	}
	answer, err := forward()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	rw.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(rw, answer.Body)
}

// killAndPrintAgain kills a counter at a moment and lets another one finish the work.
func killAndPrintAgain(t *testing.T, s *server, at moment, title string, blind bool) {
	t.Helper()
	dir := t.TempDir()
	short, err := os.MkdirTemp("", "bangban-wire")
	if err != nil {
		t.Error(err)
		return
	}
	defer os.RemoveAll(short)
	l, err := net.Listen("unix", filepath.Join(short, "s"))
	if err != nil {
		t.Error(err)
		return
	}
	w := &wire{at: at, killed: make(chan struct{}), to: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", s.sock)
		}}}}
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killChild+"="+strings.Join([]string{dir, l.Addr().String(), title, fmt.Sprint(blind)}, "\n"))
		return cmd
	}
	first := child()
	started := make(chan struct{})
	w.kill = func() { <-started; _ = first.Process.Kill() }
	server := &http.Server{Handler: w}
	go server.Serve(l)
	defer func() { w.late.Wait(); server.Close(); w.to.CloseIdleConnections() }()
	if err := first.Start(); err != nil {
		t.Error(err)
		return
	}
	close(started)
	if err := first.Wait(); err == nil {
		t.Errorf("%v: the counter was not killed", at)
	}
	select {
	case <-w.killed:
	default:
		t.Errorf("%v: the counter ended by itself", at)
	}
	if out, err := child().CombinedOutput(); err != nil {
		t.Errorf("%v: the second counter: %v: %s", at, err, out)
	}
}

// TestKill kills a counter between submission and answer, fifty times and at ten moments: one paper each.
func TestKill(t *testing.T) {
	s := cupsd(t)
	tray := newTray(t, nil)
	s.queue(t, "hall", tray.address)
	const times, hands = 50, 4
	work := make(chan int)
	var group sync.WaitGroup
	for range hands {
		group.Go(func() {
			for i := range work {
				at := moments()[i%len(moments())]
				killAndPrintAgain(t, s, at, fmt.Sprintf("K-%02d", i), false)
			}
		})
	}
	for i := range times {
		work <- i
	}
	close(work)
	group.Wait()
	until(t, "the queue to be empty", func() bool {
		out, err := exec.Command(tool(t, "lpstat", "cups-client"), "-h", s.sock, "-o").Output()
		return err == nil && len(out) == 0
	})
	for i := range times {
		if n := tray.count(fmt.Sprintf("end of K-%02d\n", i)); n != 1 {
			t.Errorf("%v: %d papers", moments()[i%len(moments())], n)
		}
	}
}

// TestKillBlind is the control: a counter that only submits again prints twice.
func TestKillBlind(t *testing.T) {
	s := cupsd(t)
	tray := newTray(t, nil)
	s.queue(t, "hall", tray.address)
	killAndPrintAgain(t, s, moment{goipp.OpSendDocument, "done"}, "B-1", true)
	until(t, "both papers", func() bool { return tray.count("end of B-1\n") == 2 })
}
