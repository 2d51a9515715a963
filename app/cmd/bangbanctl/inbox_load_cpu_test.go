package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/pg"
	"bangban/app/queue"

	"github.com/jackc/pgx/v5"
)

// ticks is how many of /proc's clock ticks a second has (USER_HZ is 100 everywhere).
const ticks = 100

// statOf reads utime + stime and cutime + cstime of a process, and who started it (proc(5)); zero where there is no /proc.
func statOf(pid string) (own, children time.Duration, parent int) {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0, 0, 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 15 {
		return 0, 0, 0
	}
	n := func(i int) time.Duration {
		v, _ := strconv.Atoi(f[i])
		return time.Duration(v) * time.Second / ticks
	}
	parent, _ = strconv.Atoi(f[1])
	return n(11) + n(12), n(13) + n(14), parent
}

// cpuOf is the processor time of a process alone.
func cpuOf(pid int) time.Duration {
	own, _, _ := statOf(strconv.Itoa(pid))
	return own
}

// treeOf is the processor time of a process and of everything that it started, also what has ended.
func treeOf(pid int) time.Duration {
	own, gone, _ := statOf(strconv.Itoa(pid))
	total := own + gone
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		if own, gone, parent := statOf(filepath.Base(p)); parent == pid {
			total += own + gone
		}
	}
	return total
}

// spent says what a run took of the processors, by who took it.
type spent struct{ counters, gateways, database time.Duration }

func spentBy(gateways []*gatewayProcess, p *inboxtest.Postgres) (s spent) {
	s.counters, s.database = cpuOf(os.Getpid()), treeOf(p.PID())
	for _, g := range gateways {
		s.gateways += cpuOf(g.cmd.Process.Pid)
	}
	return s
}

func (s spent) since(o spent) spent {
	return spent{s.counters - o.counters, s.gateways - o.gateways, s.database - o.database}
}

// tell prints milliseconds of processor a parcel, and what follows from it for this computer.
func (s spent) tell(n, cores int) {
	a := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(n) }
	all, server := s.counters+s.gateways+s.database, s.gateways+s.database
	if server == 0 {
		return
	}
	fmt.Printf("load: processor time a parcel: simulated counters %.3f ms, gateways %.3f ms, PostgreSQL %.3f ms\n", a(s.counters), a(s.gateways), a(s.database))
	fmt.Printf("load: so %d cores can do at most %.0f parcels/s with the counters on them, %.0f/s without, if the disk keeps up\n", cores,
		float64(n*cores)/all.Seconds(), float64(n*cores)/server.Seconds())
}

// straight stores batches without gateways and counters: what PostgreSQL takes from this program.
func straight(t *testing.T, p *inboxtest.Postgres, plate *platter, h *inboxtest.Hall, work [][]job, size, batch int) {
	t.Helper()
	url := p.Database(t)
	box, err := pg.Open(t.Context(), url+"&pool_max_conns=16")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	who := inbox.Remember(inbox.Known(h.Institution.PEM(), h.Now), 100_000)
	var intakes []inbox.Intake
	for _, jobs := range work {
		for _, j := range jobs {
			in := inbox.Intake{Station: j.batch.Station, Epoch: j.batch.Epoch}
			for _, parcel := range j.batch.Parcels {
				e, err := queue.OpenEnvelope(parcel.Sealed, who)
				if err != nil {
					t.Fatal(err)
				}
				in.Items = append(in.Items, inbox.Item{Envelope: e, Bytes: parcel.Sealed})
			}
			intakes = append(intakes, in)
		}
	}
	before, cpu, self, from := walOf(t, url), treeOf(p.PID()), cpuOf(os.Getpid()), strained(p.Data)
	var next, stored atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range 16 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(intakes) {
					return
				}
				out, err := box.Take(context.WithoutCancel(t.Context()), intakes[i])
				if err != nil {
					t.Error(err)
					return
				}
				stored.Add(int64(len(out)))
			}
		})
	}
	wg.Wait()
	took, n := time.Since(began), int(stored.Load())
	wal, there := walOf(t, url)-before, treeOf(p.PID())-cpu
	fmt.Printf("load: straight into PostgreSQL, %d a transaction: %.0f parcels/s durable, %.1f MB/s, %.2f bytes of WAL a byte, %.3f ms of processor a parcel there\n",
		batch, float64(n)/took.Seconds(), float64(n*size)/took.Seconds()/1e6, float64(wal)/float64(n*size), there.Seconds()*1000/float64(n))
	plate.tell(from, there+cpuOf(os.Getpid())-self)
	settled(t, p, url, from, n*size)
}

// walOf is how much the server has written ahead.
func walOf(t *testing.T, url string) (n int64) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := c.QueryRow(t.Context(), `SELECT (pg_current_wal_lsn() - '0/0')::bigint`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
