//go:build unix

package ipp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bangban/print"
	"bangban/print/ipp"
	"bangban/print/printtest"
)

// The tests of this file run a private cupsd (as user lp where the test runs as root, which cupsd refuses) with raw
// queues to listeners of their own. Nothing of the computer's own print service is
// touched.

const cupsdConf = `Listen %[1]s/cups.sock
LogLevel info
Browsing Off
WebInterface No
DefaultAuthType None
JobRetryInterval 1
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
`

const cupsFilesConf = `SystemGroup %[2]s
FileDevice Yes
ServerRoot %[1]s
StateDir %[1]s
CacheDir %[1]s/cache
RequestRoot %[1]s/spool
TempDir %[1]s/tmp
DocumentRoot %[1]s
AccessLog %[1]s/access
ErrorLog %[1]s/error
PageLog %[1]s/page
Printcap
`

// tool finds a program that is not always on the path of a user.
func tool(t *testing.T, name, packages string) string {
	t.Helper()
	for _, n := range []string{name, "/usr/sbin/" + name} {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	t.Skipf("%s is not installed (packages %s): nothing printed", name, packages)
	return ""
}

// server is a private cupsd.
type server struct {
	dir, sock string
}

func cupsd(t *testing.T) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("a print service is not started in short tests")
	}
	path := tool(t, "cupsd", "cups")
	tool(t, "lpadmin", "cups-client")
	dir, err := os.MkdirTemp("", "bangban-cups")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	who, group := ids(t)
	for _, d := range []string{"", "cache", "spool", "tmp"} {
		d = filepath.Join(dir, d)
		if err := errors.Join(os.MkdirAll(d, 0o755), os.Chmod(d, 0o755)); err != nil {
			t.Fatal(err)
		}
		if who != nil {
			if err := os.Chown(d, int(who.Uid), int(who.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range map[string]string{"cupsd.conf": cupsdConf, "cups-files.conf": cupsFilesConf} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, fmt.Appendf(nil, text+"%.0[1]s%.0[2]s", dir, group), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "-f", "-c", filepath.Join(dir, "cupsd.conf"), "-s", filepath.Join(dir, "cups-files.conf"))
	if who != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	}
	run(t, cmd)
	s := &server{dir, filepath.Join(dir, "cups.sock")}
	until(t, "the print service to listen", func() bool { return listens("unix", s.sock) })
	return s
}

// ids gives the user to become and the name of his group.
func ids(t *testing.T) (*syscall.Credential, string) {
	t.Helper()
	if os.Getuid() != 0 {
		g, err := user.LookupGroupId(strconv.Itoa(os.Getgid()))
		if err != nil {
			t.Skipf("no name for this group, which the print service wants: %v", err)
		}
		return nil, g.Name
	}
	lp, err := user.Lookup("lp")
	if err != nil {
		t.Skip("there is no user lp to run the print service")
	}
	uid, _ := strconv.Atoi(lp.Uid)
	gid, _ := strconv.Atoi(lp.Gid)
	g, err := user.LookupGroupId(lp.Gid)
	if err != nil {
		t.Skip("user lp has no group")
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, g.Name
}

// run starts a program that ends with the test.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var out bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ended := make(chan struct{})
		go func() { cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		if t.Failed() && out.Len() > 0 {
			t.Logf("%s said: %s", filepath.Base(cmd.Path), out.String())
		}
	})
}

