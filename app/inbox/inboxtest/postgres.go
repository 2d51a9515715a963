package inboxtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is a PostgreSQL server of a test's own: in a temporary folder, on a free loopback port.
type Postgres struct {
	Bin  string // folder of initdb, postgres, pgbench
	Port int
	Data string

	cmd   *exec.Cmd
	ended chan error
	next  atomic.Int64
}

// StartPostgres starts a server and stops it with the test. Where there is none installed the test is skipped.
func StartPostgres(t testing.TB, settings ...string) *Postgres {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		t.Skip("no PostgreSQL here: package postgresql-15 brings initdb and postgres")
	}
	dir, err := os.MkdirTemp("", "bangban-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &Postgres{Bin: bin, Data: filepath.Join(dir, "data")}
	if err := giveAway(dir); err != nil {
		t.Skipf("PostgreSQL does not run as root and nobody else could be found: %v", err)
	}
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", p.Data, "-A", "trust", "-U", "bangban", "-E", "UTF8", "--locale=C", "--no-sync")
	init.Dir = dir
	unprivileged(init)
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.Start(t, settings...)
	t.Cleanup(func() { p.Stop(t) })
	return p
}

func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	return ""
}

// FreePort gives a loopback port that nobody listened on a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Start starts the server, again after Kill or Stop; the port stays.
func (p *Postgres) Start(t testing.TB, settings ...string) {
	t.Helper()
	if p.Port == 0 {
		p.Port = FreePort(t)
	}
	args := []string{"-D", p.Data, "-p", strconv.Itoa(p.Port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + filepath.Dir(p.Data)}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	log := p.launch(t, args)
	for {
		c, err := pgx.Connect(ctx, p.URL("postgres"))
		if err == nil {
			c.Close(ctx)
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("postgres does not answer: %v", err)
		case <-p.ended: // the children of one that was killed may still hold its memory
			select {
			case <-ctx.Done():
				t.Fatalf("postgres does not start:\n%s", log.Bytes())
			case <-time.After(100 * time.Millisecond):
			}
			log = p.launch(t, args)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// launch starts the process. What it says may be read once it has ended.
func (p *Postgres) launch(t testing.TB, args []string) *bytes.Buffer {
	t.Helper()
	log := &bytes.Buffer{}
	cmd, ended := exec.Command(filepath.Join(p.Bin, "postgres"), args...), make(chan error, 1)
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(p.Data), log, log
	unprivileged(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- cmd.Wait() }()
	p.cmd, p.ended = cmd, ended
	return log
}

// PID is the server's first process; 0: it does not run.
func (p *Postgres) PID() int {
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Stop ends the server in good order.
func (p *Postgres) Stop(t testing.TB) { p.end(os.Interrupt) }

// Kill ends the server as a power cut does: the postmaster gets SIGKILL, its children end by themselves.
func (p *Postgres) Kill(t testing.TB) { p.end(os.Kill) }

func (p *Postgres) end(s os.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(s)
	<-p.ended
	p.cmd = nil
}

// URL names a database of the server.
func (p *Postgres) URL(database string) string {
	return fmt.Sprintf("postgres://bangban@127.0.0.1:%d/%s?sslmode=disable", p.Port, database)
}

// Database makes an empty database and gives its URL.
func (p *Postgres) Database(t testing.TB) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), p.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	name := fmt.Sprintf("inbox%d", p.next.Add(1))
	if _, err := c.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return p.URL(name)
}