func listens(network, address string) bool {
	c, err := net.Dial(network, address)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// until waits for something that nothing announces, at most half a minute.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// admin runs one of the tools of CUPS against the private service.
func (s *server) admin(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(tool(t, name, "cups-client"), append([]string{"-h", s.sock}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

func (s *server) queue(t *testing.T, name, address string) {
	t.Helper()
	s.admin(t, "lpadmin", "-p", name, "-E", "-v", "socket://"+address, "-m", "raw")
}

func (s *server) service(m ipp.Memory, patience time.Duration) *ipp.Service {
	return ipp.New(ipp.Config{Address: "unix:" + s.sock, Memory: m, Every: 50 * time.Millisecond, Grace: 300 * time.Millisecond, Patience: patience})
}

// tray is a printer on a raw socket: what a connection brought is one paper, once it has ended.
type tray struct {
	address string
	mu      sync.Mutex
	papers  [][]byte
	met     chan struct{} // a connection came
	stuck   chan struct{} // not nil: nothing is read until it is closed
}

func newTray(t *testing.T, stuck chan struct{}) *tray {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &tray{address: l.Addr().String(), met: make(chan struct{}, 1000), stuck: stuck}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.take(c)
		}
	}()
	return r
}

func (r *tray) take(c net.Conn) {
	defer c.Close()
	r.met <- struct{}{}
	if r.stuck != nil {
		<-r.stuck
	}
	b, err := io.ReadAll(c)
	if err != nil || len(b) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.papers = append(r.papers, b)
}

// count tells how many papers bear a mark.
func (r *tray) count(mark string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.papers {
		n += bytes.Count(p, []byte(mark))
	}
	return n
}

// marked is a job whose paper can be told from others.
func marked(title string, size int) print.Job {
	pdf := append([]byte("%PDF-1.3\n/MediaBox ["+a5+"]\n"), bytes.Repeat([]byte("SPECIMEN "), size/9)...)
	return print.Job{Title: title, Copies: 1, PDF: append(pdf, "end of "+title+"\n"...)}
}

func TestCUPS(t *testing.T) {
	s := cupsd(t)
	good := newTray(t, nil)
	s.queue(t, "hall", good.address)
	svc := s.service(nil, 10*time.Second)
	t.Run("printed", func(t *testing.T) { cupsPrints(t, s, svc, good) })
	t.Run("kept", func(t *testing.T) { cupsKeeps(t, s, svc) })
	t.Run("paused before", func(t *testing.T) {
		s.admin(t, "cupsdisable", "hall")
		defer s.admin(t, "cupsenable", "hall")
		wantCode(t, svc.Queue("hall").Print(t.Context(), marked("P-1", 100)), print.CodePaused)
	})
	t.Run("rejected", func(t *testing.T) {
		s.admin(t, "cupsreject", "hall")
		defer s.admin(t, "cupsaccept", "hall")
		wantCode(t, svc.Queue("hall").Print(t.Context(), marked("R-1", 100)), print.CodeRejected)
		wantCode(t, svc.Queue("hall").Ready(t.Context()), print.CodeRejected)
	})
	t.Run("missing", func(t *testing.T) {
		wantCode(t, svc.Queue("cellar").Print(t.Context(), marked("M-1", 100)), print.CodeMissing)
	})
	t.Run("unreachable", func(t *testing.T) { cupsUnreachable(t, s) })
	t.Run("paused within", func(t *testing.T) { cupsStuck(t, s, true) })
	t.Run("cancelled within", func(t *testing.T) { cupsStuck(t, s, false) })
	t.Run("well again", func(t *testing.T) {
		if err := svc.Queue("hall").Print(t.Context(), marked("W-1", 100)); err != nil || good.count("end of W-1") != 1 {
			t.Errorf("%d papers, %v", good.count("end of W-1"), err)
		}
		if n := good.count("end of P-1") + good.count("end of R-1"); n != 0 {
			t.Errorf("%d papers of jobs whose clerk was told that there is none", n)
		}
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := printtest.Code(err); got != code {
		t.Errorf("code %q (%v), want %q", got, err, code)
	}
}

func cupsPrints(t *testing.T, s *server, svc *ipp.Service, tray *tray) {
	all, err := svc.Printers(t.Context())
	if err != nil || len(all) != 1 || all[0].Name() != "hall" {
		t.Fatalf("printers %v, %v", all, err)
	}
	p := svc.Queue("hall")
	var states []print.JobState
	j := marked("G-1", 200_000)
	j.Report = func(st print.JobState) { states = append(states, st) }
	if err := p.Print(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if tray.count("end of G-1") != 1 || !bytes.Equal(tray.papers[0], j.PDF) || len(states) != 3 {
		t.Errorf("%d papers, states %v", tray.count("end of G-1"), states)
	}
	if err := p.Keeps(t.Context()); err != nil {
		t.Errorf("keeps: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "spool", "d*"))
	if err != nil || len(left) != 0 {
		t.Errorf("documents left in the spool: %v, %v", left, err)
	}
	can, err := p.Capabilities(t.Context())
	if err != nil || len(can.Formats) == 0 || can.MaxCopies == 0 || !can.Unscaled {
		t.Errorf("capabilities %+v, %v", can, err)
	}
}

// cupsKeeps is the control of the purge: a document that somebody else hands over stays in the spool, and we can tell.
func cupsKeeps(t *testing.T, s *server, svc *ipp.Service) {
	file := filepath.Join(t.TempDir(), "specimen.pdf")
	if err := os.WriteFile(file, marked("L-1", 100).PDF, 0o644); err != nil {
		t.Fatal(err)
	}
	s.admin(t, "lp", "-U", "bangban", "-d", "hall", file)
	until(t, "the job to end", func() bool { return svc.Queue("hall").Keeps(t.Context()) != nil })
	wantCode(t, svc.Queue("hall").Keeps(t.Context()), print.CodeKeepsFiles)
	if left, err := filepath.Glob(filepath.Join(s.dir, "spool", "d*")); err != nil || len(left) != 1 {
		t.Errorf("documents in the spool: %v, %v", left, err)
	}
}

// cupsUnreachable prints to a port where nobody listens; then somebody does, and nothing comes.
func cupsUnreachable(t *testing.T, s *server) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s.queue(t, "dead", address)
	p := s.service(nil, 1500*time.Millisecond).Queue("dead")
	wantCode(t, p.Print(t.Context(), marked("U-1", 100)), print.CodeUnreachable)
	out, err := exec.Command(tool(t, "lpstat", "cups-client"), "-h", s.sock, "-o", "dead").Output()
	if err != nil || strings.Contains(string(out), "dead-") {
		t.Errorf("the job is still in the queue: %s%v", out, err)
	}
}

// cupsStuck prints on a printer that takes the connection and reads nothing; then the queue is paused, or the clerk cancels.
func cupsStuck(t *testing.T, s *server, pause bool) {
	stuck := make(chan struct{})
	tray := newTray(t, stuck)
	name := fmt.Sprintf("stuck-%v", pause)
	s.queue(t, name, tray.address)
	p := s.service(nil, 20*time.Second).Queue(name)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- p.Print(ctx, marked("S-1", 20<<20)) }()
	<-tray.met
	want := print.CodeCancelled
	if pause {
		want = print.CodePaused
		s.admin(t, "cupsdisable", name)
	} else {
		cancel()
	}
	wantCode(t, <-result, want)
	close(stuck)
	if n := tray.count("end of S-1"); n != 0 {
		t.Errorf("%d whole papers", n)
	}
}
